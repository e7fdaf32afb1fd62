// JSONHostileTests.swift: texts made to exhaust memory, stack or patience.
import DAGCBOR
import TestKit
import Testing

@Suite("Hostile JSON")
struct JSONHostileTests {
  private func nested(_ count: Int, _ open: String, _ inner: String, _ close: String) -> String {
    String(repeating: open, count: count) + inner + String(repeating: close, count: count)
  }

  @Test("nesting is accepted up to the limit and refused at the first level past it")
  func nesting() {
    let max = Limits.nestingMax
    for form in [JSONForm.Form.atproto, .plain] {
      #expect(throws: Never.self) {
        try JSONForm.decode(Array(nested(max, "[", "1", "]").utf8), as: form)
      }
      #expect(throws: Never.self) {
        try JSONForm.decode(Array(nested(max, "{\"a\":", "1", "}").utf8), as: form)
      }
      for count in [max + 1, max + 2, 100_000] {
        #expect(
          reading(nested(count, "[", "1", "]"), as: form) == .failure(JSONError(.nesting, at: max)))
        #expect(
          reading(String(repeating: "[", count: count), as: form)
            == .failure(JSONError(.nesting, at: max)))
      }
      #expect(
        reading(nested(max + 1, "{\"a\":", "1", "}"), as: form)
          == .failure(JSONError(.nesting, at: 5 * max)))
    }
    // In the atproto form one more object is opened, for it could stand for bytes.
    #expect(
      reading(nested(100_000, "{\"a\":", "1", "}"))
        == .failure(JSONError(.nesting, at: 5 * (max + 1))))
  }

  @Test("an object that stands for bytes is no level of nesting")
  func nestedBytes() {
    let max = Limits.nestingMax
    let deepest = nested(max, "[", "{\"$bytes\":\"AA\"}", "]")
    guard case .success(let value) = reading(deepest) else {
      return #expect(Bool(false), "refused")
    }
    #expect(JSONForm.encode(value) == Array(deepest.utf8))
    #expect(reading(deepest, as: .plain) == .failure(JSONError(.nesting, at: max)))
  }

  @Test("a string of a megabyte is read, escaped or not")
  func longString() {
    let plain = String(repeating: "é", count: 1 << 19)
    #expect(reading("\"\(plain)\"") == .success(.string(plain)))
    let escaped = String(repeating: "\\u00e9", count: 1 << 19)
    #expect(reading("\"\(escaped)\"") == .success(.string(plain)))
    #expect(reading("\"\(plain)") == .failure(JSONError(.truncated, at: 1 + (1 << 20))))
  }

  @Test("sizes are bounded: text, container and key")
  func sizes() {
    let tooLong = [UInt8](repeating: UInt8(ascii: " "), count: Limits.jsonByteCountMax + 1)
    #expect(reading(tooLong) == .failure(JSONError(.textTooLarge, at: Limits.jsonByteCountMax)))
    #expect(reading(Array("1".utf8) + tooLong.dropLast(2)) == .success(1))

    let full = Array(repeating: "1", count: Limits.containerCountMax).joined(separator: ",")
    #expect(throws: Never.self) { try JSONForm.decode(Array("[\(full)]".utf8)) }
    #expect(reading("[\(full),1]") == .failure(JSONError(.containerTooLarge, at: 0)))

    let key = String(repeating: "k", count: Limits.mapKeyByteCountMax)
    #expect(reading("{\"\(key)\":1}") == .success([key: 1]))
    #expect(reading("{\"\(key)k\":1}") == .failure(JSONError(.keyTooLong, at: 1)))
  }

  @Test("an object of the most keys in the worst order is read, and one more key refused")
  func manyKeys() {
    let count = Limits.containerCountMax
    let keys = (0..<count).map { String(format(6, $0).reversed()) }
    let body = keys.map { "\"\($0)\":1" }.joined(separator: ",")
    guard case .success(let value) = reading("{\(body)}") else {
      return #expect(Bool(false), "refused")
    }
    #expect(value.mapValue?.count == count)
    #expect(reading("{\(body),\"x\":1}") == .failure(JSONError(.containerTooLarge, at: 0)))
  }

  private func format(_ width: Int, _ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  @Test("random bytes and random JSON characters are refused or read, and never trap")
  func noise() {
    var random = SplitMix64.printed("JSON noise")
    let characters = Array("{}[]\",:\\u0123456789abcdefn-+.eE tr$linkbyes\u{1}".utf8)
    for _ in 0..<scaled(20_000) {
      let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        characters[Int.random(in: 0..<characters.count, using: &random)]
      }
      guard case .success(let value) = reading(text) else { continue }
      #expect(reading(JSONForm.encode(value)) == .success(value))
    }
  }
}
