// OpScript.swift: a random script of operations, played on the tree and on a plain list at once.
//
// After every step the tree's root must be the oracle's root of the list. Now and then the tree is
// copied, and the copy must stay what it was; or it is left and opened anew from its blocks.
// Not here: what is asked at the end of a script (OpScript+Ending).
import DAGCBOR
@testable import MST
import TestKit

struct Disagreement: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

struct OpScript {
  struct Copy {
    var tree: MST
    var state: [CID?]
  }

  var random: SplitMix64
  /// In key order; `state` holds the value of each, nil where it is not in the tree.
  let pool: [SlowEntry]
  let keys: [MSTKey]
  var state: [CID?]
  var tree = MST()
  var blocks = BlockMap()
  var copies: [Copy] = []

  init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    pool = KeyPool.drawn(with: &random)
    keys = try pool.map { try MSTKey($0.key) }
    state = Array(repeating: nil, count: pool.count)
  }

  mutating func play(stepCount: Int) throws {
    for step in 0..<stepCount {
      do {
        try change()
        try compareRoot()
        try disturb()
      } catch {
        throw Disagreement("step \(step): \(error)")
      }
    }
  }

  private mutating func change() throws {
    let index = Int.random(in: 0..<pool.count, using: &random)
    let before = state[index]
    // Half of all keys are in the tree on average; one step in eight changes nothing.
    let draw = random.next() % 16
    let after: CID? =
      switch draw {
      case 0: before
      case 1: nil
      case 2...5: record(Int(random.next() % 64))
      default: before == nil ? record(Int(random.next() % 64)) : nil
      }
    state[index] = after
    let found = try after.map { try tree.insert(keys[index], $0) } ?? tree.remove(keys[index])
    guard found == before else {
      throw Disagreement("\(keys[index]) was \(text(before)), the tree found \(text(found))")
    }
  }

  /// Seals the tree itself or a copy of it, so that pending nodes live on through several steps.
  private mutating func compareRoot() throws {
    let expected = SlowTree(sorted: OpScript.entries(pool, state)).root.cid
    let root: CID
    if random.next() % 2 == 0 {
      root = tree.seal { blocks.insert($0, $1) }
    } else {
      var copy = tree
      root = copy.seal { blocks.insert($0, $1) }
    }
    guard root == expected else {
      throw Disagreement("the root is \(root), the oracle's is \(expected)")
    }
  }

  private mutating func disturb() throws {
    switch random.next() % 32 {
    case 0, 1:
      copies.append(Copy(tree: tree, state: state))
    case 2 where !copies.isEmpty:
      try check(copies.remove(at: Int.random(in: 0..<copies.count, using: &random)))
    case 3 where !copies.isEmpty:
      // Goes on from the copy; what was the tree is the copy now.
      let copy = copies.removeLast()
      copies.append(Copy(tree: tree, state: state))
      (tree, state) = (copy.tree, copy.state)
    case 4:
      tree = MST(root: tree.seal { blocks.insert($0, $1) }, in: blocks)
    default:
      break
    }
  }

  func check(_ copy: Copy) throws {
    let entries = OpScript.entries(pool, copy.state)
    let found = try copy.tree.entries().map { [$0.key.bytes: $0.value] }
    guard found == entries.map({ [$0.key: $0.value] }) else {
      throw Disagreement("a copy's entries have changed")
    }
    var sealed = copy.tree
    guard sealed.seal() == SlowTree(sorted: entries).root.cid else {
      throw Disagreement("a copy's root has changed")
    }
  }

  static func entries(_ pool: [SlowEntry], _ state: [CID?]) -> [SlowEntry] {
    var entries: [SlowEntry] = []
    entries.reserveCapacity(pool.count)
    for (entry, value) in zip(pool, state) {
      guard let value else { continue }
      var entry = entry
      entry.value = value
      entries.append(entry)
    }
    return entries
  }

  private func text(_ cid: CID?) -> String { cid?.description ?? "absent" }
}
