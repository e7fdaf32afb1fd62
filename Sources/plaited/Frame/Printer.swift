// Printer.swift: answers and rows in each of the output modes.
//
// A list is written as it comes, whatever the mode: people see the first rows aligned with each
// other and the rest in the same columns; JSON is one object whose end is written last, so that an
// error in the middle still leaves valid JSON.
import DAGCBOR

struct Printer {
  /// Rows that are looked at before column widths are fixed.
  private static let measuredRowCount = 200

  let mode: OutputMode
  /// As the envelope names it: `repo get`.
  let command: String
  let paper: Paper
  let out: Outlet
  /// Rows are seen as they come: each is flushed.
  var isLive = false
  private var list: OpenList?

  /// A list of which rows have been or will be written.
  fileprivate struct OpenList {
    var columns: [Column]
    var rowCount = 0
    /// Rows for people that wait to be measured; nil once widths are fixed.
    var waiting: [[StyledText]]? = []
    var layout: TableLayout?
  }

  init(mode: OutputMode, command: String, paper: Paper, out: Outlet) {
    self.mode = mode
    self.command = command
    self.paper = paper
    self.out = out
  }

  /// How many rows have been printed.
  var rowCount: Int { list?.rowCount ?? 0 }

  /// Begins the list that is called `name` in `result`. At most one for each command.
  mutating func openList(_ name: String, _ columns: [Column]) throws {
    list = OpenList(columns: columns)
    guard mode == .json else { return }
    try out.append(ascii: "{\"command\":\(json(.string(command))),\"result\":{")
    try out.append(ascii: "\(json(.string(name))):[")
  }

  /// Only the one that the mode needs is made.
  mutating func row(
    _ cells: @autoclosure () throws -> [Cell], _ value: @autoclosure () throws -> CBORValue
  ) throws {
    precondition(list != nil, "a row before its list")
    switch mode {
    case .human:
      try list?.add(try cells().map { $0.human(now: paper.now) }, paper, out)
      let isMeasured = list?.waiting?.count == Printer.measuredRowCount
      if isLive || isMeasured { try list?.fixWidths(paper, out) }
    case .plain: try out.append(line: Table.plainLine(try cells()))
    case .json:
      if rowCount > 0 { try out.append(ascii: ",") }
      try out.append(ascii: json(try value()))
    case .ndjson: try out.append(line: json(try value()))
    }
    list?.rowCount += 1
    if isLive { try out.flush() }
  }

  /// Lines below the row before: for people and in plain output.
  mutating func aside(_ lines: [Piece.Line]) throws {
    guard mode == .human || mode == .plain else { return }
    try list?.fixWidths(paper, out)
    let page = Page([.lines(lines)])
    for line in mode == .human ? page.human(on: paper) : page.plain { try out.append(line: line) }
  }

  /// Writes bytes as they are.
  func bytes(_ bytes: [UInt8]) throws { try out.append(bytes) }

  /// Ends the output of a command that worked.
  mutating func finish(_ answer: Answer) throws {
    try list?.fixWidths(paper, out)
    if answer.isRaw { return }
    switch mode {
    case .human:
      for line in answer.page.human(on: paper) { try out.append(line: line) }
    case .plain:
      for line in answer.page.plain { try out.append(line: line) }
    case .json:
      try closeEnvelope(
        result: answer.result, error: nil, isOK: answer.status == .ok, next: answer.next)
    case .ndjson:
      guard list == nil else { return }
      try out.append(line: json(.map(answer.result)))
    }
  }

  /// Ends the output of a command that failed; what it says to people is not said here.
  mutating func fail(_ complaint: Complaint) throws {
    try list?.fixWidths(paper, out)
    guard mode == .json else { return }
    try closeEnvelope(result: nil, error: complaint.value, isOK: false, next: [])
  }

  private func closeEnvelope(
    result: CBORMap?, error: CBORValue?, isOK: Bool, next: [String]
  ) throws {
    if list != nil {
      try out.append(ascii: "]")
      for (name, value) in result ?? [:] {
        try out.append(ascii: ",\(json(.string(name))):\(json(value))")
      }
      try out.append(ascii: "}")
    } else {
      let value = result.map { json(.map($0)) } ?? "null"
      try out.append(ascii: "{\"command\":\(json(.string(command))),\"result\":\(value)")
    }
    try out.append(ascii: ",\"ok\":\(isOK)")
    if let error { try out.append(ascii: ",\"error\":\(json(error))") }
    let commands = CBORValue.array(next.map { .string($0) })
    try out.append(ascii: ",\"next\":\(json(commands))}\n")
  }

  /// Stored text may hold what steers a terminal: it is escaped in JSON too.
  private func json(_ value: CBORValue) -> String {
    VisibleText.escapedJSON(JSONForm.encode(value))
  }
}

extension Printer.OpenList {
  fileprivate mutating func add(_ row: [StyledText], _ paper: Paper, _ out: Outlet) throws {
    if let layout {
      try out.append(line: layout.line(row, paper.colour))
    } else {
      waiting?.append(row)
    }
  }

  /// Writes the heading and the rows that waited; nothing for a list without rows.
  fileprivate mutating func fixWidths(_ paper: Paper, _ out: Outlet) throws {
    guard let rows = waiting, !rows.isEmpty else { return }
    let layout = TableLayout(columns, measuring: rows, on: paper)
    try out.append(line: layout.heading(paper.colour))
    for row in rows { try out.append(line: layout.line(row, paper.colour)) }
    self.layout = layout
    waiting = nil
  }
}

extension Outlet {
  fileprivate func append(ascii text: String) throws { try append(Array(text.utf8)) }
}
