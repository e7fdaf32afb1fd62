// DatetimeTests.swift: datetimes, the calendar under them, language tags, URIs and CID texts.
import TestKit
import Testing

@testable import ATSyntax

private let datetime = Grammar.all[7]
private let language = Grammar.all[8]

@Suite("Datetimes")
struct DatetimeTests {
  @Test(
    "a text and its instant are known",
    arguments: [
      ("1970-01-01T00:00:00Z", Int64(0)), ("1970-01-01T00:00:00.000001Z", 1),
      ("1969-12-31T23:59:59.999999Z", -1), ("1985-04-12T23:20:50.123Z", 482_196_050_123_000),
      ("1970-01-01T01:30:00+01:30", 0), ("1969-12-31T17:00:00-07:00", 0),
      ("2000-02-29T12:00:00.5Z", 951_825_600_500_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
      ("0000-01-01T01:00:00+01:00", -62_167_219_200_000_000),
      ("9999-12-31T23:59:59.9999999999Z", 253_402_300_799_999_999),
      ("9999-12-31T23:59:59-23:59", 253_402_387_139_000_000),
    ])
  func known(text: String, microseconds: Int64) throws {
    let datetime = try Datetime(text)
    #expect(datetime.microsecondsSinceEpoch == microseconds)
    #expect(datetime.description == text)
  }

  @Test(
    "what the calendar or the clock does not have is refused by its rule",
    arguments: [
      ("2023-02-29T00:00:00Z", SyntaxError.Rule.date), ("1900-02-29T00:00:00Z", .date),
      ("2023-04-31T00:00:00Z", .date), ("2023-00-10T00:00:00Z", .date),
      ("2023-13-10T00:00:00Z", .date), ("2023-01-00T00:00:00Z", .date),
      ("2023-01-01T24:00:00Z", .time), ("2023-01-01T00:60:00Z", .time),
      ("2016-12-31T23:59:60Z", .time), ("2023-01-01T00:00:00-00:00", .unknownOffset),
      ("2023-01-01T00:00:00+24:00", .zone), ("2023-01-01T00:00:00+00:60", .zone),
      ("2023-01-01T00:00:00+0000", .zone), ("2023-01-01T00:00:00+00", .zone),
      ("2023-01-01T00:00:00ZZ", .zone), ("2023-01-01T00:00:00.1", .zone),
      ("2023-01-01T00:00:00.Z", .digit), ("0000-01-01T00:00:00+00:01", .yearZero),
      ("2023-01-01t00:00:00Z", .punctuation), ("2023-01-01 00:00:00Z", .punctuation),
      ("2023-01-01T00:00:00z", .zone), ("2023-01-01T00:00Z", .length),
      ("2023-01-01T00:00:00+0a:00", .digit), ("+2023-01-01T00:00:00Z", .digit),
    ])
  func refused(text: String, rule: SyntaxError.Rule) throws {
    #expect(datetime.refusal(of: text)?.rule == rule)
  }

  @Test("a fraction has any number of digits that 64 bytes hold")
  func fraction() throws {
    let longest = "1985-04-12T23:20:50." + String(repeating: "9", count: 43) + "Z"
    #expect(longest.utf8.count == 64)
    #expect(try Datetime(longest).microsecondsSinceEpoch == 482_196_050_999_999)
    #expect(
      datetime.refusal(of: "1985-04-12T23:20:50." + String(repeating: "9", count: 44) + "Z") != nil)
  }

