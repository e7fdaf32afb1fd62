// MSTWalk.swift: the entries of a range in order, one at a time.
//
// A stack of open nodes, each with the part of it that is still to come; only nodes that the range
// reaches are loaded, and at most one per layer is held.
import DAGCBOR

/// An entry of the tree.
public struct MSTEntry: Hashable, Sendable {
  public var key: MSTKey
  public var value: CID

  public init(key: MSTKey, value: CID) {
    self.key = key
    self.value = value
  }
}

extension MST {
  /// Which end of a range a walk begins at.
  public enum Direction: Sendable { case ascending, descending }

  /// The entries in `range`, in order. Nothing is read before the first `next()`.
  public func walk(_ range: KeyRange = .all, _ direction: Direction = .ascending) -> MSTWalk {
    MSTWalk(self, range, direction)
  }

  /// The number of entries in `range`; reads every node that the range reaches.
  public func count(in range: KeyRange = .all) throws(MSTError) -> Int {
    var walk = walk(range)
    var count = 0
    while try walk.next() != nil { count += 1 }
    return count
  }
}

/// A walk along the entries of a range. A value: a copy goes on from the same place by itself.
public struct MSTWalk: Sendable {
  private let tree: MST
  private let range: KeyRange
  private let direction: MST.Direction
  private var frames: [Frame] = []
  private var hasBegun = false

  /// An open node and what of it is to come: slot 2i is link i, slot 2i + 1 is key i.
  private struct Frame {
    let node: MSTNode
    let digest: Digest?
    var slots: Range<Int>
  }

  init(_ tree: MST, _ range: KeyRange, _ direction: MST.Direction) {
    self.tree = tree
    self.range = range
    self.direction = direction
  }

  /// The next entry, nil at the end.
  ///
  /// Cost: amortised O(1) nodes; the first call O(height).
  /// - Throws: `.blockMissing`, `.readFailed`, `.node`; the walk then stays before the missing
  ///   part.
  public mutating func next() throws(MSTError) -> MSTEntry? {
    if !hasBegun {
      try open(tree.root, height: nil, neededBy: nil)
      hasBegun = true
    }
    while let top = frames.indices.last {
      guard let slot = takeSlot(from: top) else {
        frames.removeLast()
        continue
      }
      let frame = frames[top]
      if slot % 2 == 1 {
        let index = slot / 2
        return MSTEntry(
          key: frame.node.key(index), value: CID(digest: frame.node.leaves[index].value))
      }
      do {
        try open(
          frame.node.link(slot / 2), height: frame.node.height - 1, neededBy: frame.digest)
      } catch {
        frames[top] = frame
        putBack(slot, into: top)
        throw error
      }
    }
    return nil
  }

  private mutating func takeSlot(from top: Int) -> Int? {
    guard !frames[top].slots.isEmpty else { return nil }
    let slots = frames[top].slots
    switch direction {
    case .ascending:
      frames[top].slots = slots.lowerBound + 1..<slots.upperBound
      return slots.lowerBound
    case .descending:
      frames[top].slots = slots.lowerBound..<slots.upperBound - 1
      return slots.upperBound - 1
    }
  }

  private mutating func putBack(_ slot: Int, into top: Int) {
    let slots = frames[top].slots
    frames[top].slots =
      direction == .ascending ? slot..<slots.upperBound : slots.lowerBound..<slot + 1
  }

  private mutating func open(
    _ link: Link, height: Int?, neededBy parent: Digest?
  ) throws(MSTError) {
    guard let node = try tree.node(link, height: height, neededBy: parent) else { return }
    frames.append(Frame(node: node, digest: link.digest, slots: range.slots(of: node)))
  }
}
