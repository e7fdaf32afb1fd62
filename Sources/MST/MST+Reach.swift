// MST+Reach.swift: whether a block belongs to a tree, found without walking all of it.
//
// A node stands on the search path of each of its own keys and nowhere else, so one path tells. A
// record says nothing of where it stands: for it there is only the walk (MSTWalk).
import DAGCBOR

extension MST {
  /// Whether the node `cid` is part of this tree. The tree must be sealed.
  ///
  /// Cost: a path of nodes.
  /// - Returns: false as well for a block that is no node, or is not there.
  /// - Throws: `.blockMissing`, `.readFailed`, `.node` about the nodes of this tree.
  public func reaches(node cid: CID) throws(MSTError) -> Bool {
    if root.digest == cid.digest { return true }
    guard let key = firstKey(below: cid) else { return false }
    var link = root
    var parent: Digest?
    var height: Int?
    while let node = try node(link, height: height, neededBy: parent) {
      if link.digest == cid.digest { return true }
      let (index, isFound) = key.bytes.withUnsafeBytes { node.search($0) }
      guard !isFound, node.height > 0 else { return false }
      parent = link.digest
      link = node.links[index]
      height = node.height - 1
    }
    return false
  }

  /// A key on whose search path a node of this content would stand.
  private func firstKey(below cid: CID) -> MSTKey? {
    var digest = cid.digest
    for _ in 0...MSTLimits.acceptedHeightMax {
      guard let node = anyNode(digest) else { return nil }
      if node.count > 0 { return node.key(0) }
      guard let child = node.link(0).digest else { return nil }
      digest = child
    }
    return nil
  }

  /// The block as a node, of this tree or another; nil for what cannot be read as one.
  private func anyNode(_ digest: Digest) -> MSTNode? {
    do throws(BlockReadFailure) {
      guard let block = try blocks.block(CID(digest: digest)) else { return nil }
      return block.span.bytes.withUnsafeBytes { bytes in
        do throws(NodeFault) { return try MSTNode.decode(bytes, height: nil) } catch { return nil }
      }
    } catch {
      return nil
    }
  }
}
