// Counts.swift: what a tree costs in nodes and bytes, which no machine's mood can change.
//
// The same input gives the same counts everywhere; a count that grows is a cost that grows. Bytes
// are those of encoded nodes, each of which is hashed once.
import DAGCBOR
import Input
import MST

/// The counts of one repo.
public struct Counts {
  public var records: Int
  /// Of the tree built at once from sorted entries.
  public var builtNodes = Tally()
  public var builtRoot: CID
  /// Of the tree to which the same entries came in random order, sealed once.
  public var grownNodes = Tally()
  public var grownRoot: CID
  /// Per commit of one record anywhere; of `commitCount` commits.
  public var commitNodes = Tally()
  /// Nodes that a comparison of the trees before and after each of these commits finds to be new.
  public var changedNodes = Tally()
  public var proofNodes = Tally()
  public var commitCount = 0
  /// Per commit of 200 records, anywhere and in time order.
  public var randomBatchNodes = Tally()
  public var timeBatchNodes = Tally()
  public var randomBatchCount = 0
  public var timeBatchCount = 0

  /// Nodes and the bytes of them.
  public struct Tally {
    public var nodeCount = 0
    public var byteCount = 0

    mutating func add(_ block: RawSpan) {
      nodeCount += 1
      byteCount += block.byteCount
    }
  }

  /// Counts on the repo of the first `records` records, and on one of as many with gaps.
  public init(records: Int, _ worlds: Worlds) throws {
    self.records = records
    let entries = try worlds.entries(records)
    var built = Tally()
    builtRoot = try RepoWorld.build(entries.sorted { $0.key < $1.key }) { built.add($1) }
    builtNodes = built
    var tree = MST()
    var random = SplitMix64(seed: 13)
    for entry in entries.shuffled(using: &random) { try tree.insert(entry.key, entry.value) }
    var grown = Tally()
    grownRoot = tree.seal { grown.add($1) }
    grownNodes = grown
    let repo = try worlds.repo(records)
    try countCommits(repo)
    (randomBatchNodes, randomBatchCount) = try Counts.batches(repo, .random)
    (timeBatchNodes, timeBatchCount) = try Counts.batches(repo, .time)
  }

  private mutating func countCommits(_ repo: RepoWorld) throws {
    for entry in repo.heldOut {
      let before = repo.tree
      try repo.tree.insert(entry.key, entry.value)
      repo.tree.seal { commitNodes.add($1) }
      changedNodes.nodeCount += try before.diff(to: repo.tree).newNodes.count
      try repo.tree.coveringProof(of: [entry.key]) { proofNodes.add($1) }
      commitCount += 1
    }
    try repo.restore(repo.heldOut)
  }

  private static func batches(
    _ repo: RepoWorld, _ order: CommitShape.Order
  ) throws -> (Tally, Int) {
    var (tally, count) = (Tally(), 0)
    try repo.commit(CommitShape(order: order, recordCount: CommitShape.batchCount)) { commit in
      for entry in commit { try repo.tree.insert(entry.key, entry.value) }
      repo.tree.seal { tally.add($1) }
      count += 1
    }
    try repo.restore(repo.entries(order))
    return (tally, count)
  }
}
