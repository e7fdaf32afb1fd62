// HostileTests.swift: texts that were made to break a parser: each ends in a value or a typed
// error.
import ATSyntax
import TestKit
import Testing

/// What is accepted is kept unchanged when read again; what is refused is refused at a place that
/// is in the text, in a message of bounded length without control characters.
func expectSane(_ grammar: Grammar, _ text: String) {
  let isSane: Bool
  do throws(SyntaxError) {
    let kept = try grammar.parse(text)
    let again = try grammar.parse(kept)
    isSane = kept.utf8.count == text.utf8.count && again == kept
  } catch {
    let message = error.description
    isSane =
      0...text.utf8.count ~= error.offset && error.byteCount == text.utf8.count
      && message.utf8.count < 240
      && message.unicodeScalars.allSatisfy { $0 == "…" || 0x20...0x7e ~= $0.value }
  }
  // Not `#expect`, which would cost more than the parser.
  if !isSane { Issue.record("\(grammar.name): \(text.debugDescription)") }
}

@Suite("Hostile texts")
struct HostileTests {
  static let grammars = Grammar.all + [Grammar.recordPath]
  static let megabytes = ["a", "a.", "a-", "1", "\0", "/", ":", "é", "did:plc:", "at://", "x-"]
    .map { String(repeating: $0, count: 1_000_000 / $0.utf8.count) }

  @Test(
    "nothing is not an identifier, nor is a space, a NUL or a lone separator", arguments: grammars)
  func nothing(grammar: Grammar) {
    for text in ["", " ", "\0", ".", "/", ":", "-", "%", "\u{feff}", "💩", "\r\n"] {
      // `:` and `-` are record keys.
      if grammar.name == "recordkey", text == ":" || text == "-" { continue }
      #expect(grammar.refusal(of: text) != nil, "\(text.debugDescription)")
      expectSane(grammar, text)
    }
  }

  @Test("a megabyte is refused at its limit, whatever it repeats", arguments: grammars)
  func megabyte(grammar: Grammar) throws {
    for text in HostileTests.megabytes {
      let error = try #require(grammar.refusal(of: text))
      #expect(error.rule == .length && error.offset == error.expected.byteCounts.upperBound)
      expectSane(grammar, text)
    }
    for example in Grammar.examples[grammar.name] ?? [] {
      let error = try #require(grammar.refusal(of: example + HostileTests.megabytes[0]))
      #expect(error.rule == .length)
    }
  }

  @Test("no surrounding, beginning or change of a valid text breaks a parser", arguments: grammars)
  func mutations(grammar: Grammar) throws {
    let examples = try #require(Grammar.examples[grammar.name])
    for example in examples {
      #expect(grammar.refusal(of: example) == nil, "\(example)")
      for stray in [" ", "\n", "\0", "\t", "\u{7f}", "é"] {
        #expect(grammar.refusal(of: stray + example) != nil)
        #expect(grammar.refusal(of: example + stray) != nil)
      }
      let bytes = Array(example.utf8)
      for index in bytes.indices {
        expectSane(grammar, String(decoding: bytes[..<index], as: UTF8.self))
        for byte in UInt8(0)..<128 {
          var changed = bytes
          changed[index] = byte
          expectSane(grammar, String(decoding: changed, as: UTF8.self))
        }
        var shorter = bytes
        shorter.remove(at: index)
        expectSane(grammar, String(decoding: shorter, as: UTF8.self))
        var longer = bytes
        longer.insert(bytes[index], at: index)
        expectSane(grammar, String(decoding: longer, as: UTF8.self))
      }
    }
  }

  @Test("random text of likely characters never breaks a parser", arguments: grammars)
  func random(grammar: Grammar) {
    var random = SplitMix64.printed("random text for \(grammar.name)")
    let alphabet = Array("aazZ027-._:~%/@#+TxiIé\0".unicodeScalars)
    let starts = [
      "", "did:", "did:plc:", "at://", "at://a.b/", "a.b.c/", "2020-01-01T", "en-", "x-",
    ]
    for _ in 0..<scaled(10_000) {
      var text = starts.randomElement(using: &random) ?? ""
      for _ in 0..<Int.random(in: 0..<24, using: &random) {
        text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
      }
      expectSane(grammar, text)
    }
  }

  @Test("random bytes that are no UTF-8 end in a typed error or in what their text gives")
  func bytes() {
    var random = SplitMix64.printed("random bytes")
    let seeds = Grammar.examples.values.joined().sorted().map { Array($0.utf8) }
    for _ in 0..<scaled(20_000) {
      var bytes = seeds.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      expectSame(bytes, { try DID(utf8: $0).description }, { try DID($0).description })
      expectSame(bytes, { try Handle(utf8: $0).description }, { try Handle($0).description })
      expectSame(bytes, { try NSID(utf8: $0).description }, { try NSID($0).description })
      expectSame(bytes, { try RecordKey(utf8: $0).description }, { try RecordKey($0).description })
      expectSame(
        bytes, { try RecordPath(utf8: $0).description }, { try RecordPath($0).description })
      expectSame(bytes, { try TID(utf8: $0).description }, { try TID($0).description })
    }
  }

  /// Bytes and text are accepted alike; where they are refused, it is by the same rule.
  private func expectSame(
    _ bytes: [UInt8], _ fromBytes: (UnsafeRawBufferPointer) throws -> String,
    _ fromText: (String) throws -> String
  ) {
    let text = String(decoding: bytes, as: UTF8.self)
    let one = Result { try bytes.withUnsafeBytes(fromBytes) }
    let other = Result { try fromText(text) }
    switch (one, other) {
    case (.success(let a), .success(let b)) where a == b: break
    // Text repairs what is no UTF-8, which moves lengths but never makes it ASCII.
    case (.failure(let a as SyntaxError), .failure(let b as SyntaxError))
    where a.rule == b.rule || text.utf8.count != bytes.count: break
    default: Issue.record("bytes and text differ: \(hex(bytes))")
    }
  }
}
