// TreeShapeTests.swift: trees of good nodes in wrong places: refused with the node, rule and key.
import DAGCBOR
@testable import MST
import TestKit
import Testing

extension NodeFault {
  init(subtreeAtZeroOf: Void) { self.init(.subtreeAtLayerZero, at: 0) }
  /// The array's head stands behind the map's head and "e".
  init(tooManyEntriesIn: Void) { self.init(.encoding(.containerTooLarge), at: 3) }
}

/// Vouches for everything, and lies about some of it.
struct LyingReader: BlockReader {
  var honest: BlockMap
  var lies: [CID: [UInt8]]

  func block(_ cid: CID) -> [UInt8]? { lies[cid] ?? honest.blocks[cid] }
}

/// Has a disk that broke.
struct BrokenReader: BlockReader {
  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    throw BlockReadFailure(reason: "the disk is gone")
  }
}

@Suite("Trees of other shapes")
struct TreeShapeTests {
  @Test(
    "are refused with the node, the rule and the key",
    arguments: HostileTree.layers + HostileTree.orders + HostileTree.sizes + HostileTree.keys)
  func refused(tree: HostileTree) throws {
    let (root, blocks) = (tree.root.cid, tree.blocks)
    #expect(throws: tree.error) { try MST.verified(root: root, in: blocks) }
    #expect(throws: tree.error) { try MST.verified(root: root, in: blocks, absent: .opaque) }
    #expect(throws: tree.error) { try MST.verify(root: root, in: blocks) }
    try LazyUse(root: root, blocks: blocks, keys: KeyPool.some).tryEverything()
  }

  @Test("have room for 256 entries in a node")
  func fullNode() throws {
    let node = HostileTree.flat(256)
    #expect(try MST.verify(root: node.cid, in: node.blocksBelow) == 1)
    let tree = try MST.verified(root: node.cid, in: node.blocksBelow)
    #expect(try tree.count() == 256)
  }

  @Test(
    "hold long keys, from one to more than a node's memory at first", arguments: [1, 3, 4, 256])
  func longNode(count: Int) throws {
    let prefix = "a/" + String(repeating: "x", count: 1_014)
    let keys = KeyMine.keys(prefix, depth: 0, count: count).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    let entries = keys.enumerated().map { SlowEntry($1, record($0)) }
    let (root, blocks) = try MSTBuilder.tree(of: entries)
    #expect(blocks.blocks.count == 1)
    let tree = try MST.verified(root: root, in: blocks)
    #expect(try tree.entries().map(\.key.bytes) == keys)
    #expect(try tree.entries().map(\.value) == entries.map(\.value))
  }

  @Test("with a key over the length limit are refused, whole or put together from a prefix")
  func longKeys() throws {
    let front = "a/" + String(repeating: "x", count: 1_000)
    let long = KeyMine.key(front + String(repeating: "y", count: 30), depth: 0)
    let short = KeyMine.key(front, depth: 0)
    for keys in [[long], [short, long]] {
      let root = SlowNode(
        level: 0, entries: keys.map { SlowEntry($0, record(1)) },
        children: Array(repeating: nil, count: keys.count + 1))
      let blocks = root.blocksBelow
      for error in [
        fault { try MST.verified(root: root.cid, in: blocks) },
        fault { try MST.verify(root: root.cid, in: blocks) },
        fault { try MST(root: root.cid, in: blocks).count() },
      ] {
        guard case .node(root.cid, let fault) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(fault.rule == .keyTooLong)
      }
    }
  }

  @Test("that run in a circle through a forged CID are refused by hash")
  func circles() throws {
    let root = HostileTree.node([HostileTree.leaf("a"), nil], HostileTree.entry("b", 1))
    let child = try #require(root.children[0])
    let reader = LyingReader(honest: root.blocksBelow, lies: [child.cid: root.bytes])
    #expect(throws: MSTError.hashMismatch(child.cid)) {
      try MST.verified(root: root.cid, in: reader)
    }
    #expect(throws: MSTError.hashMismatch(child.cid)) {
      try MST.verify(root: root.cid, in: reader)
    }
    // Who does not hash is led down one layer at a time, and no further than there are layers.
    try LazyUse(root: root.cid, blocks: reader, keys: KeyPool.some).tryEverything()
    let own = LyingReader(honest: BlockMap(), lies: [root.cid: child.bytes])
    #expect(throws: MSTError.hashMismatch(root.cid)) { try MST.verify(root: root.cid, in: own) }
  }

  @Test("whose root is not a CID of a node are refused")
  func roots() throws {
    let raw = CID(of: SlowTree([:]).root.bytes, codec: .raw)
    let blocks = BlockMap([raw: SlowTree([:]).root.bytes])
    #expect(throws: MSTError.value(raw)) { try MST.verify(root: raw, in: blocks) }
    #expect(throws: MSTError.value(raw)) { try MST.verified(root: raw, in: blocks) }
    #expect(throws: MSTError.blockMissing(record(1), neededBy: nil)) {
      try MST.verify(root: record(1), in: blocks)
    }
  }

  @Test("are not confused with trees that could not be read")
  func brokenReader() throws {
    let failure = MSTError.readFailed(record(1), reason: "the disk is gone")
    let reader = BrokenReader()
    #expect(throws: failure) { try MST.verify(root: record(1), in: reader) }
    #expect(throws: failure) { try MST.verified(root: record(1), in: reader) }
    #expect(throws: failure) { try MST(root: record(1), in: reader).value(of: key("a/b")) }
    #expect(throws: failure) { try MST(root: record(1), in: reader).count() }
    var tree = MST(root: record(1), in: reader)
    #expect(throws: failure) { try tree.insert(key("a/b"), record(2)) }
    #expect(throws: failure) { try tree.remove(key("a/b")) }
    #expect(tree.rootCID == record(1))
  }
}
