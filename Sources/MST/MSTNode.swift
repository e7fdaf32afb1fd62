// MSTNode.swift: one node of the tree in memory: its keys, values and links.
//
// All keys stand whole in one buffer, without prefix compression, so that a search compares bytes
// and an edit moves bytes; leaves are plain bits. Nodes at layer zero have no links at all.
//
//   keyBytes   a.b.c/1 a.b.c/22 a.b.c/3
//   leaves           7 ^     15 ^    22 ^   (keyEnd, value)
//   links     0       1         2        3  subtrees between and around the keys; [] at layer 0
//
// Not here: encoding (NodeWriter), decoding (MSTNode+Decode), the tree's own rules (MST+…).
import DAGCBOR

/// A subtree as a node knows it. A pending node has no CID, by type: nothing can be stale.
enum Link {
  case empty
  /// A block that is not in memory.
  case stored(Digest)
  /// A sealed node in memory; it is not changed while anyone else can see it.
  case loaded(Digest, MSTNode)
  /// A node that has been changed since it was last sealed, or never was.
  case pending(MSTNode)

  var isEmpty: Bool { if case .empty = self { true } else { false } }

  /// The CID where one is known: nil for an empty and for a pending link.
  var digest: Digest? {
    switch self {
    case .empty, .pending: nil
    case .stored(let digest), .loaded(let digest, _): digest
    }
  }
}

struct Leaf: BitwiseCopyable {
  /// Where this entry's key ends in `keyBytes`; it begins where the one before it ends.
  var keyEnd: UInt32
  var value: Digest
}

// Safe to share: a node is changed only by a tree that holds the one reference to it
// (`isKnownUniquelyReferenced` from the root down, see `MST.open`), so no other thread sees a
// change.
final class MSTNode: @unchecked Sendable {
  let height: Int
  // Safe unchecked: what is changed has one reference, and one call stack holds it. The run-time
  // checks were a quarter of the instructions of a change outside of hashing.
  @exclusivity(unchecked) private(set) var keyBytes: [UInt8]
  @exclusivity(unchecked) private(set) var leaves: [Leaf]
  @exclusivity(unchecked) var links: [Link]

  /// A node without keys; above layer zero with one link.
  init(height: Int, over link: Link = .empty) {
    self.height = height
    keyBytes = []
    leaves = []
    links = height == 0 ? [] : [link]
  }

  /// INV-2 is the caller's: `links` is empty at layer zero and one longer than `leaves` above.
  init(height: Int, keyBytes: [UInt8], leaves: [Leaf], links: [Link]) {
    self.height = height
    self.keyBytes = keyBytes
    self.leaves = leaves
    self.links = links
    assert(linkCountIsRight, "INV-2: \(links.count) links for \(leaves.count) keys at \(height)")
  }

  func copy() -> MSTNode {
    MSTNode(height: height, keyBytes: keyBytes, leaves: leaves, links: links)
  }

  var count: Int { leaves.count }

  func keyRange(_ index: Int) -> Range<Int> {
    let start = index == 0 ? 0 : Int(leaves[index - 1].keyEnd)
    return start..<Int(leaves[index].keyEnd)
  }

  func key(_ index: Int) -> MSTKey { MSTKey(checked: keyBytes[keyRange(index)]) }

  func withKey<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let range = keyRange(index)
    return keyBytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// The subtree before key `index`; after the last key for `count`.
  func link(_ index: Int) -> Link { height == 0 ? .empty : links[index] }

  /// The first index whose key is not before `key`, and whether that key is equal.
  /// Nodes hold 3.7 keys on average, so a linear scan is the fastest search.
  func search(_ key: UnsafeRawBufferPointer) -> (index: Int, isFound: Bool) {
    keyBytes.withUnsafeBytes { keyBytes in
      leaves.withUnsafeBufferPointer { leaves in
        var start = 0
        for index in 0..<leaves.count {
          let end = Int(leaves[index].keyEnd)
          let order = KeyOrder.compare(
            UnsafeRawBufferPointer(rebasing: keyBytes[start..<end]), key)
          if order >= 0 { return (index, order == 0) }
          start = end
        }
        return (leaves.count, false)
      }
    }
  }

