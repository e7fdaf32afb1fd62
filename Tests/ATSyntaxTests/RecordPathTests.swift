// RecordPathTests.swift: paths of records, keys of the tree, and AT-URIs.
import ATSyntax
import TestKit
import Testing

func isStorageKey(_ text: String) -> Bool {
  Array(text.utf8).withUnsafeBytes(RecordPath.isStorageKey)
}

func storageKeyRefusal(_ text: String) -> SyntaxError? {
  do {
    try Array(text.utf8).withUnsafeBytes { try RecordPath.checkStorageKey($0) }
    return nil
  } catch {
    return error as? SyntaxError
  }
}

@Suite("Record paths")
struct RecordPathTests {
  @Test("a path is a collection, one slash and a key")
  func parts() throws {
    let path = try RecordPath("com.example.fooBar/3jzfcijpj2z2a")
    #expect(path.collection.description == "com.example.fooBar")
    #expect(path.rkey.description == "3jzfcijpj2z2a")
    #expect(try RecordPath("a.b.c/:").rkey == RecordKey(":"))
  }

  @Test(
    "what is no path is refused, naming the part that failed",
    arguments: [
      ("com.example.note", SyntaxError.Kind.recordPath, SyntaxError.Rule.slash, 16),
      ("com.example.note/", .recordKey, .length, 17), ("/self.self", .nsid, .character, 0),
      ("com.example.note/a/b", .recordKey, .character, 18),
      ("com.example/self", .nsid, .labelCount, 11),
      ("com.example.note/..", .recordKey, .dotName, 17),
      ("COM.example.note/self", .nsid, .lowerCaseAuthority, 0),
      ("com.example.note//self", .recordKey, .character, 17),
      ("com.example.no_te/self", .nsid, .character, 14), ("a.b.c", .recordPath, .length, 5),
    ])
  func refused(
    text: String, kind: SyntaxError.Kind, rule: SyntaxError.Rule, offset: Int
  ) throws {
    let error = try #require(Grammar.recordPath.refusal(of: text))
    #expect(error.expected == kind && error.rule == rule && error.offset == offset, "\(error)")
  }

  @Test("paths sort as the bytes of their text, which is the order of the tree")
  func order() throws {
    let texts = ["a.b.c-d.e/x", "a.b.c.d/a", "a.b.c/-", "a.b.c/~", "a.b.c0.d/x", "a.b.d/a"]
    let paths = try texts.map { try RecordPath($0) }
    #expect(paths.shuffled().sorted().map(\.description) == texts)
    for (a, b) in zip(texts, texts.dropFirst()) {
      #expect(Array(a.utf8).lexicographicallyPrecedes(b.utf8))
    }
  }

  @Test("the tree's own rule asks for one slash and something on either side")
  func storageKeys() throws {
    for key in ["c/r", "coll/self", "com.example/rkey", "a/.", "./..", "A_~-:./x"] {
      #expect(isStorageKey(key), "\(key)")
    }
    #expect(storageKeyRefusal("")?.rule == .length)
    for (key, offset) in [("a", 1), ("/", 0), ("/a", 0), ("a/", 2), ("a/b/c", 3), ("a//", 2)] {
      let error = try #require(storageKeyRefusal(key))
      #expect(error.rule == .slash && error.offset == offset, "\(key)")
    }
    for key in ["a/b c", "a/é", "a/b\0", "a\n/b", "a/%41", "a/b+"] {
      #expect(storageKeyRefusal(key)?.rule == .character, "\(key)")
    }
  }

  @Test("the tree's keys have at most 1 024 bytes")
  func storageKeyLength() {
    let longest = "c/" + String(repeating: "r", count: 1_022)
    #expect(isStorageKey(longest))
    #expect(storageKeyRefusal(longest + "r")?.offset == 1_024)
  }

  @Test("every byte but those of record keys and a slash is refused in a tree's key")
  func storageKeyBytes() {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-:.".utf8)
    for byte in UInt8(0)...255 {
      let isKey = [UInt8(ascii: "a"), UInt8(ascii: "/"), byte].withUnsafeBytes(
        RecordPath.isStorageKey)
      #expect(isKey == allowed.contains(byte), "\(byte)")
    }
  }

