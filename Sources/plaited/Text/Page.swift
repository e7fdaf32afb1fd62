// Page.swift: what a command shows, piece by piece, and the lines that each mode makes of it.
import DAGCBOR

/// A piece of a page.
enum Piece: Equatable {
  case card(Card)
  case table(Table)
  /// A heading for what follows: for people alone.
  case heading(String)
  /// Lines as they are, such as a tree's drawing; escaped here.
  case lines([Line])
  /// A value as indented JSON.
  case json(CBORValue)
  /// An empty line: for people alone.
  case space

  struct Line: Equatable {
    var text: String
    var style = Style.normal

    init(_ text: String, _ style: Style = .normal) {
      self.text = text
      self.style = style
    }
  }
}

struct Page: Equatable {
  var pieces: [Piece] = []

  init(_ pieces: [Piece] = []) { self.pieces = pieces }

  func human(on paper: Paper) -> [String] {
    pieces.flatMap { piece -> [String] in
      switch piece {
      case .card(let card): card.human(on: paper)
      case .table(let table): table.human(on: paper)
      case .heading(let text):
        [Style.strong.applied(to: VisibleText.escaped(text), paper.colour)]
      case .lines(let lines):
        lines.map { $0.style.applied(to: VisibleText.escaped($0.text), paper.colour) }
      case .json(let value): json(value, paper.colour)
      case .space: [""]
      }
    }
  }

  var plain: [String] {
    pieces.flatMap { piece -> [String] in
      switch piece {
      case .card(let card): card.plain
      case .table(let table): table.plain
      case .heading, .space: []
      case .lines(let lines): lines.map { VisibleText.escaped($0.text) }
      case .json(let value): json(value, .off)
      }
    }
  }

  /// Keys are set off; the values are left alone.
  private func json(_ value: CBORValue, _ colour: Colour) -> [String] {
    let text = VisibleText.escapedJSON(JSONForm.encode(value, indented: true))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard colour == .on else { return lines }
    return lines.map { line in
      guard let key = line.prefixMatch(of: #/\s*"(?:[^"\\]|\\.)*":/#) else { return line }
      return Style.notable.applied(to: String(line[key.range]), .on) + line[key.range.upperBound...]
    }
  }
}
