// SmallWorld.swift: every tree of at most seven keys whose heights make all the shapes there are.
//
// In key order the keys stand at layers 0 2 0 1 4 0 1: neighbours on one layer and far apart, a gap
// of two layers (nothing at 3) that key-less nodes must bridge, and both ends of the tree low.
import DAGCBOR
import MST
import TestKit

enum SmallWorld {
  static let depths = [0, 2, 0, 1, 4, 0, 1]

  static let keys: [[UInt8]] = depths.enumerated().map { index, depth in
    KeyMine.key("\(["a", "b", "c", "d", "e", "f", "g"][index])/", depth: depth)
  }

  static let subsetCount = 1 << keys.count

  /// A tree of the world: which keys it has, and what is under them.
  struct Place: Sendable {
    var oracle: SlowTree
    var tree: MST
    var blocks: BlockMap

    var root: CID { oracle.root.cid }
  }

  /// Tree number n has key i where bit i of n is set, with record i under it.
  static let places = (0..<subsetCount).map { place($0, record) }

  /// The same keys, with other records under every second one of them.
  static let changedPlaces = (0..<subsetCount).map { subset in
    place(subset) { $0 % 2 == 1 ? record(100 + $0) : record($0) }
  }

  private static func place(_ subset: Int, _ value: (Int) -> CID) -> Place {
    var records: [[UInt8]: CID] = [:]
    for index in keys.indices where subset >> index & 1 == 1 { records[keys[index]] = value(index) }
    let oracle = SlowTree(records)
    // Proof of `try!`: the keys are valid and few. Where the tree is wrong the tests below fail.
    var tree = try! MST(records, inOrder: oracle.entries.map(\.key))
    let blocks = tree.sealedBlocks()
    return Place(oracle: oracle, tree: tree, blocks: blocks)
  }
}

/// A step from one place to another.
struct SmallStep: Sendable {
  let before: SmallWorld.Place
  let after: SmallWorld.Place
  /// The operations that lead from one to the other, in key order.
  let ops: [RepoOp]

  init(before: SmallWorld.Place, after: SmallWorld.Place) {
    self.before = before
    self.after = after
    ops = before.oracle.changes(to: after.oracle).compactMap { change in
      switch (change.old, change.new) {
      case (nil, let new?): RepoOp(change.key, .create(new))
      case (let old?, let new?): RepoOp(change.key, .update(new, previous: old))
      case (let old?, nil): RepoOp(change.key, .delete(previous: old))
      case (nil, nil): nil
      }
    }
  }

  /// What the subscriber gets, by definition.
  var proof: Set<CID> { after.oracle.coveringProof(of: ops.map(\.key.bytes)) }

  /// What is in the tree after and not in the one before.
  var newNodes: Set<CID> {
    Set(after.blocks.blocks.keys.filter { before.blocks.blocks[$0] == nil })
  }

  var goneNodes: Set<CID> {
    Set(before.blocks.blocks.keys.filter { after.blocks.blocks[$0] == nil })
  }

  func nodes(_ cids: Set<CID>) -> BlockMap {
    BlockMap(after.blocks.blocks.filter { cids.contains($0.key) })
  }

  /// The steps from place `number` to every other one of both kinds.
  static func all(from number: Int) -> [SmallStep] {
    (SmallWorld.places + SmallWorld.changedPlaces).map {
      SmallStep(before: SmallWorld.places[number], after: $0)
    }
  }
}

extension MST {
  mutating func apply(_ op: RepoOp) throws -> CID? {
    if let value = op.value { try insert(op.key, value) } else { try remove(op.key) }
  }
}
