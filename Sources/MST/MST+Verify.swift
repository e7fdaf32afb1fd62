// MST+Verify.swift: trees from outside, checked to the last rule before anything is believed.
//
// One walk in key order over all blocks that are there. Every block must hash to its CID, be a
// canonical node, stand at the layer that its parent says, hold only keys of that layer, and
// continue the order of all keys before it. Each subtree goes down one layer, so neither cycles nor
// depth can hold the walk up; a subtree that is named twice fails on order at its first key.
// Spec: https://atproto.com/specs/repository#security-considerations   Invariants: INV-1, INV-3
import ATSyntax
import DAGCBOR

extension MST {
  /// What to do where a block is not there.
  public enum Absence: Sendable {
    /// It must be there: the tree is to be whole.
    case refused
    /// It is an opaque subtree, as in a proof or a commit's blocks.
    case opaque
  }

  /// Checks the tree below `root` and returns it in memory. Nothing of it is read from `blocks`
  /// again; what was absent stays absent.
  ///
  /// Cost: one hash per block and per key; memory for every node that is there.
  /// - Throws: `.hashMismatch`, `.node`, `.shape`, `.blockMissing`, `.readFailed`.
  public static func verified(
    root: CID, in blocks: any BlockReader, absent: Absence = .refused
  ) throws(MSTError) -> MST {
    guard root.codec == .dagCBOR else { throw .value(root) }
    var check = StrictCheck(blocks: blocks, absent: absent, keepsNodes: true)
    let link = try check.tree(root.digest)
    return MST(link: link, blocks: BlockMap())
  }

  /// Checks the whole tree below `root` in O(height) memory, calling `visit` for each entry in
  /// order.
  ///
  /// - Returns: the number of nodes.
  /// - Throws: as `verified`.
  @discardableResult
  public static func verify(
    root: CID, in blocks: any BlockReader, visit: (MSTKey, CID) -> Void = { _, _ in }
  ) throws(MSTError) -> Int {
    guard root.codec == .dagCBOR else { throw .value(root) }
    return try withoutActuallyEscaping(visit) { visit throws(MSTError) in
      var check = StrictCheck(blocks: blocks, absent: .refused, keepsNodes: false, visit: visit)
      _ = try check.tree(root.digest)
      return check.nodeCount
    }
  }
}

struct StrictCheck {
  let blocks: any BlockReader
  let absent: MST.Absence
  /// Whether the checked nodes stay in memory, linked, or only pass through.
  let keepsNodes: Bool
  var visit: ((MSTKey, CID) -> Void)?
  private(set) var nodeCount = 0
  private var lastKey: [UInt8] = []

  init(
    blocks: any BlockReader, absent: MST.Absence, keepsNodes: Bool,
    visit: ((MSTKey, CID) -> Void)? = nil
  ) {
    self.blocks = blocks
    self.absent = absent
    self.keepsNodes = keepsNodes
    self.visit = visit
  }

  /// Checks everything that is there below `root`.
  mutating func tree(_ root: Digest) throws(MSTError) -> Link {
    guard let block = try block(root, neededBy: nil) else { return .stored(root) }
    return try subtree(root, block, height: nil)
  }

  /// The bytes of a node; nil where it is not there and need not be.
  private func block(_ digest: Digest, neededBy parent: Digest?) throws(MSTError) -> [UInt8]? {
    let cid = CID(digest: digest)
    if let block = try blocks.found(cid) { return block }
    guard absent == .opaque else {
      throw .blockMissing(cid, neededBy: parent.map { CID(digest: $0) })
    }
    return nil
  }

  private mutating func subtree(
    _ digest: Digest, _ block: [UInt8], height: Int?
  ) throws(MSTError) -> Link {
    let cid = CID(digest: digest)
    guard Digest(of: block) == digest else { throw .hashMismatch(cid) }
    let node = try MST.decoded(block, cid, height: height)
    if node.count == 0 && height != nil && node.link(0).isEmpty {
      throw .shape(cid, .emptyNode, key: nil)
    }
    nodeCount += 1
    // Decoding has compared neighbours in the node: only what came from elsewhere is compared here.
    var isFirstAfterOthers = true
    for index in 0...node.count {
      if case .stored(let child) = node.link(index),
        let block = try self.block(child, neededBy: digest)
      {
        if index > 0 { remember(index - 1, of: node) }
        let link = try subtree(child, block, height: node.height - 1)
        if keepsNodes { node.links[index] = link }
        isFirstAfterOthers = true
      }
      if index < node.count {
        try entry(index, of: node, cid, comparing: isFirstAfterOthers)
        isFirstAfterOthers = false
      }
    }
    if !isFirstAfterOthers { remember(node.count - 1, of: node) }
    return keepsNodes ? .loaded(digest, node) : .stored(digest)
  }

  /// Keeps a key as the last one before what comes next.
  private mutating func remember(_ index: Int, of node: MSTNode) {
    node.withKey(index) { lastKey.replaceSubrange(lastKey.startIndex..., with: $0) }
  }

  private mutating func entry(
    _ index: Int, of node: MSTNode, _ cid: CID, comparing: Bool
  ) throws(MSTError) {
    let rule: ShapeRule? = node.withKey(index) { key in
      if !RecordPath.isStorageKey(key) { return .key }
      if MSTKey.height(of: key) != node.height { return .height }
      let isOrdered =
        !comparing || lastKey.withUnsafeBytes { KeyOrder.compare($0, key) < 0 }
      return isOrdered ? nil : .order
    }
    if let rule { throw .shape(cid, rule, key: node.key(index).description) }
    visit?(node.key(index), CID(digest: node.leaves[index].value))
  }
}
