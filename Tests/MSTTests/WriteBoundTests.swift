// WriteBoundTests.swift: what a tree refuses to take in, and that it is the same tree afterwards.
import DAGCBOR
@testable import MST
import TestKit
import Testing

@Suite("The bounds of writing")
struct WriteBoundTests {
  static let flatKeys = HostileTree.flat(300).entries

  private func flatTree(_ count: Int) throws -> MST {
    var tree = MST()
    for entry in WriteBoundTests.flatKeys.prefix(count) {
      _ = try tree.insert(MSTKey(entry.key), entry.value)
    }
    return tree
  }

  /// Runs a change that must be refused; the tree's entries and root stay what they were.
  private func refuse(
    _ tree: MST, _ error: MSTError, _ change: (inout MST) throws -> Void
  ) throws {
    let entries = try tree.entries()
    var sealed = tree
    let root = sealed.seal()
    var reopened = MST(root: root, in: try SlowTree(tree.records()).blockMap)
    var (pending, inMemory) = (tree, sealed)
    #expect(throws: error) { try change(&pending) }
    #expect(throws: error) { try change(&inMemory) }
    #expect(throws: error) { try change(&reopened) }
    for var tree in [pending, inMemory, reopened] {
      #expect(try tree.entries() == entries)
      tree.checkInvariants()
      #expect(tree.seal() == root)
    }
  }

  @Test("a node takes 256 entries and refuses the next one, wherever it would stand")
  func entries() throws {
    let tree = try flatTree(256)
    #expect(try tree.count() == 256)
    for entry in WriteBoundTests.flatKeys.suffix(44) {
      let key = try MSTKey(entry.key)
      try refuse(tree, .limit(.tooManyEntries, key: key.description)) {
        _ = try $0.insert(key, record(1))
      }
    }
    // Another value for a key that is there needs no room.
    var other = tree
    #expect(try other.insert(MSTKey(WriteBoundTests.flatKeys[9].key), record(5)) == record(0))
    #expect(try other.count() == 256)
  }

  @Test("a higher key makes room; taking it away again is refused while the halves are too large")
  func separators() throws {
    var tree = try flatTree(256)
    let separator = try MSTKey(KeyMine.key("flat/2", depth: 1))
    #expect(try tree.insert(separator, record(1)) == nil)
    for entry in WriteBoundTests.flatKeys.suffix(44) {
      _ = try tree.insert(MSTKey(entry.key), entry.value)
    }
    #expect(try tree.count() == 301)
    let oracle = SlowTree(try tree.records())
    var sealed = tree
    #expect(sealed.seal() == oracle.root.cid)
    #expect(oracle.root.children.allSatisfy { ($0?.entries.count ?? 0) < 256 })
    try refuse(tree, .limit(.tooManyEntries, key: separator.description)) {
      _ = try $0.remove(separator)
    }
    for entry in WriteBoundTests.flatKeys.prefix(44) {
      #expect(try tree.remove(MSTKey(entry.key)) == entry.value)
    }
    #expect(try tree.remove(separator) == record(1))
    #expect(try tree.count() == 256)
    tree.checkInvariants()
    #expect(tree.seal() == SlowTree(try tree.records()).root.cid)
  }

  @Test("a record that is not a dag-cbor block is refused")
  func values() throws {
    let raw = CID(of: [1], codec: .raw)
    for key in try [MSTKey(WriteBoundTests.flatKeys[0].key), key("new/key")] {
      try refuse(try flatTree(5), .value(raw)) { _ = try $0.insert(key, raw) }
    }
    var builder = MSTBuilder()
    #expect(throws: MSTError.value(raw)) {
      try builder.append(key("new/key"), raw) { _, _ in }
    }
  }

  @Test("a builder keeps the same bounds, and the order of keys")
  func builder() throws {
    func refused(_ entries: [SlowEntry], heightMax: Int = 24) -> MSTError? {
      var builder = MSTBuilder(heightMax: heightMax)
      return fault {
        for entry in entries { try builder.append(MSTKey(entry.key), entry.value) { _, _ in } }
      }
    }
    let keys = WriteBoundTests.flatKeys
    func text(_ entry: SlowEntry) -> String { String(decoding: entry.key, as: UTF8.self) }
    #expect(refused(Array(keys.prefix(256))) == nil)
    #expect(refused(keys) == .limit(.tooManyEntries, key: text(keys[256])))
    #expect(refused([keys[1], keys[0]]) == .notAscending(key: text(keys[0])))
    #expect(refused([keys[0], keys[0]]) == .notAscending(key: text(keys[0])))
    let high = SlowEntry(KeyMine.key("high/", depth: 6), record(1))
    #expect(refused([high], heightMax: 6) == nil)
    #expect(refused([high], heightMax: 5) == .limit(.tooHigh, key: text(high)))
    #expect(refused([keys[0], high]) == nil)
    #expect(refused([high, keys[0]]) == .notAscending(key: text(keys[0])))
  }

  @Test("a tree takes no key above its highest layer")
  func heights() throws {
    var tree = try flatTree(20)
    let high = try MSTKey(KeyMine.key("high/", depth: 6))
    try refuse(tree, .limit(.tooHigh, key: high.description)) {
      $0.heightMax = 5
      _ = try $0.insert(high, record(1))
    }
    tree.heightMax = 5
    #expect(try tree.insert(MSTKey(KeyMine.key("high/", depth: 5)), record(1)) == nil)
    #expect(try tree.remove(high) == nil)
  }
}

@Suite("Keys of a bulk build")
struct BuilderKeyTests {
  @Test(
    "are checked beyond what they share with the key before",
    arguments: ["a/bc d", "a/bc/", "a/bc/d", "a/bd/", "a/bé", "a/b\u{0}", "b/", "b", "a/b "])
  func suffixes(text: String) throws {
    var builder = MSTBuilder()
    for key in ["a/b", "a/bb"] { try append(key, to: &builder) }
    let expected = #expect(throws: MSTError.self) { _ = try MSTKey(text) }
    do throws(MSTError) {
      try append(text, to: &builder)
      Issue.record("\(text) was taken")
    } catch {
      #expect(error == expected)
    }
  }

  @Test("may be as long as a key may be, and no longer")
  func lengths() throws {
    var builder = MSTBuilder()
    let long = "a/" + String(repeating: "b", count: MSTLimits.keyByteCountMax - 3)
    for key in [long, long + "b"] { try append(key, to: &builder) }
    do throws(MSTError) {
      try append(long + "bb", to: &builder)
      Issue.record("a key of \(long.utf8.count + 2) bytes was taken")
    } catch {
      guard case .key = error else { throw error }
    }
  }

  private func append(_ key: String, to builder: inout MSTBuilder) throws(MSTError) {
    try Array(key.utf8).span.bytes.withUnsafeBytes { bytes throws(MSTError) in
      try builder.append(key: bytes, Digest(of: bytes)) { _, _ in }
    }
  }
}
