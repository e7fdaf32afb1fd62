// SmallWorldInversionTests.swift: what a subscriber accepts as the way from one small tree to
// another.
//
// The covering proof and the operations must be enough, and nothing else may pass: another root
// before, an operation left out, added or altered, a node left out that is needed.
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Undoing the operations between any two trees of seven keys")
struct SmallWorldInversionTests {
  @Test("needs no more than the covering proof, in any order of operations", arguments: 0..<8)
  func accepted(shard: Int) throws {
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) where !step.ops.isEmpty {
        let nodes = step.nodes(step.proof)
        try check(step, step.ops, nodes)
        try check(step, step.ops.reversed(), nodes)
      }
    }
  }

  @Test("refuses every other root before", arguments: 0..<8)
  func otherRoots(shard: Int) throws {
    var random = SplitMix64.printed("other roots before")
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) where !step.ops.isEmpty {
        let nodes = step.nodes(step.proof)
        // Safe: there are 128 places.
        let other = SmallWorld.places.randomElement(using: &random)!.root
        if other == step.before.root { continue }
        #expect(
          throws: MSTError.proof(.inversion(expected: other, found: step.before.root))
        ) {
          try MST.checkInversion(
            of: step.ops, root: step.after.root, previous: other, nodes: nodes)
        }
      }
    }
  }

  @Test("never arrives elsewhere where a node is left out", arguments: 0..<8)
  func omissions(shard: Int) throws {
    var refusals = 0
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) where !step.ops.isEmpty {
        let proof = step.proof
        for missing in proof where try !holds(step, step.nodes(proof.subtracting([missing]))) {
          refusals += 1
        }
      }
    }
    #expect(refusals > 10_000)
  }

  @Test("has nothing to ask of the nodes where there is no operation")
  func nothing() throws {
    for place in SmallWorld.places {
      let root = place.root
      try MST.checkInversion(of: [], root: root, previous: root, nodes: place.blocks)
      try MST.checkInversion(of: [], root: root, previous: root, nodes: BlockMap())
      #expect(throws: MSTError.self) {
        try MST.checkInversion(of: [], root: root, previous: record(1), nodes: BlockMap())
      }
    }
  }

  /// Whether a partial proof is accepted; refused it must be with a typed error that says why.
  private func holds(_ step: SmallStep, _ nodes: BlockMap) throws -> Bool {
    do throws(MSTError) {
      try MST.checkInversion(
        of: step.ops, root: step.after.root, previous: step.before.root, nodes: nodes)
      return true
    } catch {
      switch error {
      case .proof(.incomplete(let cid)):
        #expect(nodes.blocks[cid] == nil)
        #expect(step.after.blocks.blocks[cid] != nil)
      default: Issue.record("\(error)")
      }
      return false
    }
  }

  @Test("refuses operations that are not what happened", arguments: 0..<8)
  func tampered(shard: Int) throws {
    for number in SmallWorld.places.indices where number % 8 == shard {
      for step in SmallStep.all(from: number) where !step.ops.isEmpty {
        // All nodes, so that nothing is refused for being absent.
        for ops in SmallWorldInversionTests.lies(about: step.ops) {
          #expect(throws: MSTError.self) { try check(step, ops, step.after.blocks) }
        }
        let repeated = step.ops + [step.ops[0]]
        #expect(throws: MSTError.proof(.repeatedPath(step.ops[0].key.description))) {
          try check(step, repeated, step.after.blocks)
        }
      }
    }
  }

  private func check(_ step: SmallStep, _ ops: [RepoOp], _ nodes: BlockMap) throws {
    try MST.checkInversion(
      of: ops, root: step.after.root, previous: step.before.root, nodes: nodes)
  }

  /// Each operation left out, and each with another CID or another action.
  static func lies(about ops: [RepoOp]) -> [[RepoOp]] {
    let other = record(9_999)
    var lies: [[RepoOp]] = []
    for index in ops.indices {
      var fewer = ops
      let op = fewer.remove(at: index)
      lies.append(fewer)
      let actions: [RepoOp.Action] =
        switch op.action {
        case .create(let new):
          [.create(other), .update(new, previous: other), .delete(previous: new)]
        case .update(let new, let old):
          [.update(other, previous: old), .update(new, previous: other), .create(new)]
        case .delete(let old):
          [.delete(previous: other), .create(old), .update(other, previous: old)]
        }
      lies += actions.map { action in
        var altered = ops
        altered[index].action = action
        return altered
      }
    }
    return lies
  }
}
