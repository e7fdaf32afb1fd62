// HostileTree.swift: trees that are wrong in one way, every block of them well formed and honestly
// hashed.
import DAGCBOR
@testable import MST
import TestKit
import Testing

struct HostileTree: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var root: SlowNode
  var error: MSTError

  init(_ name: String, _ root: SlowNode, _ error: (SlowNode) -> MSTError) {
    (testDescription, self.root) = (name, root)
    self.error = error(root)
  }

  var blocks: BlockMap { root.blocksBelow }

  /// A key of a layer, the letters in its front deciding its place.
  static func key(_ letters: String, _ depth: Int) -> [UInt8] {
    KeyMine.key("\(letters)/", depth: depth)
  }

  static func entry(_ letters: String, _ depth: Int) -> SlowEntry {
    SlowEntry(key(letters, depth), record(depth))
  }

  static func text(_ letters: String, _ depth: Int) -> String {
    String(decoding: key(letters, depth), as: UTF8.self)
  }

  static func leaf(_ letters: String...) -> SlowNode {
    SlowNode(
      level: 0, entries: letters.map { entry($0, 0) },
      children: Array(repeating: nil, count: letters.count + 1))
  }

  static func node(_ children: [SlowNode?], _ entries: SlowEntry...) -> SlowNode {
    SlowNode(level: 0, entries: entries, children: children)
  }

  /// `count` key-less nodes above `node`.
  static func chain(_ count: Int, over node: SlowNode) -> SlowNode {
    (0..<count).reduce(node) { below, _ in self.node([below]) }
  }

  static func flat(_ count: Int) -> SlowNode {
    let keys = KeyMine.keys("flat/", depth: 0, count: count)
      .sorted { $0.lexicographicallyPrecedes($1) }
    return SlowNode(
      level: 0, entries: keys.map { SlowEntry($0, record(0)) },
      children: Array(repeating: nil, count: count + 1))
  }

  /// Every node has the same child on both sides of its key: 2^height ways down.
  static func doubled(height: Int) -> SlowNode {
    (1...height).reduce(leaf("m")) { below, depth in node([below, below], entry("n", depth)) }
  }
}

extension HostileTree {
  static let layers: [HostileTree] = [
    HostileTree("a key above its layer", node([nil, nil, nil], entry("b", 1), entry("c", 0))) {
      .shape($0.cid, .height, key: text("c", 0))
    },
    HostileTree("a key below its layer", node([nil, nil, nil], entry("b", 0), entry("c", 1))) {
      .shape($0.cid, .height, key: text("c", 1))
    },
    HostileTree("a child two layers down", node([leaf("a"), nil], entry("b", 2))) {
      .shape($0.children[0]!.cid, .height, key: text("a", 0))
    },
    HostileTree(
      "a child of its parent's layer", node([nil, node([nil, nil], entry("c", 1))], entry("b", 1))
    ) {
      .shape($0.children[1]!.cid, .height, key: text("c", 1))
    },
    HostileTree(
      "a key-less node where keys must stand",
      node([chain(1, over: leaf("a")), nil], entry("b", 1))
    ) {
      .node($0.children[0]!.cid, .init(subtreeAtZeroOf: ()))
    },
    HostileTree(
      "a chain of key-less nodes down to nothing",
      node([nil, chain(100, over: leaf("c"))], entry("b", 4))
    ) {
      var node = $0.children[1]!
      for _ in 0..<3 { node = node.children[0]! }
      return .node(node.cid, .init(subtreeAtZeroOf: ()))
    },
    HostileTree("a key-less root", chain(1, over: leaf("a"))) {
      .shape($0.cid, .untrimmedRoot, key: nil)
    },
    HostileTree("a chain of key-less nodes as a root", chain(1_000, over: leaf("a"))) {
      .shape($0.cid, .untrimmedRoot, key: nil)
    },
    HostileTree("an empty leaf", node([node([nil]), nil], entry("b", 1))) {
      .shape($0.children[0]!.cid, .emptyNode, key: nil)
    },
    HostileTree("an empty node above the leaves", node([nil, node([nil])], entry("b", 3))) {
      .shape($0.children[1]!.cid, .emptyNode, key: nil)
    },
    HostileTree(
      "a chain that ends in an empty leaf", node([chain(1, over: node([nil])), nil], entry("b", 2))
    ) {
      .shape($0.children[0]!.children[0]!.cid, .emptyNode, key: nil)
    },
  ]

  static let orders: [HostileTree] = [
    HostileTree(
      "a left child with a key after its parent's", node([leaf("c"), nil], entry("b", 1))
    ) {
      .shape($0.cid, .order, key: text("b", 1))
    },
    HostileTree(
      "a right child with a key before its parent's", node([nil, leaf("a")], entry("b", 1))
    ) {
      .shape($0.children[1]!.cid, .order, key: text("a", 0))
    },
    HostileTree(
      "a grandchild beyond its grandparent's key",
      node([node([nil, leaf("d")], entry("b", 1)), nil], entry("c", 2))
    ) { .shape($0.cid, .order, key: text("c", 2)) },
    HostileTree(
      "two leaves with the same key",
      node([nil, leaf("c"), nil], entry("b", 1), entry("d", 1)).replacing(2, leaf("c"))
    ) { .shape($0.children[2]!.cid, .order, key: text("c", 0)) },
    HostileTree(
      "the same child at every slot",
      node([leaf("a"), leaf("a"), leaf("a")], entry("b", 1), entry("c", 1))
    ) { .shape($0.children[1]!.cid, .order, key: text("a", 0)) },
    HostileTree("a thousand ways to the same leaf", doubled(height: 8)) {
      var node = $0
      while node.children[0]!.children[0] != nil { node = node.children[0]! }
      return .shape(node.children[1]!.cid, .order, key: text("m", 0))
    },
  ]

  static let sizes: [HostileTree] = [257, 300].map { count in
    HostileTree("a flat node of \(count) entries", flat(count)) {
      .node($0.cid, .init(tooManyEntriesIn: ()))
    }
  }

  static let keys: [HostileTree] = [
    "noslash", "/rkey", "coll/", "a/b/c", "a//b", "/", "a/b c", "a/b%", "a/\u{e9}", "a/b\u{0}",
    "a/@b",
  ].map { text in
    HostileTree("the key \(text)", node([nil, nil], SlowEntry(Array(text.utf8), record(1)))) {
      .shape($0.cid, .key, key: text)
    }
  }
}

extension SlowNode {
  func replacing(_ index: Int, _ child: SlowNode) -> SlowNode {
    var children = children
    children[index] = child
    return SlowNode(level: level, entries: entries, children: children)
  }

  var blocksBelow: BlockMap {
    var blocks = BlockMap()
    var open = [self]
    while let node = open.popLast() {
      // A node that is there more than once is followed once.
      if blocks.blocks.updateValue(node.bytes, forKey: node.cid) != nil { continue }
      open += node.children.compactMap { $0 }
    }
    return blocks
  }
}
