// MST+Blocks.swift: what is in a tree, told to a closure.
//
// Not here: the order of blocks, which is MSTBlockWalk's.
import DAGCBOR

extension MST {
  /// Calls `visit` for each node and entry, parents first and in key order.
  ///
  /// Cost: each node is read once; memory is one path. The tree must be sealed.
  /// - Throws: what `visit` throws; `.blockMissing`, `.readFailed`, `.node` through `wrap`.
  public func forEachBlock<E: Error>(
    wrap: (MSTError) -> E, _ visit: (TreeBlock) throws(E) -> Void
  ) throws(E) {
    var walk = blockWalk()
    while true {
      let block: TreeBlock?
      do throws(MSTError) { block = try walk.next() } catch { throw wrap(error) }
      guard let block else { return }
      try visit(block)
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
