// RepoWorld.swift: repos of the common input, built once and lent to every workload that asks.
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
public final class Worlds {
  private var repos: [Int: RepoWorld] = [:]
  private var entries: [MSTEntry] = []
  /// Where workloads make their files; nil for the system's temporary folder.
  public let folder: String?

  /// Worlds whose workloads make their files in `folder`.
  public init(in folder: String? = nil) { self.folder = folder }

  public func repo(_ records: Int) throws -> RepoWorld {
    if let repo = repos[records] { return repo }
    let repo = try RepoWorld(records: records, input: entries(records + RepoWorld.spareCount))
    repos[records] = repo
    return repo
  }

  /// The first `count` entries of the common input, in time order.
  public func entries(_ count: Int) throws -> ArraySlice<MSTEntry> {
    for index in entries.count..<max(count, entries.count) {
      entries.append(
        MSTEntry(key: try MSTKey(CommonInput.key(index)), value: CommonInput.recordCID(index)))
    }
    return entries[..<count]
  }
}

/// One repo in memory, with its blocks beside it and records that it does not hold.
public final class RepoWorld {
  public static let heldOutCount = 1_000
  public static let laterCount = 2_000
  static let spareCount = heldOutCount + laterCount
  private static let sampleCountMax = 20_000

  public let records: Int
  public let root: CID
  /// The bytes of every node.
  public let blocks: BlockMap
  /// Everything in memory.
  public var tree: MST
  /// Of the records in the common input: those that are there, and those of `heldOut`.
  public let memberIndices: [Int]
  public let heldOutIndices: [Int]
  /// Keys that are there, in random order.
  public let sample: [MSTEntry]
  public let heldOut: [MSTEntry]
  public let later: [MSTEntry]
  public var laterIndices: Range<Int> {
    records + RepoWorld.heldOutCount..<records + RepoWorld.spareCount
  }

  init(records: Int, input: ArraySlice<MSTEntry>) throws {
    var random = SplitMix64(seed: 7)
    let shuffled = (0..<records + RepoWorld.heldOutCount).shuffled(using: &random)
    memberIndices = shuffled.dropLast(RepoWorld.heldOutCount)
    heldOutIndices = shuffled.suffix(RepoWorld.heldOutCount)
    let members = memberIndices.map { input[$0] }
    self.records = records
    heldOut = heldOutIndices.map { input[$0] }
    later = Array(input.suffix(RepoWorld.laterCount))
    sample = Array(members.prefix(RepoWorld.sampleCountMax))
    var blocks = BlockMap()
    root = try RepoWorld.build(members.sorted { $0.key < $1.key }) { blocks.insert($0, $1) }
    self.blocks = blocks
    tree = try MST.verified(root: root, in: blocks)
  }

  /// Builds the tree of entries in ascending order.
  public static func build(
    _ entries: [MSTEntry], _ emit: (CID, RawSpan) -> Void
  ) throws -> CID {
    var builder = MSTBuilder()
    for entry in entries { try builder.append(entry.key, entry.value, emit: emit) }
    return builder.finish(emit: emit)
  }

  /// Takes `entries` out again, so that the tree is as it was built.
  public func restore(_ entries: some Sequence<MSTEntry>) throws {
    for entry in entries { try tree.remove(entry.key) }
    let found = tree.seal()
    precondition(found == root, "the tree is \(found), was \(root)")
  }
}