  /// The first index whose key is not before `key`.
  func place(of key: MSTKey) -> Int { key.bytes.withUnsafeBytes { search($0).index } }

  // MARK: Changes; only on a uniquely held node.

  func setValue(_ index: Int, _ value: Digest) { leaves[index].value = value }

  /// Puts `key` before the key at `index`, with `left` and `right` around it in place of the link
  /// that was there.
  func insert(
    _ key: UnsafeRawBufferPointer, _ value: Digest, at index: Int, between links: (Link, Link)
  ) {
    let start = index == 0 ? 0 : Int(leaves[index - 1].keyEnd)
    keyBytes.insert(contentsOf: key, at: start)
    leaves.insert(Leaf(keyEnd: UInt32(start), value: value), at: index)
    shiftKeyEnds(from: index, by: key.count)
    guard height > 0 else { return }
    self.links[index] = links.0
    self.links.insert(links.1, at: index + 1)
  }

  /// Takes the key at `index` out; `link` stands where it and the links around it were.
  func remove(at index: Int, joining link: Link) {
    let range = keyRange(index)
    keyBytes.removeSubrange(range)
    leaves.remove(at: index)
    shiftKeyEnds(from: index, by: -range.count)
    guard height > 0 else { return }
    links[index] = link
    links.remove(at: index + 1)
  }

  private func shiftKeyEnds(from index: Int, by distance: Int) {
    leaves.withUnsafeMutableBufferPointer { leaves in
      for index in index..<leaves.count {
        leaves[index].keyEnd = UInt32(Int(leaves[index].keyEnd) + distance)
      }
    }
  }

  /// The part before key `index`, ending in `last`, as a link; `.empty` where nothing is left.
  func prefix(_ index: Int, endingIn last: Link) -> Link {
    if index == 0 && last.isEmpty { return .empty }
    let end = index == 0 ? 0 : Int(leaves[index - 1].keyEnd)
    return .pending(
      MSTNode(
        height: height, keyBytes: Array(keyBytes[..<end]), leaves: Array(leaves[..<index]),
        links: height == 0 ? [] : Array(links[..<index]) + [last]))
  }

  /// The part from key `index` on, beginning with `first`; `.empty` where nothing is left.
  func suffix(_ index: Int, beginningWith first: Link) -> Link {
    if index == count && first.isEmpty { return .empty }
    let start = index == 0 ? 0 : Int(leaves[index - 1].keyEnd)
    let node = MSTNode(
      height: height, keyBytes: Array(keyBytes[start...]), leaves: Array(leaves[index...]),
      links: height == 0 ? [] : [first] + Array(links[(index + 1)...]))
    node.shiftKeyEnds(from: 0, by: -start)
    return .pending(node)
  }

  /// This node's keys and then those of `next`, with `middle` between them.
  func joined(with next: MSTNode, over middle: Link) -> MSTNode {
    let node = MSTNode(
      height: height, keyBytes: keyBytes + next.keyBytes, leaves: leaves + next.leaves,
      links: height == 0 ? [] : links.dropLast() + [middle] + next.links.dropFirst())
    node.shiftKeyEnds(from: count, by: keyBytes.count)
    return node
  }
}

extension MSTNode {
  /// Encodes this node and calls `body` with the bytes, borrowed for the call. Every link must be
  /// sealed: a pending one has no CID to write.
  func encode<R>(with writer: inout NodeWriter, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    writer.reset()
    if height > 0, let left = links[0].digest { writer.link(left) }
    keyBytes.withUnsafeBytes { keyBytes in
      var start = 0
      var last = UnsafeRawBufferPointer(start: nil, count: 0)
      for index in 0..<leaves.count {
        let leaf = leaves[index]
        let end = Int(leaf.keyEnd)
        let key = UnsafeRawBufferPointer(rebasing: keyBytes[start..<end])
        writer.append(key: key, sharing: KeyOrder.commonPrefix(last, key), value: leaf.value)
        if height > 0, let right = links[index + 1].digest { writer.link(right) }
        (start, last) = (end, key)
      }
    }
    return writer.finish(body)
  }
}
