// JSONWriterTests.swift: the text that values become, and that it reads back as the same values.
import DAGCBOR
import Foundation
import TestKit
import Testing
import ValueKit

@Suite("JSON writing")
struct JSONWriterTests {
  private func text(_ value: CBORValue, indented: Bool = false) -> String {
    String(decoding: JSONForm.encode(value, indented: indented), as: UTF8.self)
  }

  @Test("compact text has keys in canonical order and no spaces")
  func compact() {
    let value: CBORValue = ["aa": [1, -2, []], "b": ["x": .null, "": true], "c": [:]]
    #expect(text(value) == #"{"b":{"":true,"x":null},"c":{},"aa":[1,-2,[]]}"#)
  }

  @Test("indented text steps by two spaces and keeps what is empty or a link on one line")
  func indented() {
    let value: CBORValue = ["a": [1, [:]], "b": .bytes([0]), "c": [], "dd": ["e": "f"]]
    #expect(
      text(value, indented: true) == """
        {
          "a": [
            1,
            {}
          ],
          "b": {"$bytes": "AA"},
          "c": [],
          "dd": {
            "e": "f"
          }
        }
        """)
    #expect(text([], indented: true) == "[]")
    #expect(text("x", indented: true) == "\"x\"")
  }

  @Test("quotes, backslashes and control characters are escaped, and nothing else")
  func escapes() {
    #expect(text("\"\\/\u{8}\t\n\u{c}\r\0\u{1b}") == #""\"\\/\b\t\n\f\r\u0000\u001b""#)
    #expect(text("\u{7f}\u{80}\u{9b}\u{9f}\u{a0}é") == "\"\\u007f\\u0080\\u009b\\u009f\u{a0}é\"")
    #expect(text("a\u{85}b\u{85}\u{85}c") == #""a\u0085b\u0085\u0085c""#)
    #expect(text("é😀\u{2028}\u{202e}") == "\"é😀\u{2028}\u{202e}\"")
    #expect(text(["\n": 1]) == #"{"\n":1}"#)
  }

  @Test("the ends of the integers are written exactly")
  func integers() {
    #expect(
      text([.integer(.min), .integer(.max), 0]) == "[-9223372036854775808,9223372036854775807,0]")
  }

  @Test("each single scalar survives")
  func scalars() {
    for value in UInt32(0)...0x10ffff {
      guard value < 0x3000 || value % 251 == 0, let scalar = Unicode.Scalar(value) else { continue }
      let string = CBORValue.string("a\(scalar)b")
      #expect(reading(JSONForm.encode(string)) == .success(string))
    }
  }

  @Test("random values survive compact and indented text, and Foundation reads the same text")
  func roundTrip() throws {
    var random = RandomValue(SplitMix64.printed("JSON round trip"))
    for _ in 0..<scaled(2_000) {
      let value = random.value()
      let compact = JSONForm.encode(value)
      #expect(reading(compact) == .success(value))
      #expect(reading(JSONForm.encode(value, indented: true)) == .success(value))
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(compact), options: [.fragmentsAllowed])
      }
    }
  }

  @Test("what Foundation writes is read, whatever its escapes")
  func foundationTexts() throws {
    var random = SplitMix64.printed("JSON by Foundation")
    for _ in 0..<scaled(1_000) {
      let strings = (0..<3).map { _ in randomString(using: &random) }
      let text = try JSONSerialization.data(
        withJSONObject: strings, options: [.prettyPrinted, .fragmentsAllowed])
      #expect(reading([UInt8](text)) == .success(.array(strings.map { .string($0) })))
    }
  }

  private func randomString(using random: inout SplitMix64) -> String {
    var string = String.UnicodeScalarView()
    for _ in 0..<random.next() % 12 {
      let bits = UInt64.random(in: 1...21, using: &random)
      if let scalar = Unicode.Scalar(UInt32(random.next() % (1 << bits))) { string.append(scalar) }
    }
    return String(string)
  }
}
