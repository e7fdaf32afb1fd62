// MST+Remove.swift: taking a key out of the tree.
//
// Removing a key leaves the two subtrees beside it without anything between them; they are joined
// into one, down to layer zero (`merging`). A node left without keys and subtrees goes, and its
// parents with it where they had nothing else; a root left with one subtree gives way to it
// (`trim`). Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-2, INV-3
import DAGCBOR

extension MST {
  /// Removes `key`.
  ///
  /// Cost: O(height) nodes loaded and changed.
  /// - Returns: the CID that was there, nil where the key was not in the tree.
  /// - Throws: `.blockMissing`, `.readFailed`, `.node`, and `.limit` where joining two subtrees
  ///   would make a node too large; then nothing has changed.
  @discardableResult
  public mutating func remove(_ key: MSTKey) throws(MSTError) -> CID? {
    guard let top = try loadedRoot() else { return nil }
    var removal = Removal(key: key, height: key.height)
    if removal.height == top.height && top.count == 1 {
      try removeOnlyKeyOfRoot(&removal)
    } else {
      var root = exchange(&self.root, with: .empty)
      defer { self.root = root }
      _ = try remove(&removal, from: &root, height: nil, neededBy: nil)
    }
    return removal.removed.map { CID(digest: $0) }
  }

  /// The one case in which the root itself goes: what is below its only key becomes the tree.
  private mutating func removeOnlyKeyOfRoot(_ removal: inout Removal) throws(MSTError) {
    guard let node = try node(root, height: nil, neededBy: nil),
      removal.key.bytes.withUnsafeBytes({ node.search($0).isFound })
    else { return }
    let joint = try merging(
      node.link(0), node.link(1), removing: removal.key, height: node.height - 1,
      neededBy: (root.digest, root.digest))
    removal.removed = node.leaves[0].value
    root = try trimmed(joint, height: node.height - 1, neededBy: root.digest)
  }

  private func remove(
    _ removal: inout Removal, from link: inout Link, height: Int?, neededBy parent: Digest?
  ) throws(MSTError) -> Edit {
    let digest = link.digest
    return try edit(&link, height: height, neededBy: parent) { node throws(MSTError) in
      let (index, isFound) = removal.key.bytes.withUnsafeBytes { node.search($0) }
      if node.height == removal.height {
        guard isFound else { return .unchanged }
        let joint = try merging(
          node.link(index), node.link(index + 1), removing: removal.key, height: node.height - 1,
          neededBy: (digest, digest))
        removal.removed = node.leaves[index].value
        node.remove(at: index, joining: joint)
        return node.count == 0 && joint.isEmpty ? .emptied : .changed
      }
      if isFound { throw misplaced(removal.key, in: digest) }
      guard node.height > removal.height else { return .unchanged }
      let edit = try remove(
        &removal, from: &node.links[index], height: node.height - 1, neededBy: digest)
      return edit == .emptied && node.count > 0 ? .changed : edit
    }
  }

  /// Joins two neighbouring subtrees of one layer; `parents` name them, for errors.
  private func merging(
    _ left: Link, _ right: Link, removing key: MSTKey, height: Int,
    neededBy parents: (Digest?, Digest?)
  ) throws(MSTError) -> Link {
    guard let before = try node(left, height: height, neededBy: parents.0) else { return right }
    guard let after = try node(right, height: height, neededBy: parents.1) else { return left }
    guard before.count + after.count <= MSTLimits.entryCountMax else {
      throw .limit(.tooManyEntries, key: key.description)
    }
    let middle =
      height == 0
      ? .empty
      : try merging(
        before.links[before.count], after.links[0], removing: key, height: height - 1,
        neededBy: (left.digest, right.digest))
    return .pending(before.joined(with: after, over: middle))
  }

  /// `link` without the key-less nodes above its first key. The layer is passed down, because a
  /// key-less node does not tell its own.
  private func trimmed(
    _ link: Link, height: Int, neededBy parent: Digest?
  ) throws(MSTError) -> Link {
    guard let node = try node(link, height: height, neededBy: parent) else { return .empty }
    if node.count == 0 {
      return try trimmed(node.link(0), height: height - 1, neededBy: link.digest)
    }
    if case .stored(let digest) = link { return .loaded(digest, node) }
    return link
  }
}

/// One key on its way out of the tree.
private struct Removal {
  let key: MSTKey
  let height: Int
  var removed: Digest?
}
