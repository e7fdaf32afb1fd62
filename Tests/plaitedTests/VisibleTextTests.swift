// VisibleTextTests.swift: what stored text may do to a terminal: nothing.
import DAGCBOR
import TestKit
import Testing

@testable import plaited

@Suite("Visible text")
struct VisibleTextTests {
  @Test(
    "what steers a terminal is shown as an escape",
    arguments: [
      ("a\tb\nc\r", "a\\tb\\nc\\r"), ("\u{1b}[2J", "\\u001b[2J"),
      ("\u{7f}\u{9b}", "\\u007f\\u009b"),
      ("\u{0}", "\\u0000"), ("a\u{202e}b", "a\\u202eb"), ("\u{2028}\u{feff}", "\\u2028\\ufeff"),
      ("\u{e0041}", "\\udb40\\udc41"), ("plain – Zoë 漢字 👩‍👩‍👧", "plain – Zoë 漢字 👩‍👩‍👧"),
    ])
  func escapes(text: String, shown: String) {
    #expect(VisibleText.escaped(text) == shown)
  }

  @Test("no text keeps a control character, whatever it is")
  func anyText() {
    var random = SplitMix64.printed("visible text")
    for _ in 0..<scaled(2_000) {
      let scalars = (0..<20).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x10ffff, using: &random) >> (random.next() % 20))
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let shown = VisibleText.escaped(String(text))
      #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
  }

  @Test("escaped JSON still reads as the same value")
  func json() throws {
    let value: CBORValue = ["text": "a\u{202e}\n\u{e0041}\u{1b}", "more": ["x\u{feff}", 1]]
    for isIndented in [true, false] {
      let shown = VisibleText.escapedJSON(JSONForm.encode(value, indented: isIndented))
      #expect(try JSONForm.decode(Array(shown.utf8)) == value)
    }
  }

  @Test(
    "a text is as wide as a terminal draws it",
    arguments: [
      ("abc", 3), ("", 0), ("e\u{301}", 1), ("漢字", 4), ("👍", 2), ("👩‍👩‍👧", 2), ("Zoë", 3), ("ｆ", 2),
      ("…", 1),
    ])
  func widths(text: String, width: Int) {
    #expect(VisibleText.width(text) == width)
  }

  @Test(
    "a text is cut to columns, not to characters",
    arguments: [
      ("abcdef", 6, Cut.end, "abcdef"), ("abcdef", 5, .end, "abcd…"), ("abcdef", 1, .end, "…"),
      ("abcdef", 0, .end, ""), ("abcdefgh", 5, .middle, "ab…gh"), ("abcdefgh", 4, .middle, "ab…h"),
      ("漢字漢字", 5, .end, "漢字…"), ("漢字漢字", 4, .end, "漢…"),
    ])
  func cuts(text: String, width: Int, cut: Cut, fitted: String) {
    #expect(text.fitted(to: width, cut) == fitted)
    #expect(VisibleText.width(text.fitted(to: width, cut)) <= width)
  }
}
