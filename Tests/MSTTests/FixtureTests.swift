// FixtureTests.swift: the community's vectors of keys and roots.
import DAGCBOR
@testable import MST
import TestKit
import Testing

@Suite(
  "Community vectors of the tree",
  .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct FixtureTests {
  struct KnownRoots: Decodable {
    struct Map: Decodable {
      var name: String
      var keys: [String]
      var root: String
    }

    var leafValue: String
    var maps: [Map]
  }

  @Test("known sets of keys have their known roots, built in any of three ways")
  func knownRoots() throws {
    let known: KnownRoots = try Fixtures.decoded("mst-known-roots/known-root-maps.json")
    let value = try #require(CID(known.leafValue))
    for map in known.maps {
      let oracle = SlowTree(
        Dictionary(uniqueKeysWithValues: map.keys.map { (Array($0.utf8), value) }))
      let root = try #require(CID(map.root))
      #expect(oracle.root.cid == root, "\(map.name)")
      var tree = try MST(oracle.records)
      #expect(tree.seal() == root, "\(map.name)")
      #expect(try MSTBuilder.tree(of: oracle.entries).root == root, "\(map.name)")
    }
  }

  struct AllowableKeys: Decodable {
    var reject: [String]
    var accept: [String]
    var maxBytes: Int
  }

  @Test("keys are accepted and refused as the vectors say")
  func allowableKeys() throws {
    let keys: AllowableKeys = try Fixtures.decoded("mst-known-roots/allowable-keys.json")
    #expect(keys.maxBytes == MSTLimits.keyByteCountMax)
    for text in keys.accept { #expect(try MSTKey(text).description == text) }
    for text in keys.reject { #expect(throws: MSTError.self, "\(text)") { try MSTKey(text) } }
    let longest = "coll/" + String(repeating: "a", count: keys.maxBytes - 5)
    #expect(try MSTKey(longest).bytes.count == keys.maxBytes)
    #expect(throws: MSTError.self) { try MSTKey(longest + "a") }
  }

  struct KeyHeight: Decodable {
    var key: String
    var height: Int
  }

  @Test("the layers of keys are those of the vectors")
  func keyHeights() throws {
    let vectors: [KeyHeight] = try Fixtures.decoded(
      "atproto-interop-tests/mst/key_heights.json")
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let bytes = Array(vector.key.utf8)
      #expect(bytes.withUnsafeBytes { MSTKey.height(of: $0) } == vector.height, "\(vector.key)")
      #expect(SlowTree.depth(of: bytes) == vector.height, "\(vector.key)")
    }
  }

  struct CommonPrefix: Decodable {
    var left: String
    var right: String
    var len: Int
  }

  @Test("common prefixes are counted in bytes, as in the vectors")
  func commonPrefixes() throws {
    let vectors: [CommonPrefix] = try Fixtures.decoded(
      "atproto-interop-tests/mst/common_prefix.json")
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let (left, right) = (Array(vector.left.utf8), Array(vector.right.utf8))
      let count = left.withUnsafeBytes { a in
        right.withUnsafeBytes { b in KeyOrder.commonPrefix(a, b) }
      }
      #expect(count == vector.len, "\(vector.left) \(vector.right)")
    }
  }

  @Test("each of the 156 example keys has the layer in its name, and their tree is the oracle's")
  func exampleKeys() throws {
    let keys = try Fixtures.lines("atproto-interop-tests/mst/example_keys.txt")
    #expect(keys.count == 156)
    for text in keys {
      let depth = try #require(text.dropFirst().first?.wholeNumberValue)
      #expect(try MSTKey(text).height == depth, "\(text)")
      #expect(SlowTree.depth(of: Array(text.utf8)) == depth, "\(text)")
    }
    let oracle = SlowTree(
      Dictionary(
        uniqueKeysWithValues: keys.enumerated().map { (Array($1.utf8), record($0)) }))
    var tree = try MST(oracle.records)
    #expect(tree.sealedBlocks() == oracle.blockMap)
    #expect(tree.rootCID == oracle.root.cid)
    #expect(try MSTBuilder.tree(of: oracle.entries).blocks == oracle.blockMap)
    #expect(try MST.verify(root: oracle.root.cid, in: oracle.blockMap) == oracle.blocks.count)
  }
}
