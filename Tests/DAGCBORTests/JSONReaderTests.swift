// JSONReaderTests.swift: what is JSON, what is not, and where the reader says so.
import DAGCBOR
import TestKit
import Testing

/// What reading `text` comes to, for comparisons that name the error.
func reading(
  _ text: [UInt8], as form: JSONForm.Form = .atproto
) -> Result<CBORValue, JSONError> {
  do throws(JSONError) { return .success(try JSONForm.decode(text, as: form)) } catch {
    return .failure(error)
  }
}

func reading(_ text: String, as form: JSONForm.Form = .atproto) -> Result<CBORValue, JSONError> {
  reading(Array(text.utf8), as: form)
}

@Suite("JSON reading")
struct JSONReaderTests {
  @Test(
    "values are read",
    arguments: [
      ("null", .null), (" true\r\n\t", true), ("false", false), ("[]", []), ("{}", [:]),
      ("[ ]", []), ("{ }", [:]), ("[1,[2], {\"a\" : [] }]", [1, [2], ["a": []]]),
      (#"{"b":1,"a":2,"aa":3,"":4}"#, ["": 4, "a": 2, "b": 1, "aa": 3]),
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
      (#""\u0041\u00e9\u20AC\ud83d\uDE00\u0000""#, "Aé€😀\0"),
      ("\"\u{7f}\u{2028}é\u{301}\"", "\u{7f}\u{2028}é\u{301}"),
      (#""\uffff\ue000""#, "\u{ffff}\u{e000}"),
    ] as [(String, CBORValue)])
  func accepted(text: String, value: CBORValue) {
    #expect(reading(text) == .success(value))
    #expect(reading(text, as: .plain) == .success(value))
  }

  @Test(
    "a text that is not JSON is refused by name and place",
    arguments: [
      ("", .truncated, 0), ("  ", .truncated, 2), ("[", .truncated, 1), ("[1", .truncated, 2),
      ("[1,", .truncated, 3), ("{\"a\"", .truncated, 4), ("{\"a\":", .truncated, 5),
      ("tru", .truncated, 3),
      ("\"a", .truncated, 2), ("\"\\", .truncated, 2), ("\"\\u12", .truncated, 5),
      ("-", .truncated, 1),
      ("1.", .truncated, 2), ("1e", .truncated, 2), ("1e+", .truncated, 3),
      ("1 2", .trailingText, 2), ("{}}", .trailingText, 2), ("null,", .trailingText, 4),
      ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
      ("[1}", .unexpectedByte, 2), ("{]", .unexpectedByte, 1), ("{\"a\":1,}", .unexpectedByte, 7),
      ("{\"a\" 1}", .unexpectedByte, 5), ("{a:1}", .unexpectedByte, 1),
      ("{1:1}", .unexpectedByte, 1),
      ("nul1", .unexpectedByte, 0), ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
      ("'a'", .unexpectedByte, 0), ("// \n1", .unexpectedByte, 0),
      ("\u{feff}1", .unexpectedByte, 0),
      ("\u{a0}1", .unexpectedByte, 0), ("\u{c}1", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
      (".5", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("\0", .unexpectedByte, 0),
      ("01", .numberForm, 0), ("-01", .numberForm, 0), ("1.e1", .numberForm, 2),
      ("-a", .numberForm, 1),
      ("1ex", .numberForm, 2), ("0x10", .trailingText, 1), ("1_0", .trailingText, 1),
      ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
      ("\"\\n\u{1f}\"", .controlCharacter, 3), ("\"\\x41\"", .escape, 1),
      ("\"\\U0041\"", .escape, 1),
      ("\"\\u00g0\"", .escape, 1), ("\"\\u+123\"", .escape, 1), ("\"ab\\'\"", .escape, 3),
    ] as [(String, JSONError.Rule, Int)])
  func refused(text: String, rule: JSONError.Rule, offset: Int) {
    #expect(reading(text) == .failure(JSONError(rule, at: offset)))
    #expect(reading(text, as: .plain) == .failure(JSONError(rule, at: offset)))
  }

  @Test(
    "surrogates come in pairs or not at all",
    arguments: [
      #""\ud800""#, #""\udc00""#, #""\udc00\ud800""#, #""\ud800\ud800""#, #""\ud800A""#,
      #""\ud800\n""#, #""\ud800\u0041""#, #""\ud83dx\ude00""#,
    ])
  func surrogates(text: String) {
    #expect(reading(text) == .failure(JSONError(.loneSurrogate, at: 1)))
  }

  @Test(
    "bytes that are not UTF-8 are refused, inside strings and outside",
    arguments: [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
    #expect(reading(quoted) == .failure(JSONError(.utf8, at: 1)))
    #expect(reading(bytes) == .failure(JSONError(.utf8, at: 0)))
  }

  @Test("keys that are equal only after unescaping are repeated keys")
  func repeatedKeys() {
    #expect(reading(#"{"a":1,"a":1}"#) == .failure(JSONError(.keyRepeated, at: 7)))
    #expect(reading(#"{"a":1,"b":2,"\u0061":3}"#) == .failure(JSONError(.keyRepeated, at: 13)))
    #expect(reading(#"{"\u0061":3,"b":2,"a":1}"#) == .failure(JSONError(.keyRepeated, at: 18)))
    #expect(reading(#"[{"x":{"k":1,"k":2}}]"#) == .failure(JSONError(.keyRepeated, at: 13)))
  }

  @Test("keys that only Unicode holds to be equal are two keys")
  func canonicallyEquivalentKeys() throws {
    let value = try JSONForm.decode(Array(#"{"\u00e9":1,"e\u0301":2}"#.utf8))
    #expect(value.mapValue?.count == 2)
    #expect(value["\u{e9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test("every prefix of a text is refused")
  func truncation() {
    let text = Array(#"{"a":[1,-2.0e1,"\ud83d\ude00é",true,null],"b":{"$bytes":"AA"}}"#.utf8)
    #expect(throws: Never.self) { try JSONForm.decode(text) }
    for count in 0..<text.count {
      #expect(throws: JSONError.self) { try JSONForm.decode(Array(text.prefix(count))) }
    }
  }

  @Test("each one-byte mutation reads as something that writes and reads as itself, or is refused")
  func mutations() {
    let text = Array(#"{"a":[1,-20e1,"\ud83d\ude00é",true,null],"b":{"$bytes":"AA=="}}"#.utf8)
    var acceptedCount = 0
    for index in text.indices {
      for byte in UInt8.min...UInt8.max where byte != text[index] {
        var mutant = text
        mutant[index] = byte
        guard case .success(let value) = reading(mutant) else { continue }
        acceptedCount += 1
        #expect(reading(JSONForm.encode(value)) == .success(value))
      }
    }
    #expect(acceptedCount > 300)
  }
}

@Suite("JSON links and bytes")
struct JSONSubstituteTests {
  static let cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"

  @Test("an object of $link or $bytes alone is a link or bytes, and in plain JSON an object")
  func substitutes() throws {
    let link = try #require(CID(Self.cid))
    #expect(reading(#"{"$link":"\#(Self.cid)"}"#) == .success(.link(link)))
    #expect(reading(#"{ "\u0024link" : "\#(Self.cid)" }"#) == .success(.link(link)))
    #expect(reading(#"{"$bytes":"AAE"}"#) == .success(.bytes([0, 1])))
    #expect(reading(#"{"$bytes":"AAE="}"#) == .success(.bytes([0, 1])))
    #expect(reading(#"{"$bytes":""}"#) == .success(.bytes([])))
    #expect(
      reading(#"{"$link":".","$bytes":1}"#, as: .plain) == .success(["$link": ".", "$bytes": 1]))
  }

  @Test("a link of another kind keeps its text both ways")
  func foreignLinks() throws {
    let identity = try #require(ForeignCID(binary: [1, 0x71, 0, 1, 0x61]))
    let text = #"{"$link":"\#(identity)"}"#
    #expect(reading(text) == .success(.foreignLink(identity)))
    #expect(JSONForm.encode(.foreignLink(identity)) == Array(text.utf8))
  }

  @Test(
    "an object that holds $link or $bytes and is not exactly a link or bytes is refused",
    arguments: [
      (#"{"$link":1}"#, .link), (#"{"$link":null}"#, .link), (#"{"$link":"."}"#, .link),
      (#"{"$link":""}"#, .link), (#"{"$link":{"$link":"\#(cid)"}}"#, .link),
      (#"{"$link":"\#(cid)","a":1}"#, .link), (#"{"$link":"\#(cid.uppercased())"}"#, .link),
      (#"{"$link":" \#(cid)"}"#, .link), (#"{"$link":"\#(cid.dropLast())"}"#, .link),
      (#"{"$link":"QmY7Yh4UquoXHLPFo2XbhXkhBvFoPwmQUSa92pxnxjQuPU"}"#, .link),
      (#"{"$link":"\#(cid)","$bytes":"AA"}"#, .link), (#"{"$bytes":"A"}"#, .bytes),
      (#"{"$bytes":[1,2]}"#, .bytes), (#"{"$bytes":"AAE==="}"#, .bytes),
      (#"{"$bytes":"AB"}"#, .bytes),
      (#"{"$bytes":"__8"}"#, .bytes), (#"{"a":1,"$bytes":"AA"}"#, .bytes),
      (#"{"$bytes":{"$bytes":"AA"}}"#, .bytes),
    ] as [(String, JSONError.Rule)])
  func refused(text: String, rule: JSONError.Rule) {
    #expect(reading(text) == .failure(JSONError(rule, at: 0)))
    #expect(reading("[1, \(text)]") == .failure(JSONError(rule, at: 4)))
    #expect(throws: Never.self) { try JSONForm.decode(Array(text.utf8), as: .plain) }
  }
}
