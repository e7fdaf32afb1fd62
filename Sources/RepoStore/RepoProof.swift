// RepoProof.swift: what a proof in a CAR says, without any store: the file and a key are enough.
//
// A proof is a commit, the nodes that lead to what it speaks of, and the records there. It proves
// that a record is there, that none is, or that these are all records of a range; everything else
// in the tree stays opaque.   Spec: https://atproto.com/specs/sync#record-proofs
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

/// Why a proof is refused.
public enum RepoProofError: Error, Hashable, Sendable {
  case car(CARError)
  case rootCount(Int)
  case commitMissing(CID)
  case commit(CommitError)
  case signature(by: String)
  case tree(MSTError)
  case recordMissing(RecordPath, CID)
  /// A block that the proof has no use for.
  case superfluous(CID)
  case tooLarge(byteCount: Int)
}

/// A proof that was read; what it proves is asked of it.
public struct RepoProof: Sendable {
  public let did: DID
  public let rev: TID?
  /// The CID of the commit.
  public let commit: CID
  /// The root of the tree.
  public let data: CID
  private let signed: (digest: Digest, signature: Signature)
  private let blocks: BlockMap

  /// The largest proof that is read, in bytes.
  public static let byteCountMax = 256 << 20

  /// Reads a CAR with one root, the commit. Every block is hashed; nothing else is checked yet.
  public init(car: [UInt8]) throws(RepoProofError) {
    guard car.count <= RepoProof.byteCountMax else { throw .tooLarge(byteCount: car.count) }
    let (roots, blocks) = try translate({ () throws(CARError) in
      try RepoProof.read(car)
    }) { RepoProofError.car($0) }
    guard roots.count == 1 else { throw .rootCount(roots.count) }
    guard let bytes = blocks.blocks[roots[0]] else { throw .commitMissing(roots[0]) }
    let block = try translate({ () throws(CommitError) in try CommitBlock(bytes) }) {
      RepoProofError.commit($0)
    }
    commit = roots[0]
    self.blocks = blocks
    did = block.did
    data = block.data
    signed = block.signed
    rev =
      switch block {
      case .current(let commit): commit.unsigned.rev
      case .legacy(let commit): commit.rev
      }
  }

  private static func read(_ car: [UInt8]) throws(CARError) -> ([CID], BlockMap) {
    var reader = CARReader()
    reader.append(car)
    var roots: [CID] = []
    var blocks = BlockMap()
    while let item = try reader.next() {
      switch item {
      case .header(let found): roots = found
      case .block(let cid, let bytes, _): blocks.blocks[cid] = bytes
      }
    }
    try reader.finish()
    return (roots, blocks)
  }

  /// - Throws: `.signature` unless `key` signed the commit.
  public func check(signer key: PublicKey) throws(RepoProofError) {
    guard key.verify(signed.signature, signed.digest) else {
      throw .signature(by: key.didKey)
    }
  }

  /// The record at `path`, or nil where the proof shows that there is none.
  ///
  /// - Throws: `.tree` where the proof does not reach that far, or holds more than its path.
  public func record(at path: RecordPath) throws(RepoProofError) -> StoredRecord? {
    let key = MSTKey(path)
    let tree = try verified()
    let value = try inProof { () throws(MSTError) in try tree.value(of: key) }
    let record = try value.map { cid throws(RepoProofError) in try self.record(path, cid) }
    let nodes = nodes(without: Set([value].compactMap { $0 }))
    _ = try inProof { () throws(MSTError) in
      try MST.provenValue(of: key, root: data, nodes: nodes)
    }
    return record
  }

  /// Every record of `range`, of which the proof shows that none is left out.
  ///
  /// - Throws: as `record(at:)`.
  public func records(in range: KeyRange) throws(RepoProofError) -> [StoredRecord] {
    let tree = try verified()
    var records: [StoredRecord] = []
    var walk = tree.walk(range)
    while let entry = try inProof({ () throws(MSTError) in try walk.next() }) {
      guard let path = entry.path else { continue }
      records.append(try record(path, entry.value))
    }
    let nodes = nodes(without: Set(records.map(\.cid)))
    _ = try inProof { () throws(MSTError) in
      try MST.provenEntries(in: range, root: data, nodes: nodes)
    }
    return records
  }

  /// The records that are in the file, and their paths: what the proof may be about.
  public func enclosedRecords() throws(RepoProofError) -> [StoredRecord] {
    let tree = try verified()
    var records: [StoredRecord] = []
    tree.forEachKnownEntry { entry in
      guard let path = entry.path, let bytes = blocks.blocks[entry.value] else { return }
      records.append(StoredRecord(path: path, cid: entry.value, bytes: bytes))
    }
    return records
  }

  private func verified() throws(RepoProofError) -> MST {
    try inProof { () throws(MSTError) in
      try MST.verified(root: data, in: nodes(without: []), absent: .opaque)
    }
  }

  private func record(_ path: RecordPath, _ cid: CID) throws(RepoProofError) -> StoredRecord {
    guard let bytes = blocks.blocks[cid] else { throw .recordMissing(path, cid) }
    return StoredRecord(path: path, cid: cid, bytes: bytes)
  }

  /// The blocks that should be nodes: not the commit, and not these records.
  private func nodes(without records: Set<CID>) -> BlockMap {
    var nodes = blocks
    nodes.blocks[commit] = nil
    for cid in records { nodes.blocks[cid] = nil }
    return nodes
  }

  private func inProof<R>(_ body: () throws(MSTError) -> R) throws(RepoProofError) -> R {
    try translate(body) { RepoProofError.tree($0) }
  }
}

extension RepoProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .car(let error): error.description
    case .rootCount(let count): "the CAR names \(count) roots, expected one: the commit"
    case .commitMissing(let cid): "the CAR does not hold its root \(cid)"
    case .commit(let error): "the commit: \(error)"
    case .signature(let key): "the commit was not signed by \(key)"
    case .tree(let error): error.description
    case .recordMissing(let path, let cid): "record \(path) (\(cid)) is not in the CAR"
    case .superfluous(let cid): "block \(cid) has no place in the proof"
    case .tooLarge(let byteCount):
      "\(byteCount) bytes, at most \(RepoProof.byteCountMax) are read"
    }
  }
}
