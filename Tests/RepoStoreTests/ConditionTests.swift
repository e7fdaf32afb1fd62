// ConditionTests.swift: what `--where` means, case by case.
import ATSyntax
import DAGCBOR
import Testing

@testable import RepoStore

@Suite("Conditions")
struct ConditionTests {
  @Test(
    "a condition that holds",
    arguments: [
      "level=warn", "level=\"warn\"", "level = warn", "level!=error", "count=3", "count=3.0",
      "count=30e-1", "count!=4", "code=\"3\"", "code!=3", "count!=\"3\"", "count>=3", "count<=3",
      "count<4", "count>2", "done=false", "done!=true", "reply=null", "reply exists",
      "none exists", "reply!=false", "subject.uri=at://did:web:a.example/app.example.post/1",
      "subject.size<0", "subject.size=-7", "level in error,warn", "count in 1,2,3",
      "level in \"warn\"", "code in \"3\"", "level in \"a,b\",warn", "tags=disk",
      "tags=alert", "tags!=disk", "tags in x,alert", "tags~LERT", "tags exists",
      "images.alt=two", "images.size>25", "images exists", "a\\.b=dotted", "level>info",
      "level<x", "text~almost", "text ~ zOË", "text~\"says Z\"", "text~",
      "media.ref.$link=bafkreiadsbmmn4waznesyuz3bjgrj33xzqhxrk6mz3ksq7meugrachh3qe",
      "raw.$bytes=AQID", "level   exists", "count in 3", "$type~EXAMPLE",
    ])
  func holds(condition: String) throws {
    #expect(try QueryWorld.holds(condition))
  }

  @Test(
    "a condition that does not hold",
    arguments: [
      "level=error", "level=Warn", "count=\"3\"", "code=3", "count in \"3\"", "code in 1,2,3",
      "absent=1", "absent!=1", "absent exists", "absent~a", "none=1", "none!=1", "done=\"false\"",
      "done=0", "reply=\"null\"", "reply=0", "count~3", "images.alt=three", "images.size>30",
      "images.alt.x exists", "tags=[\"disk\",\"alert\"]", "media=blob", "raw=AQID",
      "media.ref=bafkreiadsbmmn4waznesyuz3bjgrj33xzqhxrk6mz3ksq7meugrachh3qe", "a.b=dotted",
      "level= warn", "level=warn ", "count<3", "count>3", "count<\"9\"", "level<5", "level>5",
      "done<\"x\"", "subject=x", "text~absent",
    ])
  func fails(condition: String) throws {
    #expect(try !QueryWorld.holds(condition))
  }

  @Test(
    "two datetimes compare as instants, a datetime and another text by bytes",
    arguments: [
      ("createdAt=2024-05-01T12:00:00+02:00", true), ("createdAt=2024-05-01T10:00:00Z", true),
      ("createdAt!=2024-05-01T12:00:00+02:00", false),
      ("createdAt<2024-05-01T09:30:00-01:00", true), ("createdAt>=2024-05-01T10:00:00Z", true),
      ("createdAt>2024-05-01T10:00:00Z", false), ("createdAt>2024-", true),
      ("createdAt>2024", false),
      ("createdAt<2024-06", true), ("createdAt in 2024-05-01T12:00:00+02:00", true),
      ("createdAt~2024-05", true), ("level<2024-05-01T10:00:00Z", false),
    ])
  func instants(condition: String, holds: Bool) throws {
    #expect(try QueryWorld.holds(condition) == holds)
  }

  @Test("texts compare by bytes, not by canonical equivalence")
  func bytes() throws {
    let composed: CBORValue = ["text": "\u{e9}"]
    #expect(try !Condition(parsing: "text=e\u{301}").holds(in: composed))
    #expect(try Condition(parsing: "text!=e\u{301}").holds(in: composed))
    #expect(try Condition(parsing: "text=\"\\u00e9\"").holds(in: composed))
  }

  @Test(
    "what is no condition is refused by its rule",
    arguments: [
      ("level", QueryError.noOperator("level")), ("level warn", .noOperator("level warn")),
      ("level is warn", .noOperator("level is warn")), ("", .noField("")), ("=3", .noField("=3")),
      (" =3", .noField(" =3")), ("a==3", .unknownOperator("==", nearest: "=")),
      ("a=<3", .unknownOperator("=<", nearest: "<=")),
      ("a=>3", .unknownOperator("=>", nearest: ">=")),
      ("a<>3", .unknownOperator("<>", nearest: "!=")),
      ("a=~x", .unknownOperator("=~", nearest: "~")),
      ("a!x", .unknownOperator("!", nearest: "!=")),
      ("a..b=1", .emptyStep("a..b")), (".a=1", .emptyStep(".a")), ("a.=1", .emptyStep("a.")),
      ("a=1.5", .number("1.5")), ("a>1e-3", .number("1e-3")),
      ("a=9223372036854775808", .number("9223372036854775808")),
      ("a in 1.5", .number("1.5")), ("a in", .emptyList("in")), ("a in ", .emptyList("")),
      ("a in 1,,2", .emptyList("1,,2")), ("a in \"b,c", .openQuote("\"b,c")),
      ("a<true", .unordered("true")), ("a>=null", .unordered("null")), ("a\\", .escape("a\\")),
    ])
  func refused(condition: String, error: QueryError) {
    #expect(throws: error) { try Condition(parsing: condition) }
  }

  @Test(
    "a value that only resembles a number is text",
    arguments: ["1.2.3", "1.5a", "-", "0x10", "01", "1,5", "+1", "9223372036854775808x", ".5"])
  func resemblesNumber(value: String) throws {
    let condition = try Condition(parsing: "version=\(value)")
    #expect(condition.holds(in: ["version": .string(value)]))
  }

  @Test(
    "a path reads as it is written", arguments: ["a", "a.b.c", "a\\.b", "$type", "a\\ b.c\\\\"])
  func pathText(text: String) throws {
    #expect(try FieldPath(text).description == text)
    #expect(try Condition(parsing: "\(text) exists").field == FieldPath(text))
  }

  @Test("a path deeper than records nest is refused")
  func pathTooDeep() {
    let text = Array(repeating: "a", count: 33).joined(separator: ".")
    #expect(throws: QueryError.pathTooDeep(stepCount: 33, most: 32)) { try FieldPath(text) }
  }
}