  @Test("an instant is written in milliseconds, rounded down, and reads back")
  func written() throws {
    for (microseconds, text) in [
      (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (482_196_050_123_999, "1985-04-12T23:20:50.123Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00.000Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
    ] {
      let datetime = try Datetime(microsecondsSinceEpoch: microseconds)
      #expect(datetime.description == text)
      #expect(try Datetime(text) == datetime)
    }
    for outside in [-62_167_219_200_000_001, 253_402_300_800_000_000, .min, .max] {
      #expect(throws: SyntaxError.self) { try Datetime(microsecondsSinceEpoch: Int64(outside)) }
    }
  }

  @Test("random instants are written and read back to their millisecond")
  func random() throws {
    var random = SplitMix64.printed("instants")
    for _ in 0..<scaled(10_000) {
      let instant = Int64.random(
        in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &random)
      let read = try Datetime(Datetime(microsecondsSinceEpoch: instant).description)
      #expect(0..<1_000 ~= instant - read.microsecondsSinceEpoch)
    }
  }

  @Test("datetimes sort by instant, and texts of one instant stay distinct")
  func order() throws {
    let earlier = try Datetime("2020-01-01T00:30:00+01:00")
    let later = try Datetime("2020-01-01T00:00:00Z")
    let same = try Datetime("2020-01-01T00:00:00.0Z")
    #expect(earlier < later && same != later && (same < later) != (later < same))
  }

  @Test("every day of the years 0 to 9999 has the next number and reads back")
  func calendar() throws {
    var expected = 0
    for year in 0...9_999 {
      for month in 1...12 {
        for day in 1...31 {
          guard let date = CivilDate(year: year, month: month, day: day) else {
            #expect(day > 28)
            continue
          }
          // One `#expect` in 3.6 million would cost more than the sums.
          guard date.dayNumber == expected,
            year % 7 != 0 || CivilDate(dayNumber: expected) == date
          else {
            Issue.record("\(date) is \(date.dayNumber), expected \(expected)")
            return
          }
          expected += 1
        }
      }
    }
    #expect(expected == 3_652_425)
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.dayNumber == CivilDate.epochDay)
    #expect(CivilDate(year: 10_000, month: 1, day: 1) == nil)
  }
}

@Suite("Language tags")
struct LanguageTests {
  @Test(
    "well-formed tags are accepted",
    arguments: [
      "en", "ban", "zh-yue", "zh-cmn-Hans-CN", "zh-min-nan", "de-419", "sl-rozaj-biske-1994",
      "de-1996",
      "en-a-bbb-x-a-ccc", "en-1-ab-2-cd", "x-a", "X-a-b-c", "x-x-x", "en-x-a-a", "en-u-co-phonebk",
      "i-klingon", "i-KLINGON", "en-GB-oed", "sgn-BE-FR", "ab-abc-def-ghi", "hy-Latn-IT-arevela",
      "de-x-1901-1901", "en-a-foo-foo",
    ])
  func accepted(text: String) throws {
    #expect(try Language(text).description == text)
  }

  @Test(
    "tags that break a rule are refused by it",
    arguments: [
      ("en-", SyntaxError.Rule.subtag), ("en--US", .subtag), ("en-toolonggg", .subtag),
      ("en_US", .primarySubtag), ("en-U_S", .character), ("EN", .primarySubtag),
      ("abcd", .primarySubtag), ("abcde", .primarySubtag), ("a1", .primarySubtag),
      ("i-unknown", .primarySubtag), ("I-klingon", .primarySubtag), ("de-419-DE", .subtag),
      ("de-Latn-Latn", .subtag), ("de-DE-Latn", .subtag), ("de-1901-DE", .subtag),
      ("ab-abc-def-ghi-jkl", .subtag), ("en-a1b", .subtag), ("en-abc1", .subtag),
      ("en-a", .emptyExtension), ("en-x", .emptyExtension), ("x-", .subtag),
      ("en-a-x-b", .emptyExtension),
      ("en-a-b-cd", .emptyExtension), ("de-1901-1901", .repeatedVariant),
      ("de-1901-rozaj-1901", .repeatedVariant), ("en-rozaj-ROZAJ", .repeatedVariant),
      ("en-a-bb-A-cc", .repeatedSingleton), ("en-1-ab-1-cd", .repeatedSingleton), ("e", .length),
    ])
  func refused(text: String, rule: SyntaxError.Rule) throws {
    #expect(language.refusal(of: text)?.rule == rule)
  }

  @Test("the primary subtag is what stands before the first hyphen")
  func primary() throws {
    #expect(try Language("pt-BR").primarySubtag == "pt")
    #expect(try Language("ban").primarySubtag == "ban")
    #expect(try Language("i-default").primarySubtag == "i")
  }
}

@Suite("URIs and CID texts")
struct URITests {
  @Test("a URI is a scheme, a colon and visible characters")
  func uri() throws {
    #expect(try URIString("HTTPS://example.com/?q#f").scheme == "HTTPS")
    #expect(try URIString("a+b-c.d:x").scheme == "a+b-c.d")
    let uri = Grammar.all[9]
    #expect(uri.refusal(of: "http:")?.rule == .character)
    #expect(uri.refusal(of: "1http://a")?.rule == .scheme)
    #expect(uri.refusal(of: "no scheme")?.offset == 2)
    #expect(uri.refusal(of: "a:b c")?.offset == 3)
    #expect(uri.refusal(of: "a:é")?.offset == 2)
  }

  @Test("a URI may have 8 192 bytes and no more")
  func length() throws {
    let longest = "a:" + String(repeating: "x", count: 8_190)
    #expect(try URIString(longest).description == longest)
    #expect(Grammar.all[9].refusal(of: longest + "x")?.offset == 8_192)
  }

  @Test("a CID text is of version 1 in any base")
  func cid() {
    for text in ["bafkreia", "z7x3CtScH765HvShXT", "uAVUSIA_-", "MAVUSIA+/=="] {
      #expect(CIDSyntax.isValid(text), "\(text)")
    }
    for text in ["bafkrei", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", "cid:bafkreia", ""] {
      #expect(!CIDSyntax.isValid(text), "\(text)")
    }
    #expect(!CIDSyntax.isValid("b" + String(repeating: "a", count: 256)))
  }
}
