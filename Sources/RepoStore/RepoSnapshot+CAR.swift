// RepoSnapshot+CAR.swift: a repo, or what proves something about it, as a CAR.
//
// Exports come in preorder and piece by piece (CARExport); proofs are small and whole. Spec:
// https://atproto.com/specs/repository, sync
import ATSyntax
import DAGCBOR
import MST

extension RepoSnapshot {
  /// Writes the repo as a CAR, piece by piece, as `car(since:)` makes it.
  ///
  /// - Returns: the number of blocks.
  @discardableResult
  public func export(
    since earlier: RepoSnapshot? = nil, _ write: ([UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) -> Int {
    var car = try car(since: earlier)
    while let piece = try car.next() { try write(piece) }
    return car.blockCount
  }

  /// The proof of what is at `path`: the commit, the nodes on the way, and the record where there
  /// is one; without it, the proof that there is none.
  public func proof(of path: RecordPath) throws(StoreError) -> [UInt8] {
    let tree = tree
    let key = MSTKey(path)
    var blocks: [(cid: CID, bytes: [UInt8])] = [(head.commit, try commitBlock())]
    let value = try inTree { () throws(MSTError) in
      try tree.proof(of: [key]) { cid, bytes in
        blocks.append((cid, bytes.withUnsafeBytes { Array($0) }))
      }
      return try tree.value(of: key)
    }
    if let value { blocks.append((value, try recordBytes(value))) }
    return CARWriter.file(roots: [head.commit], blocks: blocks)
  }

  /// The proof of everything in `range`: that these are its records, and that none is left out.
  public func proof(of range: KeyRange) throws(StoreError) -> [UInt8] {
    let tree = tree
    var blocks: [(cid: CID, bytes: [UInt8])] = [(head.commit, try commitBlock())]
    try inTree { () throws(MSTError) in
      try tree.rangeProof(of: range) { cid, bytes in
        blocks.append((cid, bytes.withUnsafeBytes { Array($0) }))
      }
    }
    var sent: Set<CID> = []
    var walk = tree.walk(range)
    while let entry = try inTree({ () throws(MSTError) in try walk.next() }) {
      guard sent.insert(entry.value).inserted else { continue }
      blocks.append((entry.value, try recordBytes(entry.value)))
    }
    return CARWriter.file(roots: [head.commit], blocks: blocks)
  }
}
