// SmallWorldTests.swift: every step between any two trees of seven keys: the tree, the diff, the
// covering proof. What a subscriber makes of the proof is in SmallWorldInversionTests.
import DAGCBOR
@testable import MST
import TestKit
import Testing

@Suite("Every tree of seven keys")
struct SmallWorldTests {
  @Test("has the root and the nodes of the oracle's, however it was made")
  func places() throws {
    for place in SmallWorld.places + SmallWorld.changedPlaces {
      #expect(place.tree.rootCID == place.root)
      #expect(place.blocks == place.oracle.blockMap)
      place.tree.checkInvariants()
      let built = try MSTBuilder.tree(of: place.oracle.entries)
      #expect(built.root == place.root)
      #expect(built.blocks == place.blocks)
      #expect(try MST.verify(root: place.root, in: place.blocks) == place.blocks.blocks.count)
      let tree = try MST.verified(root: place.root, in: place.blocks)
      tree.checkInvariants()
      #expect(try tree.records() == place.oracle.records)
    }
  }

  @Test("differs from each other one as the sets of entries and nodes do", arguments: 0..<8)
  func diffs(shard: Int) throws {
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) {
        let diff = try step.before.tree.diff(to: step.after.tree)
        try compare(diff, step)
        let lazy = try MST(root: step.before.root, in: step.before.blocks)
          .diff(to: MST(root: step.after.root, in: step.after.blocks))
        #expect(lazy == diff)
      }
    }
  }

  private func compare(_ diff: MSTDiff, _ step: SmallStep) throws {
    #expect(diff.changes == step.before.oracle.changes(to: step.after.oracle))
    #expect(Set(diff.newNodes) == step.newNodes)
    #expect(Set(diff.goneNodes) == step.goneNodes)
    #expect(Set(diff.newNodes).count == diff.newNodes.count)
    #expect(Set(diff.goneNodes).count == diff.goneNodes.count)
  }

  @Test("is reached from each other one by the operations in any order", arguments: 0..<8)
  func orders(shard: Int) throws {
    var random = SplitMix64.printed("orders of operations")
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) {
        let ops = step.ops
        try play(ops, step)
        try play(ops.reversed(), step)
        try play(ops.shuffled(using: &random), step)
      }
    }
  }

  private func play(_ ops: [RepoOp], _ step: SmallStep) throws {
    var tree = MST(root: step.before.root, in: step.before.blocks)
    var inMemory = step.before.tree
    for op in ops {
      #expect(try tree.apply(op) == op.previous)
      #expect(try inMemory.apply(op) == op.previous)
    }
    let written = tree.sealedBlocks().blocks
    #expect(inMemory.seal() == step.after.root)
    #expect(tree.rootCID == step.after.root)
    inMemory.checkInvariants()
    // Nothing is written that is not of the new tree, and everything that is new.
    #expect(written.allSatisfy { step.after.blocks.blocks[$0.key] == $0.value })
    #expect(step.newNodes.allSatisfy { written[$0] != nil })
    #expect(step.before.tree.rootCID == step.before.root)
  }

  @Test("has the covering proof of the definition, no node more or less", arguments: 0..<8)
  func coveringProofs(shard: Int) throws {
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) {
        let keys = step.ops.map(\.key)
        let wanted = step.proof
        let proof = try emitted { try step.after.tree.coveringProof(of: keys, emit: $0) }
        #expect(Set(proof.map(\.cid)) == wanted)
        #expect(Set(proof.map(\.cid)).count == proof.count)
        #expect(proof.allSatisfy { step.after.blocks.blocks[$0.cid] == $0.bytes })
        #expect(step.newNodes.isSubset(of: wanted))
        let lazy = MST(root: step.after.root, in: step.after.blocks)
        let again = try emitted { try lazy.coveringProof(of: keys.reversed(), emit: $0) }
        #expect(again.map(\.cid) == proof.map(\.cid))
      }
    }
  }
}
