// RepoSnapshot+CAR.swift: a repo, or what proves something about it, as a CAR.
//
// Exports come in preorder, so that a reader can follow with one path in memory: the commit, then
// each node and its records slot by slot. Spec: https://atproto.com/specs/repository, sync
import ATSyntax
import DAGCBOR
import MST

extension RepoSnapshot {
  /// Writes the repo as a CAR, piece by piece: sections are whole within what `write` is given,
  /// which is about 64 KiB.
  ///
  /// A record that stands under several paths is sent once. Memory: one path of nodes, and a digest
  /// for each record CID.
  /// - Parameter since: only what is reachable from here and not from the tree of this earlier
  ///   snapshot; nil for everything.
  /// - Returns: the number of blocks.
  @discardableResult
  public func export(
    since earlier: RepoSnapshot? = nil, _ write: ([UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) -> Int {
    let known = try earlier.map { earlier throws(StoreError) in try knownBlocks(in: earlier) }
    var pieces = CARPieces(root: head.commit)
    try pieces.append(head.commit, try commitBlock(), write)
    var sent: Set<Digest> = []
    try tree.forEachBlock(
      skipping: { known?.skipsNode($0) ?? false }, wrap: { StoreError.tree($0) }
    ) { block throws(StoreError) in
      switch block {
      case .node(let cid, let bytes): try pieces.append(cid, bytes, write)
      case .record(_, let cid):
        if known?.holdsRecord(cid) ?? false { return }
        guard sent.insert(cid.digest).inserted else { return }
        try pieces.append(cid, try recordBytes(cid), write)
      }
    }
    try pieces.finish(write)
    return pieces.blockCount
  }

  /// What of this snapshot an earlier one has.
  private struct KnownBlocks {
    /// The nodes that are new here.
    var newNodes: Set<CID>
    /// The records that are new here.
    var newRecords: Set<CID>

    func skipsNode(_ cid: CID) -> Bool { !newNodes.contains(cid) }
    func holdsRecord(_ cid: CID) -> Bool { !newRecords.contains(cid) }
  }

  /// Cost: the difference, and one walk along the earlier tree where records came or changed: one
  /// of the same content may stand there under another path.
  private func knownBlocks(in earlier: RepoSnapshot) throws(StoreError) -> KnownBlocks {
    let (from, to) = (earlier.tree, tree)
    let diff = try inTree { () throws(MSTError) in try from.diff(to: to) }
    var records = Set(diff.changes.compactMap(\.new))
    if !records.isEmpty {
      var walk = from.walk()
      while let entry = try inTree({ () throws(MSTError) in try walk.next() }) {
        records.remove(entry.value)
      }
    }
    return KnownBlocks(newNodes: Set(diff.newNodes), newRecords: records)
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

/// A CAR that goes out in pieces of about 64 KiB.
private struct CARPieces {
  private static let byteCount = 64 << 10

  private var piece: [UInt8]
  private(set) var blockCount = 0

  init(root: CID) {
    piece = CARWriter.header(roots: [root])
    piece.reserveCapacity(CARPieces.byteCount + 4_096)
  }

  mutating func append(
    _ cid: CID, _ block: [UInt8], _ write: ([UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    CARWriter.appendSection(cid: cid, block: block, to: &piece)
    blockCount += 1
    guard piece.count >= CARPieces.byteCount else { return }
    try write(piece)
    piece.removeAll(keepingCapacity: true)
  }

  mutating func finish(_ write: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    if !piece.isEmpty { try write(piece) }
    piece = []
  }
}
