// PrinterTests.swift: one list and one answer in every mode, and an error in the middle of both.
import DAGCBOR
import Testing

@testable import plaited

@Suite("Printer")
struct PrinterTests {
  private let written = Written()

  private func printer(_ mode: OutputMode) -> Printer {
    Printer(
      mode: mode, command: "repo get",
      paper: Paper(width: 80, colour: .off, now: MemoryDesk.now), out: written.outlet)
  }

  private func printed(
    _ mode: OutputMode, rowCount: Int = 2, isLive: Bool = false,
    _ end: (inout Printer) throws -> Void
  ) throws -> String {
    var printer = printer(mode)
    printer.isLive = isLive
    try printer.openList("rows", [.id("name"), .count("n")])
    for n in 0..<rowCount {
      try printer.row([.id("row \(n)"), .count(n)], ["n": .count(n)])
    }
    try end(&printer)
    try printer.out.flush()
    return written.text
  }

  private static let answer = Answer(
    ["cursor": "x"], page: [.heading("that is all")], next: ["plaited repo get --cursor x"])

  @Test("people see an aligned table, then the rest")
  func human() throws {
    let text = try printed(.human) { try $0.finish(PrinterTests.answer) }
    #expect(text == "name   n\nrow 0  0\nrow 1  1\nthat is all\n")
  }

  @Test("plain rows are tab-separated")
  func plain() throws {
    let text = try printed(.plain) { try $0.finish(PrinterTests.answer) }
    #expect(text == "row 0\t0\nrow 1\t1\n")
  }

  @Test("JSON is one object: the rows, the other members, what comes next")
  func json() throws {
    let text = try printed(.json) { try $0.finish(PrinterTests.answer) }
    let value = try JSONForm.decode(Array(text.utf8), as: .plain)
    #expect(value["command"] == "repo get")
    #expect(value["ok"] == true)
    #expect(value["result"] == ["rows": [["n": 0], ["n": 1]], "cursor": "x"])
    #expect(value["next"] == ["plaited repo get --cursor x"])
    #expect(text.hasSuffix("}\n"))
  }

  @Test("NDJSON is a line for each row and nothing else")
  func ndjson() throws {
    let text = try printed(.ndjson) { try $0.finish(PrinterTests.answer) }
    #expect(text == "{\"n\":0}\n{\"n\":1}\n")
  }

  @Test("an error after some rows leaves valid JSON that says so")
  func failure() throws {
    let complaint = Complaint(.io, "DiskFull", what: "a", why: "b", remedy: "c")
    let text = try printed(.json) { try $0.fail(complaint) }
    let value = try JSONForm.decode(Array(text.utf8), as: .plain)
    #expect(value["ok"] == false)
    #expect(value["result"]?["rows"]?.arrayValue?.count == 2)
    #expect(value["error"] == ["name": "DiskFull", "message": "a: b", "hint": "c"])
  }

  @Test("without a list JSON holds the answer, NDJSON is its one line", arguments: [true, false])
  func single(isJSON: Bool) throws {
    var printer = printer(isJSON ? .json : .ndjson)
    try printer.finish(PrinterTests.answer)
    try printer.out.flush()
    let value = try JSONForm.decode(Array(written.text.utf8), as: .plain)
    #expect((isJSON ? value["result"] : value) == ["cursor": "x"])
  }

  @Test("an empty list prints no heading")
  func empty() throws {
    let text = try printed(.human, rowCount: 0) { try $0.finish(Answer()) }
    #expect(text.isEmpty)
  }

  @Test("a long list is written before it ends, in the widths of its first rows")
  func streams() throws {
    var printer = printer(.human)
    try printer.openList("rows", [.id("name")])
    for _ in 0..<200 { try printer.row([.id("abcdefghij")], .null) }
    try printer.row([.id("longer than the first")], .null)
    try printer.out.flush()
    #expect(written.lines.count == 202)
    #expect(written.lines.last == "longer than the first".fitted(to: 10, .middle))
  }

  @Test("a live row is out before the next one comes")
  func live() throws {
    let text = try printed(.human, rowCount: 1, isLive: true) { _ in }
    #expect(text == "name   n\nrow 0  0\n")
  }
}
