// VectorTests.swift: every line of the community's syntax vectors.
import ATSyntax
import TestKit
import Testing

private let folder = "atproto-interop-tests/syntax"

@Suite(
  "The community's syntax vectors",
  .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct VectorTests {
  @Test("a valid line is accepted and kept, but for the case of host names", arguments: Grammar.all)
  func valid(grammar: Grammar) throws {
    let lines = try Fixtures.lines("\(folder)/\(grammar.name)_syntax_valid.txt")
    #expect(!lines.isEmpty)
    for line in lines {
      let kept = try grammar.parse(line)
      let keepsCase = !["handle", "atidentifier"].contains(grammar.name) || line.hasPrefix("did:")
      #expect(kept == (keepsCase ? line : line.lowercased()))
      #expect(try grammar.parse(kept) == kept)
    }
  }

  @Test("an invalid line is refused, saying where", arguments: Grammar.all)
  func invalid(grammar: Grammar) throws {
    for ending in ["syntax_invalid", "parse_invalid"] {
      let file = "\(grammar.name)_\(ending).txt"
      guard try Fixtures.names(in: folder).contains(file) else { continue }
      let lines = try Fixtures.lines("\(folder)/\(file)")
      #expect(!lines.isEmpty)
      for line in lines {
        let error = try #require(grammar.refusal(of: line), "accepted: \(line)")
        #expect(0...line.utf8.count ~= error.offset)
      }
    }
  }

  @Test("every vector file has a row in the table")
  func coverage() throws {
    let covered = Set(
      Grammar.all.flatMap { grammar in
        ["syntax_valid", "syntax_invalid", "parse_invalid"].map { "\(grammar.name)_\($0).txt" }
      })
    let names = Set(try Fixtures.names(in: folder))
    #expect(names.subtracting(covered).isEmpty)
    for grammar in Grammar.all {
      #expect(names.contains("\(grammar.name)_syntax_valid.txt"))
      #expect(names.contains("\(grammar.name)_syntax_invalid.txt"))
    }
  }

  @Test("a record's path is made of every valid NSID and record key, and reads back as they are")
  func paths() throws {
    let keys = try Fixtures.lines("\(folder)/recordkey_syntax_valid.txt")
    for line in try Fixtures.lines("\(folder)/nsid_syntax_valid.txt") {
      let collection = try NSID(line)
      for key in keys {
        let rkey = try RecordKey(key)
        let path = try RecordPath("\(collection)/\(key)")
        #expect(path == RecordPath(collection: collection, rkey: rkey))
        #expect(path.collection == collection && path.rkey == rkey)
      }
    }
  }

  private struct AllowableKeys: Decodable {
    let accept: [String]
    let reject: [String]
    let maxBytes: Int
  }

  @Test("the tree's keys are accepted and refused as the reference does")
  func storageKeys() throws {
    let vectors: AllowableKeys = try Fixtures.decoded("mst-known-roots/allowable-keys.json")
    #expect(vectors.maxBytes == SyntaxLimits.storageKey.upperBound)
    #expect(!vectors.accept.isEmpty && !vectors.reject.isEmpty)
    for key in vectors.accept { #expect(isStorageKey(key), "\(key)") }
    for key in vectors.reject { #expect(!isStorageKey(key), "\(key)") }
  }

  @Test(
    "no beginning and no one-byte change of a valid line breaks a parser", arguments: Grammar.all)
  func mutations(grammar: Grammar) throws {
    var random = SplitMix64.printed("vector mutations of \(grammar.name)")
    for line in try Fixtures.lines("\(folder)/\(grammar.name)_syntax_valid.txt") {
      let bytes = Array(line.utf8)
      for count in 0...bytes.count where count < 600 || count % 64 == 0 {
        expectSane(grammar, String(decoding: bytes[..<count], as: UTF8.self))
      }
      for _ in 0..<scaled(100) {
        var changed = bytes
        changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0..<128, using: &random)
        expectSane(grammar, String(decoding: changed, as: UTF8.self))
      }
    }
  }
}
