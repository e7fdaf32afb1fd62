// MSTBlockWalk.swift: every block of a tree in the order of an export, one at a time.
//
// Preorder, so that a reader can follow with one path in memory: a node, and then slot by slot the
// subtree before an entry and the entry's record. A walk can wait between two blocks for as long as
// whoever reads them takes. Spec: https://atproto.com/specs/repository
import DAGCBOR

/// A block of a tree as an export meets it.
public enum TreeBlock: Sendable {
  /// A node, with its bytes.
  case node(CID, [UInt8])
  /// A record, by its key.
  case record(MSTKey, CID)
}

extension MST {
  /// The nodes and entries, parents first and in key order. Nothing is read before the first
  /// `next()`. The tree must be sealed.
  ///
  /// - Parameter nodes: only these, and the entries in them; a subtree whose root is not among them
  ///   is left out, with everything below it. Nil for all.
  public func blockWalk(only nodes: Set<CID>? = nil) -> MSTBlockWalk {
    MSTBlockWalk(self, only: nodes)
  }
}

/// A walk along the blocks of a tree. A value: a copy goes on from the same place by itself.
///
/// Cost: each node is read once; memory is one path.
public struct MSTBlockWalk: Sendable {
  private let tree: MST
  private let nodes: Set<CID>?
  private var frames: [Frame] = []
  /// The node to open next, before anything else.
  private var pending: (digest: Digest, height: Int?, parent: Digest?)?

  /// An open node and what of it is to come: slot 2i is link i, slot 2i + 1 is entry i.
  private struct Frame {
    let node: MSTNode
    let digest: Digest
    var slots: Range<Int>
  }

  init(_ tree: MST, only nodes: Set<CID>?) {
    self.tree = tree
    self.nodes = nodes
    pending = tree.root.digest.map { ($0, nil, nil) }
  }

  /// The next block, nil after the last.
  ///
  /// - Throws: `.blockMissing`, `.readFailed`, `.node`; the walk then stays before that node.
  public mutating func next() throws(MSTError) -> TreeBlock? {
    while true {
      if let block = try openPending() { return block }
      guard let top = frames.indices.last else { return nil }
      guard let slot = frames[top].slots.popFirst() else {
        frames.removeLast()
        continue
      }
      let node = frames[top].node
      if slot % 2 == 1 {
        return .record(node.key(slot / 2), CID(digest: node.leaves[slot / 2].value))
      }
      if let child = node.link(slot / 2).digest {
        pending = (child, node.height - 1, frames[top].digest)
      }
    }
  }

  private mutating func openPending() throws(MSTError) -> TreeBlock? {
    guard let (digest, height, parent) = pending else { return nil }
    let cid = CID(digest: digest)
    if let nodes, !nodes.contains(cid) {
      pending = nil
      return nil
    }
    let block = try tree.bytes(cid, neededBy: parent)
    let node = try MST.decoded(block, cid, height: height)
    pending = nil
    frames.append(Frame(node: node, digest: digest, slots: 0..<2 * node.count + 1))
    return .node(cid, block)
  }
}
