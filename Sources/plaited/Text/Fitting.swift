// Fitting.swift: text cut and padded to a number of terminal columns.

/// Where an ellipsis goes in a text that is too long.
enum Cut {
  /// The beginning says most: prose.
  case end
  /// Beginning and end tell it apart: identifiers.
  case middle
}

enum Side { case left, right }

extension String {
  /// This text in at most `width` columns, with `…` for what was left out.
  func fitted(to width: Int, _ cut: Cut) -> String {
    if VisibleText.width(self) <= width { return self }
    guard width > 1 else { return width == 1 ? "…" : "" }
    switch cut {
    case .end: return prefix(columns: width - 1) + "…"
    case .middle:
      let tail = (width - 1) / 2
      return prefix(columns: width - 1 - tail) + "…" + suffix(columns: tail)
    }
  }

  /// This text and spaces up to `width` columns; as it is where it is wider.
  func padded(to width: Int, _ side: Side) -> String {
    let spaces = String(repeating: " ", count: max(0, width - VisibleText.width(self)))
    return side == .left ? self + spaces : spaces + self
  }

  private func prefix(columns: Int) -> String {
    var left = columns
    return String(
      prefix {
        left -= VisibleText.width($0)
        return left >= 0
      })
  }

  private func suffix(columns: Int) -> String {
    String(String(reversed()).prefix(columns: columns).reversed())
  }
}
