// JSONNumberTests.swift: exact integers, whatever way they are written.
import DAGCBOR
import TestKit
import Testing

@Suite("JSON numbers")
struct JSONNumberTests {
  @Test(
    "a number whose value is a signed 64-bit integer is that integer",
    arguments: [
      ("0", 0), ("-0", 0), ("0.0", 0), ("-0.0e-5", 0), ("0e99999999999999999999", 0),
      ("123.0", 123),
      ("1e3", 1000), ("1E+3", 1000), ("1.5e1", 15), ("15000e-3", 15), ("-1.20e1", -12),
      ("0.001e3", 1),
      ("100e-2", 1), ("0.00012e5", 12), ("5e-0", 5),
      ("9007199254740991", 9_007_199_254_740_991), ("9007199254740992", 9_007_199_254_740_992),
      ("9007199254740993", 9_007_199_254_740_993), ("-9007199254740993", -9_007_199_254_740_993),
      ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775807.000", .max),
      ("9.223372036854775807e18", .max), ("-9223372036854775808000e-3", .min),
      ("1e18", 1_000_000_000_000_000_000),
      ("922337203685477580700000000000000000000000000000e-29", .max),
    ] as [(String, Int64)])
  func exact(text: String, value: Int64) {
    #expect(reading(text) == .success(.integer(value)))
  }

  @Test(
    "a number that is no integer is refused",
    arguments: [
      "1.5", "0.1", "-0.1", "1e-1", "123.456", "1e-400", "1e-1000000000", "1e-99999999999999999999",
      "9007199254740993.5", "12345e-4", "0.00000000000000000000000000000000001",
      "1.0000000000000000001",
    ])
  func fractions(text: String) {
    #expect(reading("[\(text)]") == .failure(JSONError(.fraction, at: 1)))
  }

  @Test(
    "an integer outside of 64 bits is refused, and never rounded",
    arguments: [
      "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
      "1e19", "1e400", "-1e400", "1e1000000000", "1e99999999999999999999999", "9.3e18",
      "10000000000000000000", "99999999999999999999999999999999", "9223372036854775807.0e1",
    ])
  func range(text: String) {
    #expect(reading("[\(text)]") == .failure(JSONError(.integerRange, at: 1)))
  }

  @Test("a million digits are read in one pass, whatever they come to")
  func manyDigits() {
    let zeros = String(repeating: "0", count: 1_000_000)
    let nines = String(repeating: "9", count: 1_000_000)
    #expect(reading("7\(zeros)e-1000000") == .success(7))
    #expect(reading("0.\(zeros)7e1000001") == .success(7))
    #expect(reading("7.\(zeros)") == .success(7))
    #expect(reading("7e\(zeros)1") == .success(70))
    #expect(reading(nines) == .failure(JSONError(.integerRange, at: 0)))
    #expect(reading("0.\(nines)") == .failure(JSONError(.fraction, at: 0)))
    #expect(reading("1e\(nines)") == .failure(JSONError(.integerRange, at: 0)))
    #expect(reading("1e-\(nines)") == .failure(JSONError(.fraction, at: 0)))
  }

  @Test("a random integer is itself however it is spread over point, zeros and exponent")
  func spellings() {
    var random = SplitMix64.printed("JSON number spellings")
    for _ in 0..<scaled(5_000) {
      let bits = Int.random(in: 1...64, using: &random)
      let value = Int64(bitPattern: random.next()) >> (64 - bits)
      let zeros = Int.random(in: 0...30, using: &random)
      let digits = Array(String(value.magnitude) + String(repeating: "0", count: zeros))
      let point = Int.random(in: 1...digits.count, using: &random)
      var text = (value < 0 ? "-" : "") + String(digits[..<point])
      if point < digits.count { text += "." + String(digits[point...]) }
      text += "e\(digits.count - point - zeros)"
      let isPlain = text.drop { $0 == "-" }.first != "0" || point == 1
      #expect(!isPlain || reading(text) == .success(.integer(value)), "\(text)")
    }
  }
}
