// MST.swift: the tree as a value.
//
// A tree is its root link and a place to read blocks from. Copying it is free; nodes are shared
// until one copy changes them. Reading never changes a tree; changing one loads the nodes on the
// way and leaves them pending until `seal` gives them their CIDs.
//
//   MST ── root ──► loaded(cid, node)            links of a node:
//                     ├─ stored(cid)              empty | stored | loaded | pending
//                     ├─ pending(node)
//                     └─ …
//
// Changes: MST+Insert, MST+Remove, MST+Seal. Reading many: MSTWalk. Comparing: MSTDiff.
// Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-1, INV-2, INV-3
import DAGCBOR

/// A Merkle search tree from keys to the CIDs of records: a value with copy-on-write.
///
/// The shape, and so the root CID, is a pure function of the entries: neither order nor history
/// matters. After a call that throws, a tree holds the same entries as before it.
public struct MST: Sendable {
  var root: Link
  let blocks: any BlockReader
  /// The highest layer at which a key may be put in: `writtenHeightMax` except where other people's
  /// commits are undone.
  var heightMax = MSTLimits.writtenHeightMax

  /// The empty tree.
  public init() { self.init(link: .empty, blocks: BlockMap()) }

  /// The tree below `root`, whose blocks are read from `blocks` when they are needed.
  ///
  /// Nothing is read here, and nothing that is read later is checked beyond the node's own
  /// encoding: for blocks from outside see `MST.verified`. A node is always dag-cbor, whatever
  /// codec `root` names.
  public init(root: CID, in blocks: any BlockReader) {
    self.init(link: .stored(root.digest), blocks: blocks)
  }

  init(link: Link, blocks: any BlockReader) {
    root = link
    self.blocks = blocks
  }

  /// The CID of the empty tree's root node.
  public static let emptyRoot = CID(digest: emptyRootDigest)
  static let emptyRootDigest = {
    var writer = NodeWriter()
    return MSTNode(height: 0).encode(with: &writer) { Digest(of: $0) }
  }()
}

extension MST {
  /// The record CID under `key`, or nil.
  ///
  /// Cost: O(height) nodes, of which those that are not in memory are read and decoded.
  /// - Throws: `.blockMissing`, `.readFailed`, `.node`.
  public func value(of key: MSTKey) throws(MSTError) -> CID? {
    var link = root
    var parent: Digest?
    var height: Int?
    while let node = try node(link, height: height, neededBy: parent) {
      let (index, isFound) = key.bytes.withUnsafeBytes { node.search($0) }
      if isFound { return CID(digest: node.leaves[index].value) }
      guard node.height > 0 else { return nil }
      parent = link.digest
      link = node.links[index]
      height = node.height - 1
    }
    return nil
  }

  /// The node behind `link`, decoded now if it is not in memory; nil for an empty link.
  func node(
    _ link: Link, height: Int?, neededBy parent: Digest?
  ) throws(MSTError) -> MSTNode? {
    switch link {
    case .empty: nil
    case .loaded(_, let node), .pending(let node): node
    case .stored(let digest): try load(digest, height: height, neededBy: parent)
    }
  }

  func load(
    _ digest: Digest, height: Int?, neededBy parent: Digest?
  ) throws(MSTError) -> MSTNode {
    let cid = CID(digest: digest)
    return try MST.decoded(try bytes(cid, neededBy: parent), cid, height: height)
  }

  /// - Parameter height: what the parent says, nil for a root.
  static func decoded(_ block: [UInt8], _ cid: CID, height: Int?) throws(MSTError) -> MSTNode {
    let node: MSTNode
    do throws(NodeFault) {
      node = try block.span.bytes.withUnsafeBytes { bytes throws(NodeFault) in
        try MSTNode.decode(bytes, height: height)
      }
    } catch {
      throw .node(cid, error)
    }
    if node.count == 0 && height == nil && node.height > 0 {
      throw .shape(cid, .untrimmedRoot, key: nil)
    }
    if node.height > MSTLimits.acceptedHeightMax { throw .shape(cid, .tooHigh, key: nil) }
    return node
  }

  func bytes(_ cid: CID, neededBy parent: Digest?) throws(MSTError) -> [UInt8] {
    guard let block = try blocks.found(cid) else {
      throw .blockMissing(cid, neededBy: parent.map { CID(digest: $0) })
    }
    return block
  }

  /// Opens the node behind `link` to be changed, loaded and uniquely held, and calls `body` with
  /// it.
  ///
  /// The caller holds the parent uniquely, so a node with one reference is reachable from this tree
  /// alone and is changed in place; one that other trees share is copied, which shares its subtrees
  /// in turn. `body` changes its node only after everything that can throw, so that a throw leaves
  /// the entries as they were.
  func edit(
    _ link: inout Link, height: Int?, neededBy parent: Digest?,
    _ body: (MSTNode) throws(MSTError) -> Edit
  ) throws(MSTError) -> Edit {
    let digest = link.digest
    let node: MSTNode
    switch exchange(&link, with: .empty) {
    case .empty: return .unchanged
    case .stored(let digest):
      link = .stored(digest)
      node = try load(digest, height: height, neededBy: parent)
    case .loaded(_, var shared), .pending(var shared):
      node = isKnownUniquelyReferenced(&shared) ? shared : shared.copy()
    }
    var edit = Edit.unchanged
    defer {
      switch (edit, digest) {
      case (.emptied, _): link = .empty
      case (.unchanged, let digest?): link = .loaded(digest, node)
      case (.unchanged, nil), (.changed, _): link = .pending(node)
      }
    }
    edit = try body(node)
    return edit
  }
}

/// What became of a node that was opened to be changed.
enum Edit {
  case unchanged
  case changed
  /// No key and no subtree is left.
  case emptied
}
