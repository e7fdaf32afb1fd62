// MST+Blocks.swift: every block of a tree in the order of an export.
//
// Preorder, so that a reader can follow with one path in memory: a node, and then slot by slot the
// subtree before an entry and the entry's record. Spec: https://atproto.com/specs/repository
import DAGCBOR

/// A block of a tree as an export meets it.
public enum TreeBlock: Sendable {
  /// A node, with its bytes.
  case node(CID, [UInt8])
  /// A record, by its key.
  case record(MSTKey, CID)
}

extension MST {
  /// Calls `visit` for each node and entry, parents first and in key order.
  ///
  /// Cost: each node is read once; memory is one path. The tree must be sealed.
  /// - Parameter skip: whether a subtree is left out, with everything below it.
  /// - Throws: what `visit` throws; `.blockMissing`, `.readFailed`, `.node` through `wrap`.
  public func forEachBlock<E: Error>(
    skipping skip: (CID) -> Bool = { _ in false }, wrap: (MSTError) -> E,
    _ visit: (TreeBlock) throws(E) -> Void
  ) throws(E) {
    guard let digest = root.digest else { return }
    try withoutActuallyEscaping(skip) { skip throws(E) in
      let walk = BlockWalk(tree: self, skips: skip)
      try walk.visit(digest, height: nil, neededBy: nil, wrap: wrap, visit)
    }
  }
}

private struct BlockWalk {
  let tree: MST
  let skips: (CID) -> Bool

  func visit<E: Error>(
    _ digest: Digest, height: Int?, neededBy parent: Digest?, wrap: (MSTError) -> E,
    _ body: (TreeBlock) throws(E) -> Void
  ) throws(E) {
    let cid = CID(digest: digest)
    if skips(cid) { return }
    let block: [UInt8]
    let node: MSTNode
    do throws(MSTError) {
      block = try tree.bytes(cid, neededBy: parent)
      node = try MST.decoded(block, cid, height: height)
    } catch {
      throw wrap(error)
    }
    try body(.node(cid, block))
    for index in 0...node.count {
      if let child = node.link(index).digest {
        try visit(child, height: node.height - 1, neededBy: digest, wrap: wrap, body)
      }
      if index < node.count {
        try body(.record(node.key(index), CID(digest: node.leaves[index].value)))
      }
    }
  }
}

extension MST {
  /// Calls `visit` for each entry of a partial tree whose nodes are all in memory, passing over the
  /// subtrees that are not there.
  package func forEachKnownEntry(_ visit: (MSTEntry) -> Void) {
    MST.visitKnown(root, visit)
  }

  private static func visitKnown(_ link: Link, _ visit: (MSTEntry) -> Void) {
    switch link {
    case .empty, .stored: return
    case .loaded(_, let node), .pending(let node):
      for index in 0...node.count {
        visitKnown(node.link(index), visit)
        if index < node.count {
          visit(MSTEntry(key: node.key(index), value: CID(digest: node.leaves[index].value)))
        }
      }
    }
  }
}
