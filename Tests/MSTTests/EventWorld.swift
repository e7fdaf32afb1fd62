// EventWorld.swift: a repo that lives through random commits and tells of each as a server does.
import ATSyntax
import DAGCBOR
import MST
import TestKit

struct EventWorld {
  var random: SplitMix64
  let did: DID
  private let keys: [MSTKey]
  private var values: [MSTKey: CID] = [:]
  private var tree = MST()
  private var blocks = BlockMap()
  private(set) var data: CID?
  private(set) var rev: TID?

  init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    did = try DID("did:plc:peerbenchpeerbenchpeer22")
    keys = try KeyPool.drawn(with: &random).map { try MSTKey($0.key) }
  }

  /// The next commit: no operation, or one on each of a few keys.
  mutating func next() throws -> CommitEvent {
    let count = Int.random(in: 0...min(4, keys.count), using: &random)
    let ops = try keys.shuffled(using: &random).prefix(count).map { try change($0) }
    let root = tree.seal { blocks.insert($0, $1) }
    let next = TID(rawValue: (rev?.rawValue ?? 1 << 60) + 1 + random.next() % 1_000)
    let commit = EventWorld.commit(UnsignedCommit(did: did, rev: next, data: root))
    let proof = try emitted { try tree.coveringProof(of: ops.map(\.key), emit: $0) }
    var sections = [(cid: commit.cid, bytes: commit.encoded)] + proof
    for case let cid? in ops.map(\.value) { sections.append((cid, EventWorld.block(cid))) }
    let car = CARWriter.file(roots: [commit.cid], blocks: sections.shuffled(using: &random))
    defer { (data, rev) = (root, next) }
    return CommitEvent(
      did: did, rev: next, since: rev, commit: commit.cid, blocks: car, ops: ops, prevData: data)
  }

  private mutating func change(_ key: MSTKey) throws -> RepoOp {
    let number = Int(random.next() % 64)
    guard let old = values[key] else {
      values[key] = record(number)
      _ = try tree.insert(key, record(number))
      return RepoOp(key, .create(record(number)))
    }
    if random.next() % 2 == 0 {
      values[key] = nil
      _ = try tree.remove(key)
      return RepoOp(key, .delete(previous: old))
    }
    values[key] = record(number)
    _ = try tree.insert(key, record(number))
    return RepoOp(key, .update(record(number), previous: old))
  }

  /// The records of these tests are the numbers below 64.
  private static let records = Dictionary(
    uniqueKeysWithValues: (0..<64).map { number in
      (record(number), SlowCBOR.item { $0.integer(number) })
    })

  private static func block(_ cid: CID) -> [UInt8] { records[cid] ?? [] }

  /// A commit with a signature that is none: keys are not known here.
  static func commit(_ unsigned: UnsignedCommit) -> Commit {
    // Safe: 64 bytes are there.
    Commit(unsigned, signature: Signature(CommitForm.signature)!)
  }
}

extension CommitEvent {
  /// The CAR's blocks in the order in which they stand.
  func sections() throws -> [(cid: CID, bytes: [UInt8])] {
    var reader = CARReader()
    reader.append(blocks)
    var sections: [(cid: CID, bytes: [UInt8])] = []
    while let item = try reader.next() {
      if case .block(let cid, let bytes, _) = item { sections.append((cid, bytes)) }
    }
    return sections
  }

  /// The same event with these parts changed.
  func with(
    did: DID? = nil, rev: TID? = nil, commit: CID? = nil, blocks: [UInt8]? = nil,
    ops: [RepoOp]? = nil
  ) -> CommitEvent {
    CommitEvent(
      did: did ?? self.did, rev: rev ?? self.rev, since: since, commit: commit ?? self.commit,
      blocks: blocks ?? self.blocks, ops: ops ?? self.ops, prevData: prevData)
  }

  func with(prevData: CID?) -> CommitEvent {
    CommitEvent(
      did: did, rev: rev, since: since, commit: commit, blocks: blocks, ops: ops,
      prevData: prevData)
  }
}
