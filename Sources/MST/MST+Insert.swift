// MST+Insert.swift: putting a key into the tree.
//
// A key belongs at its own layer. On the way down from the root either a node of that layer is
// found, where the key takes its place and the subtree that straddled it is cut in two (`split`),
// or an empty link, which is filled by a new node under as many key-less nodes as the layers
// between need. A key higher than the root cuts the whole tree in two.
// Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-1, INV-2, INV-3
import DAGCBOR

extension MST {
  /// Sets the record CID under `key`, whether or not there was one.
  ///
  /// Cost: O(height) nodes loaded and changed, in place where no other tree shares them.
  /// - Returns: the CID that was there before, nil for a new key.
  /// - Throws: `.value` unless `value` is a dag-cbor CID, `.limit` where the key's layer or a
  ///   node's size would pass its bound, `.blockMissing`, `.readFailed`, `.node`; then nothing
  ///   has changed.
  @discardableResult
  public mutating func insert(_ key: MSTKey, _ value: CID) throws(MSTError) -> CID? {
    guard value.codec == .dagCBOR else { throw .value(value) }
    var insertion = Insertion(key: key, height: key.height, value: value.digest)
    guard insertion.height <= heightMax else {
      throw .limit(.tooHigh, key: key.description)
    }
    guard let top = try loadedRoot() else {
      root = insertion.newSubtree(upTo: insertion.height)
      return nil
    }
    if insertion.height > top.height {
      let halves = try split(root, at: key, height: top.height, neededBy: nil)
      let node = MSTNode(height: insertion.height)
      node.insert(
        key, value.digest, at: 0,
        between: (
          MST.raised(halves.0, from: top.height, to: insertion.height - 1),
          MST.raised(halves.1, from: top.height, to: insertion.height - 1)
        ))
      root = .pending(node)
    } else {
      var root = exchange(&self.root, with: .empty)
      defer { self.root = root }
      _ = try insert(&insertion, into: &root, height: nil, neededBy: nil)
    }
    return insertion.previous.map { CID(digest: $0) }
  }

  /// Loads the root, which stays in memory from now on, and tells its layer and number of keys; nil
  /// for the empty tree. The node itself is not returned: a second reference would prevent changing
  /// it in place.
  mutating func loadedRoot() throws(MSTError) -> (height: Int, count: Int)? {
    guard let node = try node(root, height: nil, neededBy: nil), node.count > 0 else {
      return nil
    }
    if case .stored(let digest) = root { root = .loaded(digest, node) }
    return (node.height, node.count)
  }

  private func insert(
    _ insertion: inout Insertion, into link: inout Link, height: Int?, neededBy parent: Digest?
  ) throws(MSTError) -> Edit {
    let digest = link.digest
    return try edit(&link, height: height, neededBy: parent) { node throws(MSTError) in
      let (index, isFound) = insertion.key.bytes.withUnsafeBytes { node.search($0) }
      if node.height == insertion.height {
        return try place(&insertion, in: node, digest, at: index, isFound: isFound)
      }
      if isFound { throw misplaced(insertion.key, in: digest) }
      if node.links[index].isEmpty {
        node.links[index] = insertion.newSubtree(upTo: node.height - 1)
        return .changed
      }
      return try insert(
        &insertion, into: &node.links[index], height: node.height - 1, neededBy: digest)
    }
  }

  /// Puts the key into a node of its own layer, or the new value under it.
  private func place(
    _ insertion: inout Insertion, in node: MSTNode, _ digest: Digest?, at index: Int, isFound: Bool
  ) throws(MSTError) -> Edit {
    if isFound {
      insertion.previous = node.leaves[index].value
      if insertion.previous == insertion.value { return .unchanged }
      node.setValue(index, insertion.value)
      return .changed
    }
    guard node.count < MSTLimits.entryCountMax else {
      throw .limit(.tooManyEntries, key: insertion.key.description)
    }
    let halves = try split(
      node.link(index), at: insertion.key, height: node.height - 1, neededBy: digest)
    node.insert(insertion.key, insertion.value, at: index, between: halves)
    return .changed
  }

  /// Cuts the subtree behind `link` into the keys before `key` and those after it. A half that is
  /// the whole subtree is the link itself, so nothing of it becomes pending.
  private func split(
    _ link: Link, at key: MSTKey, height: Int, neededBy parent: Digest?
  ) throws(MSTError) -> (Link, Link) {
    guard let node = try node(link, height: height, neededBy: parent) else {
      return (.empty, .empty)
    }
    let (index, isFound) = key.bytes.withUnsafeBytes { node.search($0) }
    if isFound { throw misplaced(key, in: link.digest) }
    let halves =
      height == 0
      ? (.empty, .empty)
      : try split(node.links[index], at: key, height: height - 1, neededBy: link.digest)
    if index == node.count && halves.1.isEmpty { return (link, .empty) }
    if index == 0 && halves.0.isEmpty { return (.empty, link) }
    return (
      node.prefix(index, endingIn: halves.0), node.suffix(index, beginningWith: halves.1)
    )
  }

  /// `link` below as many key-less nodes as lead from its layer to another one.
  static func raised(_ link: Link, from height: Int, to target: Int) -> Link {
    if link.isEmpty { return .empty }
    return (height + 1..<max(target, height) + 1).reduce(link) { link, height in
      .pending(MSTNode(height: height, over: link))
    }
  }

  func misplaced(_ key: MSTKey, in digest: Digest?) -> MSTError {
    .shape(CID(digest: digest ?? MST.emptyRootDigest), .height, key: key.description)
  }
}

/// One key on its way into the tree, and what it found there.
private struct Insertion {
  let key: MSTKey
  let height: Int
  let value: Digest
  var previous: Digest?

  /// A subtree that holds this key alone, its top at `target`.
  func newSubtree(upTo target: Int) -> Link {
    let node = MSTNode(height: height)
    node.insert(key, value, at: 0, between: (.empty, .empty))
    return MST.raised(.pending(node), from: height, to: target)
  }
}

extension MSTNode {
  func insert(_ key: MSTKey, _ value: Digest, at index: Int, between links: (Link, Link)) {
    key.bytes.withUnsafeBytes { insert($0, value, at: index, between: links) }
  }
}
