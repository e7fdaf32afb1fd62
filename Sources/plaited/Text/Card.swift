// Card.swift: what is known about one thing: a name and a value on each line.

struct Card: Equatable {
  struct Line: Equatable {
    var name: String
    var cell: Cell
  }

  var lines: [Line] = []

  init(_ lines: KeyValuePairs<String, Cell?> = [:]) {
    for (name, cell) in lines { add(name, cell) }
  }

  /// Adds a line; none for nil.
  mutating func add(_ name: String, _ cell: Cell?) {
    if let cell { lines.append(Line(name: name, cell: cell)) }
  }

  func human(on paper: Paper) -> [String] {
    let nameWidth = lines.map { VisibleText.width($0.name) }.max() ?? 0
    return lines.map { line in
      let cell = human(line.cell, on: paper)
      let name = Style.faint.applied(to: line.name.padded(to: nameWidth, .left), paper.colour)
      // What is copied is given whole, even where the terminal then begins another line.
      let isCopied = if case .id = line.cell { true } else { false }
      let room = isCopied ? Int.max : max(8, paper.width - nameWidth - 2)
      let text = cell.text.fitted(to: room, .end)
      return "\(name)  \(cell.style.applied(to: text, paper.colour))"
    }
  }

  /// There is room on a card: a time is given both ways, identifiers whole.
  private func human(_ cell: Cell, on paper: Paper) -> StyledText {
    var styled = cell.human(now: paper.now)
    switch cell {
    case .time(let instant):
      styled = StyledText(text: "\(Instant.text(instant)) (\(styled.text))")
    case .byteCount(let count) where count >= 1_000:
      styled = StyledText(text: "\(styled.text) (\(Amount.grouped(count)) B)")
    case .count(let count): styled = StyledText(text: Amount.grouped(count))
    case .absent, .text, .id, .byteCount, .microseconds, .good, .bad, .faint, .value, .record:
      break
    }
    return styled
  }

  var plain: [String] { lines.map { "\($0.name)\t\($0.cell.plain)" } }
}
