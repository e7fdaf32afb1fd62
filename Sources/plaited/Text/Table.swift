// Table.swift: rows under headings, aligned for people and separated by tabs for programs.
//
// Widths come from the rows at hand, and are then fixed, so that a long list can be written as it
// is read. Not here: where lines go, or how many rows are looked at first (Printer).

/// A column: its heading, and what may happen to it where space is short.
struct Column: Equatable {
  /// Who gives way first.
  enum Give: Int, Comparable {
    /// Prose, cut at its end.
    case freely
    /// Identifiers, cut in the middle so that they still tell apart.
    case inTheMiddle
    /// Numbers and times: cut only where nothing else is left.
    case never

    static func < (a: Give, b: Give) -> Bool { a.rawValue < b.rawValue }

    /// Below this a column says nothing any more.
    var widthMin: Int {
      switch self {
      case .freely: 12
      case .inTheMiddle: 9
      case .never: 5
      }
    }
  }

  var title: String
  var give = Give.freely
  var side = Side.left

  static func text(_ title: String) -> Column { Column(title: title) }
  static func id(_ title: String) -> Column { Column(title: title, give: .inTheMiddle) }
  static func count(_ title: String) -> Column {
    Column(title: title, give: .never, side: .right)
  }
  static func time(_ title: String) -> Column { Column(title: title, give: .never) }
}

/// What the layout of lines depends on.
struct Paper: Equatable {
  /// Columns of the terminal.
  var width: Int
  var colour: Colour
  /// Microseconds since 1970, for relative times.
  var now: Int64
}

/// Columns with the widths that they have on one sheet of paper.
struct TableLayout {
  private static let gap = "  "

  let columns: [Column]
  private(set) var widths: [Int]

  /// Measures headings and `rows`, and takes width away until a line fits on `paper`.
  init(_ columns: [Column], measuring rows: [[StyledText]], on paper: Paper) {
    self.columns = columns
    widths = columns.map { VisibleText.width($0.title) }
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count {
        widths[index] = max(widths[index], VisibleText.width(cell.text))
      }
    }
    let room = paper.width - TableLayout.gap.count * max(0, columns.count - 1)
    for give in [Column.Give.freely, .inTheMiddle, .never] { shrink(give, to: room) }
  }

  /// Takes columns away one at a time from the widest that give way so.
  private mutating func shrink(_ give: Column.Give, to room: Int) {
    while widths.reduce(0, +) > room {
      let giving = columns.indices.filter {
        columns[$0].give <= give && widths[$0] > columns[$0].give.widthMin
      }
      guard let widest = giving.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  func heading(_ colour: Colour) -> String {
    line(columns.map { StyledText(text: $0.title, style: .strong) }, colour)
  }

  func line(_ cells: [StyledText], _ colour: Colour) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() where index < columns.count {
      let column = columns[index]
      let cut: Cut = column.give == .inTheMiddle ? .middle : .end
      let text = cell.text.fitted(to: widths[index], cut)
      let isLast = index == columns.count - 1
      let filled =
        isLast && column.side == .left ? text : text.padded(to: widths[index], column.side)
      if index > 0 { line += TableLayout.gap }
      line += cell.style.applied(to: filled, colour)
    }
    return line
  }
}

/// A table that is whole in memory.
struct Table: Equatable {
  var columns: [Column]
  var rows: [[Cell]]

  func human(on paper: Paper) -> [String] {
    let rows = rows.map { $0.map { $0.human(now: paper.now) } }
    let layout = TableLayout(columns, measuring: rows, on: paper)
    return [layout.heading(paper.colour)] + rows.map { layout.line($0, paper.colour) }
  }

  var plain: [String] { rows.map(Table.plainLine) }

  /// The cells of one row as plain output writes them.
  static func plainLine(_ cells: [Cell]) -> String {
    cells.map(\.plain).joined(separator: "\t")
  }
}
