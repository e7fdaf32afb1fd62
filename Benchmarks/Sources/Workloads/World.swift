// World.swift: repos of the common input, built once and lent to every workload that asks.
//
//   records of a repo of N     heldOut                        later
//   any N of the first N + H   the H others, anywhere among   the next ones in time, in time order
//                              them in key order
//
// The tree is loaded whole and held by nobody else, so that changes are made in place.
import DAGCBOR
import Input
import MST

/// Worlds by size; each is made when it is first asked for.
package final class Worlds {
  private var repos: [Int: RepoWorld] = [:]
  private var entries: [MSTEntry] = []

  package init() {}

  func repo(_ records: Int) throws -> RepoWorld {
    if let repo = repos[records] { return repo }
    let repo = try RepoWorld(records: records, input: entries(records + RepoWorld.spareCount))
    repos[records] = repo
    return repo
  }

  /// The first `count` entries of the common input, in time order.
  func entries(_ count: Int) throws -> ArraySlice<MSTEntry> {
    for index in entries.count..<max(count, entries.count) {
      entries.append(
        MSTEntry(key: try MSTKey(CommonInput.key(index)), value: CommonInput.recordCID(index)))
    }
    return entries[..<count]
  }
}

/// One repo in memory, with its blocks beside it and records that it does not hold.
final class RepoWorld {
  static let heldOutCount = 1_000
  static let laterCount = 2_000
  static let spareCount = heldOutCount + laterCount
  private static let sampleCountMax = 20_000

  let records: Int
  let root: CID
  /// The bytes of every node.
  let blocks: BlockMap
  /// Everything in memory.
  var tree: MST
  /// Keys that are there, in random order.
  let sample: [MSTEntry]
  let heldOut: [MSTEntry]
  let later: [MSTEntry]

  init(records: Int, input: ArraySlice<MSTEntry>) throws {
    var random = SplitMix64(seed: 7)
    let shuffled = input.prefix(records + RepoWorld.heldOutCount).shuffled(using: &random)
    let members = shuffled.dropLast(RepoWorld.heldOutCount)
    self.records = records
    heldOut = Array(shuffled.suffix(RepoWorld.heldOutCount))
    later = Array(input.suffix(RepoWorld.laterCount))
    sample = Array(members.prefix(RepoWorld.sampleCountMax))
    var blocks = BlockMap()
    root = try RepoWorld.build(members.sorted { $0.key < $1.key }) { blocks.insert($0, $1) }
    self.blocks = blocks
    tree = try MST.verified(root: root, in: blocks)
  }

  /// Builds the tree of entries in ascending order.
  static func build(
    _ entries: [MSTEntry], _ emit: (CID, RawSpan) -> Void
  ) throws -> CID {
    var builder = MSTBuilder()
    for entry in entries { try builder.append(entry.key, entry.value, emit: emit) }
    return builder.finish(emit: emit)
  }

  /// Takes `entries` out again, so that the tree is as it was built.
  func restore(_ entries: some Sequence<MSTEntry>) throws {
    for entry in entries { try tree.remove(entry.key) }
    let found = tree.seal()
    precondition(found == root, "the tree is \(found), was \(root)")
  }
}

/// What would go to the log: blocks appended to one buffer, and counted.
struct BlockTray {
  private(set) var nodeCount = 0
  private(set) var byteCount = 0
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1 << 20) }

  mutating func append(_ block: RawSpan) {
    nodeCount += 1
    byteCount += block.byteCount
    block.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// Forgets the bytes, not the counts.
  mutating func empty() { bytes.removeAll(keepingCapacity: true) }
}

/// Byte strings end to end, to be hashed one by one.
struct ByteArena {
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]

  mutating func append(_ string: RawSpan) {
    string.withUnsafeBytes { bytes.append(contentsOf: $0) }
    ends.append(bytes.count)
  }

  func hash() {
    bytes.withUnsafeBytes { bytes in
      for index in 1..<ends.count {
        use(Digest(of: UnsafeRawBufferPointer(rebasing: bytes[ends[index - 1]..<ends[index]])))
      }
    }
  }
}
