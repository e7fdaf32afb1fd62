// OpScript+Ending.swift: what must hold where a script ends.
import DAGCBOR
@testable import MST
import TestKit

extension OpScript {
  mutating func end() throws {
    for copy in copies { try check(copy) }
    let oracle = SlowTree(sorted: OpScript.entries(pool, state))
    let root = tree.seal { blocks.insert($0, $1) }
    try expect(root == oracle.root.cid, "the root")
    tree.checkInvariants()

    let built = try MSTBuilder.tree(of: oracle.entries)
    try expect(built.root == root, "the bulk root")
    try expect(built.blocks == oracle.blockMap, "the bulk blocks")
    let nodeCount = try MST.verify(root: root, in: blocks)
    try expect(nodeCount == oracle.blocks.count, "the count of nodes")

    let reopened = MST(root: root, in: blocks)
    try questions(reopened, oracle)
    try questions(tree, oracle)
    try questions(MST.verified(root: root, in: built.blocks), oracle)
  }

  private mutating func questions(_ tree: MST, _ oracle: SlowTree) throws {
    for (key, value) in zip(keys, state) {
      try expect(try tree.value(of: key) == value, "the value of \(key)")
    }
    let entries = try oracle.mstEntries
    try expect(try tree.entries() == entries, "the walk up")
    try expect(try tree.entries(.descending) == entries.reversed(), "the walk down")
    for _ in 0..<4 {
      let range = drawnRange()
      let inside = entries.filter { entry in
        let key = entry.key.bytes
        return !key.lexicographicallyPrecedes(range.lower)
          && range.upper.map { key.lexicographicallyPrecedes($0) } ?? true
      }
      try expect(try tree.entries(in: range) == inside, "the walk up \(range)")
      try expect(
        try tree.entries(in: range, .descending) == inside.reversed(), "the walk down \(range)")
      try expect(try tree.count(in: range) == inside.count, "the count in \(range)")
    }
    let prefix = Array(pool[Int.random(in: 0..<pool.count, using: &random)].key.prefix(5))
    let inside = entries.filter { $0.key.bytes.starts(with: prefix) }
    try expect(try tree.entries(in: .prefix(prefix)) == inside, "the walk of a prefix")
  }

  /// A range whose bounds are keys, or lie just beside keys, or are missing; sometimes upside down.
  private mutating func drawnRange() -> KeyRange {
    let lower = OpScript.bound(near: pool, &random)
    return random.next() % 4 == 0
      ? KeyRange(from: lower) : KeyRange(from: lower, to: OpScript.bound(near: pool, &random))
  }

  private static func bound(near pool: [SlowEntry], _ random: inout SplitMix64) -> [UInt8] {
    let key = pool[Int.random(in: 0..<pool.count, using: &random)].key
    return switch random.next() % 4 {
    case 0: key + [0]
    case 1: Array(key.dropLast())
    default: key
    }
  }

  private func expect(_ holds: @autoclosure () throws -> Bool, _ what: String) throws {
    guard try holds() else { throw Disagreement("\(what) is not the oracle's") }
  }
}

extension MST {
  /// Stops the program where a node in memory breaks an invariant.
  func checkInvariants() {
    switch root {
    case .empty, .stored: break
    case .loaded(_, let node), .pending(let node): node.checkInvariants()
    }
  }
}
