// LayoutTests.swift: tables and cards: aligned, as narrow as the terminal, and tab-separated.
import DAGCBOR
import TestKit
import Testing

@testable import plaited

private func paper(_ width: Int, _ colour: Colour = .off) -> Paper {
  Paper(width: width, colour: colour, now: MemoryDesk.now)
}

@Suite("Layout")
struct LayoutTests {
  private static let table = Table(
    columns: [.id("name"), .count("count"), .text("says")],
    rows: [
      [.id("app.example.note"), .count(12), .text("short")],
      [.id("app.example.a"), .count(7), .text("漢字 and some more words than fit")],
    ])

  @Test("columns are aligned: numbers to the right, the rest to the left")
  func aligned() {
    #expect(
      LayoutTests.table.human(on: paper(80)) == [
        "name              count  says",
        "app.example.note     12  short",
        "app.example.a         7  漢字 and some more words than fit",
      ])
  }

  @Test("prose gives way first, then identifiers in the middle")
  func shrinks() {
    #expect(
      LayoutTests.table.human(on: paper(40)) == [
        "name              count  says",
        "app.example.note     12  short",
        "app.example.a         7  漢字 and some …",
      ])
    #expect(
      LayoutTests.table.human(on: paper(32)) == [
        "name         count  says", "app.e….note     12  short", "app.e…ple.a      7  漢字 and so…",
      ])
  }

  @Test("no line is wider than the terminal, while there is room for the columns at all")
  func fits() {
    var random = SplitMix64.printed("table widths")
    let gives: [Column.Give] = [.freely, .inTheMiddle, .never]
    for _ in 0..<scaled(500) {
      let columns = (0..<Int.random(in: 1...5, using: &random)).map { index in
        Column(title: "c\(index)", give: gives[Int.random(in: 0...2, using: &random)])
      }
      let rows = (0..<5).map { _ in
        columns.map { _ in
          Cell.text(String(repeating: "x漢", count: Int.random(in: 0...30, using: &random)))
        }
      }
      let least = columns.reduce(-2) { $0 + $1.give.widthMin + 2 }
      let width = Int.random(in: least...160, using: &random)
      for line in Table(columns: columns, rows: rows).human(on: paper(width)) {
        #expect(VisibleText.width(line) <= width)
      }
    }
  }

  @Test("plain output is tab-separated, without headings")
  func plain() {
    #expect(
      LayoutTests.table.plain == [
        "app.example.note\t12\tshort", "app.example.a\t7\t漢字 and some more words than fit",
      ])
  }

  @Test("a card gives a time both ways, and identifiers whole")
  func card() {
    let card = Card([
      "did": .id("did:web:a.example"), "at": .time(MemoryDesk.now - 60_000_000),
      "size": .byteCount(12_345), "none": nil, "handle": .absent,
    ])
    #expect(
      card.human(on: paper(80)) == [
        "did     did:web:a.example", "at      2024-05-01T09:59:00.000Z (1 min ago)",
        "size    12.3 kB (12 345 B)", "handle  –",
      ])
    #expect(
      card.plain == [
        "did\tdid:web:a.example", "at\t2024-05-01T09:59:00.000Z", "size\t12345", "handle\t",
      ])
  }

  @Test("colour is around a cell, never inside of its text")
  func colour() {
    let table = Table(columns: [.text("a")], rows: [[.good("\u{1b}[31mx")]])
    #expect(
      table.human(on: paper(80, .on)) == [
        "\u{1b}[1ma\u{1b}[0m", "\u{1b}[32m\\u001b[31mx\u{1b}[0m",
      ])
  }

  @Test(
    "the rule for colour",
    arguments: [
      (false, [:], true, Colour.on), (false, [:], false, .off), (true, [:], true, .off),
      (false, ["NO_COLOR": "1"], true, .off), (false, ["NO_COLOR": ""], true, .on),
      (false, ["CLICOLOR_FORCE": "1"], false, .on), (false, ["CLICOLOR_FORCE": "0"], false, .off),
      (false, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, .off),
      (false, ["TERM": "dumb"], true, .off), (true, ["CLICOLOR_FORCE": "1"], true, .off),
    ] as [(Bool, [String: String], Bool, Colour)])
  func rule(isRefused: Bool, environment: [String: String], isTerminal: Bool, colour: Colour) {
    #expect(
      Colour.rule(isRefused: isRefused, environment: environment, isTerminal: isTerminal)
        == colour)
  }
}
