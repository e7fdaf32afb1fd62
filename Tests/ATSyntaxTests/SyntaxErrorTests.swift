// SyntaxErrorTests.swift: what an error tells a reader.
import ATSyntax
import Testing

@Suite("Syntax errors")
struct SyntaxErrorTests {
  @Test(
    "a message says what was expected, what was found, and where",
    arguments: [
      (
        "did", "did:plc:a/b",
        "DID: expected a character that is allowed here, found \"/b\", at byte 9"
      ),
      (
        "did", "did:plc:",
        "DID: expected a last character other than a colon or percent sign, found \":\", at byte 7"
      ),
      (
        "handle", "a..test",
        "handle: expected a label of 1 to 63 characters, found \".test\", at byte 2"
      ),
      ("handle", "", "handle: expected 3 to 253 bytes, found 0, at byte 0"),
      ("tid", "222", "TID: expected 13 bytes, found 3, at byte 3"),
      (
        "nsid", "com.example",
        "NSID: expected more labels, separated by dots, found the end of the text, at byte 11"
      ),
      (
        "recordkey", "a\u{1b}[\"\\é\0",
        "record key: expected a character that is allowed here, "
          + "found \"\\x1b[\\\"\\\\\\xc3\\xa9\\x00\", at byte 1"
      ),
      (
        "recordkey", "a b" + String(repeating: "c", count: 40),
        "record key: expected a character that is allowed here, "
          + "found \" bcccccccccccccccccccccc…\", at byte 1"
      ),
    ])
  func message(name: String, text: String, message: String) throws {
    let grammar = try #require(Grammar.all.first { $0.name == name })
    #expect(grammar.refusal(of: text)?.description == message)
  }

  @Test("a number that has no text is named in the message")
  func number() {
    #expect {
      try TID(microseconds: 1 << 53, clockID: 0)
    } throws: { error in
      "\(error)"
        == "TID: expected an instant in the range of this format, "
        + "found \"9007199254740992\", at byte 0"
    }
  }
}
