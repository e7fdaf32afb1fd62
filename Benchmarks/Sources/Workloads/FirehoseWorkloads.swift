// FirehoseWorkloads.swift: the tree's part of W7: what a subscriber checks of a one-record commit.
//
// The commit block is hashed and read, the operation undone on the blocks that came with it, and
// the signature verified. The frame around it is not decoded here.
import ATCrypto
import DAGCBOR
import Input
import MST
import World

/// A commit as it comes to a subscriber, its frame already open.
private struct CommitEvent {
  let commit: CID
  let block: [UInt8]
  let ops: [RepoOp]
  let previous: CID
  let nodes: BlockMap
}

extension Workload {
  static func inverting(_ records: Int) -> [Workload] {
    let count = RepoWorld.heldOutCount
    return [
      Workload("invert/one-create/\(size(records))", operations: count) { worlds in
        let events = try events(worlds.repo(records))
        return Pass { for event in events { use(try invert(event)) } }
      },
      Workload("verify/commit-event/\(size(records))", operations: count) { worlds in
        let events = try events(worlds.repo(records))
        let key = try Author().key.publicKey
        return Pass {
          for event in events {
            let (digest, signature) = try invert(event).signed
            precondition(key.verify(signature, digest), "a signature of ours")
          }
        }
      },
    ]
  }

  /// Everything but the signature.
  private static func invert(_ event: CommitEvent) throws -> CommitBlock {
    precondition(CID(of: event.block) == event.commit, "a commit of ours")
    let commit = try CommitBlock(event.block)
    try MST.checkInversion(
      of: event.ops, root: commit.data, previous: event.previous, nodes: event.nodes)
    return commit
  }

  /// One event for each record that is held out, each on the same repo.
  private static func events(_ repo: RepoWorld) throws -> [CommitEvent] {
    let author = try Author()
    return try repo.heldOut.map { entry in
      var nodes = BlockMap()
      try repo.tree.insert(entry.key, entry.value)
      let root = repo.tree.seal { nodes.insert($0, $1) }
      try repo.tree.coveringProof(of: [entry.key]) { nodes.insert($0, $1) }
      let commit = author.commit(root)
      try repo.restore([entry])
      return CommitEvent(
        commit: commit.cid, block: commit.encoded, ops: [RepoOp(entry.key, .create(entry.value))],
        previous: repo.root, nodes: nodes)
    }
  }
}
