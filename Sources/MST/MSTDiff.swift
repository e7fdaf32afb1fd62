// MSTDiff.swift: what differs between two trees.
//
// Both trees are walked side by side as sequences of subtrees and entries. Where both sides stand
// before the same subtree it is skipped unread; otherwise the higher of the two is opened. The cost
// follows the difference, not the size.
import DAGCBOR

/// One key whose record differs.
public struct MSTChange: Hashable, Sendable {
  public var key: MSTKey
  /// nil: the key is not in the old tree.
  public var old: CID?
  /// nil: the key is not in the new tree.
  public var new: CID?

  public init(key: MSTKey, old: CID?, new: CID?) {
    self.key = key
    self.old = old
    self.new = new
  }
}

/// The difference between two trees.
public struct MSTDiff: Hashable, Sendable {
  /// In key order.
  public var changes: [MSTChange] = []
  /// Nodes of the new tree that are not in the old one, parents first.
  public var newNodes: [CID] = []
  /// Nodes of the old tree that are not in the new one, parents first.
  public var goneNodes: [CID] = []
}

extension MST {
  /// Compares this tree with a later one.
  ///
  /// Cost: O(changes × height) nodes. A node that has not been sealed has no CID: it is compared
  /// key by key and not listed.
  /// - Throws: `.blockMissing`, `.readFailed`, `.node` of either tree.
  public func diff(to new: MST) throws(MSTError) -> MSTDiff {
    var old = DiffSide(self)
    var new = DiffSide(new)
    var diff = MSTDiff()
    while true {
      switch (old.head, new.head) {
      case (nil, nil):
        let before = Set(old.opened)
        let after = Set(new.opened)
        diff.newNodes = new.opened.filter { !before.contains($0) }
        diff.goneNodes = old.opened.filter { !after.contains($0) }
        return diff
      case (.subtree(let a, let heightA), .subtree(let b, let heightB)):
        if let digest = a.digest, digest == b.digest {
          old.skip()
          new.skip()
        } else if let heightA, let heightB, heightA != heightB {
          if heightA > heightB { try old.open() } else { try new.open() }
        } else {
          try old.open()
          try new.open()
        }
      case (.subtree, _): try old.open()
      case (_, .subtree): try new.open()
      case (.entry(let a)?, .entry(let b)?): try step(a, b, &old, &new, &diff)
      case (.entry(let a)?, nil):
        diff.changes.append(MSTChange(key: a.key, old: a.value, new: nil))
        old.skip()
      case (nil, .entry(let b)?):
        diff.changes.append(MSTChange(key: b.key, old: nil, new: b.value))
        new.skip()
      }
    }
  }

  private func step(
    _ a: MSTEntry, _ b: MSTEntry, _ old: inout DiffSide, _ new: inout DiffSide,
    _ diff: inout MSTDiff
  ) throws(MSTError) {
    if a.key == b.key {
      if a.value != b.value {
        diff.changes.append(MSTChange(key: a.key, old: a.value, new: b.value))
      }
      old.skip()
      new.skip()
    } else if a.key < b.key {
      diff.changes.append(MSTChange(key: a.key, old: a.value, new: nil))
      old.skip()
    } else {
      diff.changes.append(MSTChange(key: b.key, old: nil, new: b.value))
      new.skip()
    }
  }
}

/// One tree on its way through a comparison: what comes next, and what was opened.
private struct DiffSide {
  enum Item {
    /// A layer of nil is a root that is not in memory.
    case subtree(Link, height: Int?)
    case entry(MSTEntry)
  }

  private let tree: MST
  /// Items to come, the next one last.
  private var items: [Item]
  private(set) var opened: [CID] = []

  init(_ tree: MST) {
    self.tree = tree
    items = tree.root.isEmpty ? [] : [.subtree(tree.root, height: tree.heightInMemory)]
  }

  var head: Item? { items.last }

  mutating func skip() { items.removeLast() }

  /// Replaces the subtree at the head by what is in its node.
  mutating func open() throws(MSTError) {
    guard case .subtree(let link, let height)? = items.last else { return }
    guard let node = try tree.node(link, height: height, neededBy: nil) else { return }
    items.removeLast()
    if let digest = link.digest { opened.append(CID(digest: digest)) }
    for index in stride(from: node.count, through: 0, by: -1) {
      if index < node.count {
        items.append(
          .entry(
            MSTEntry(key: node.key(index), value: CID(digest: node.leaves[index].value))))
      }
      let child = node.link(index)
      if !child.isEmpty { items.append(.subtree(child, height: node.height - 1)) }
    }
  }
}

extension MST {
  /// The root's layer if its node is in memory.
  var heightInMemory: Int? {
    switch root {
    case .empty, .stored: nil
    case .loaded(_, let node), .pending(let node): node.height
    }
  }
}