  @Test("a tree's key is judged by each of its bytes, wherever in it they stand")
  func storageKeyPlaces() {
    // Lengths around one, two and three vectors of sixteen.
    for count in [1, 2, 3, 8, 15, 16, 17, 18, 31, 32, 33, 34, 47, 48, 49, 65] {
      let letters = [UInt8](repeating: UInt8(ascii: "k"), count: count)
      #expect(!letters.withUnsafeBytes(RecordPath.isStorageKey), "\(count) without a slash")
      for place in 0..<count {
        var key = letters
        key[place] = UInt8(ascii: "/")
        expectOneRule(key)
        for other in 0..<count where other != place {
          for byte in [UInt8(ascii: "/"), 0, 0x2c, 0x3b, 0x40, 0x5b, 0x60, 0x7b, 0x7f, 0xaf, 0xff] {
            var key = key
            key[other] = byte
            expectOneRule(key)
          }
        }
      }
    }
  }

  @Test("every byte is judged alike in a long key and in a short one")
  func storageKeyLongBytes() {
    for byte in UInt8(0)...255 {
      for place in 0..<35 where place != 20 {
        var key = Array("app.bsky.feed.like.a/3jzfcijpj2z2a.b".utf8)
        key[place] = byte
        expectOneRule(key)
      }
    }
  }

  /// The rule once more, a byte at a time.
  private func expectOneRule(_ key: [UInt8]) {
    let slash = UInt8(ascii: "/")
    let others = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-:.".utf8)
    let expected =
      key.filter { $0 == slash }.count == 1 && key.first != slash && key.last != slash
      && key.allSatisfy { $0 == slash || others.contains($0) }
    if key.withUnsafeBytes(RecordPath.isStorageKey) != expected {
      Issue.record("\(key) is \(expected ? "" : "no ")key")
    }
  }
}

@Suite("AT-URIs")
struct ATURITests {
  @Test("a URI names a repo, a collection or a record")
  func parts() throws {
    let repo = try ATURI("at://did:plc:abc")
    #expect(try repo.authority == .did(DID("did:plc:abc")))
    #expect(repo.collection == nil && repo.path == nil && repo.rkey == nil)
    let collection = try ATURI("at://a.test/com.example.note")
    #expect(try collection.authority == .handle(Handle("a.test")))
    #expect(try collection.collection == NSID("com.example.note"))
    #expect(collection.path == nil && collection.rkey == nil)
    let record = try ATURI("at://did:plc:abc/com.example.note/a:b")
    #expect(try record.path == RecordPath("com.example.note/a:b"))
    #expect(try record.collection == NSID("com.example.note"))
    #expect(try record.rkey == RecordKey("a:b"))
  }

  @Test("a URI made of its parts is the URI that was read")
  func made() throws {
    for text in ["at://did:plc:abc", "at://a.test/com.example.note", "at://a.test/a.b.c/x"] {
      let uri = try ATURI(text)
      let made =
        uri.path.map { ATURI(authority: uri.authority, path: $0) }
        ?? ATURI(authority: uri.authority, collection: uri.collection)
      #expect(made == uri && made.description == text)
    }
  }

  @Test("handle and NSID authority are lower-cased, DID, name and key are not")
  func normalised() throws {
    #expect(
      try ATURI("at://A.Test/COM.example.fooBar/Key").description
        == "at://a.test/com.example.fooBar/Key")
    #expect(
      try ATURI("at://did:m:VAL/COM.example.fooBar/Key").description
        == "at://did:m:VAL/com.example.fooBar/Key")
    #expect(
      try ATURI("at://A.Test/com.example.fooBar").description == "at://a.test/com.example.fooBar")
    #expect(try ATURI("at://A.Test").description == "at://a.test")
  }

  @Test(
    "a URI is refused at the byte that is wrong",
    arguments: [
      ("at:/did:plc:abc", SyntaxError.Kind.atURI, SyntaxError.Rule.prefix, 0),
      ("at://did:plc:abc/", .nsid, .labelLength, 17), ("at://did:plc:abc#f", .did, .character, 16),
      ("at://a.test?q", .handle, .character, 11),
      ("at://a.test/com.example", .nsid, .labelCount, 23),
      ("at://a.test/a.b.c/", .recordKey, .length, 18),
      ("at://a.test/a.b.c#x", .nsid, .character, 17),
      ("at://a.test/a.b.c/x/y", .recordKey, .character, 19), ("at:///a.b.c/", .handle, .length, 5),
      ("at://a.test/a.b.c/x#y", .recordKey, .character, 19),
    ])
  func refused(
    text: String, kind: SyntaxError.Kind, rule: SyntaxError.Rule, offset: Int
  ) throws {
    let error = try #require(Grammar.all[6].refusal(of: text))
    #expect(error.expected == kind && error.rule == rule && error.offset == offset, "\(error)")
  }
}
