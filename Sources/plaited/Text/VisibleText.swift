// VisibleText.swift: text from records as a terminal may show it, and how wide it is there.
//
// Stored text may hold anything: escape sequences that move the cursor, overrides that turn the
// direction of writing, tabs that break a column. None of it reaches a terminal or a table.
// Not here: colours (Style) and cutting to a width (Fitting).

enum VisibleText {
  /// `text` with every control character, line separator and direction override written as an
  /// escape: `\n`, `\t` or `\u001b`. What is left prints as it reads, on one line.
  static func escaped(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy({ !isUnsafe($0) }) { return text }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar) {
        escaped.append(contentsOf: escape(scalar).unicodeScalars)
      } else {
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// As `escaped`, but for JSON text of ours: its own line feeds stay, and what it holds inside of
  /// strings is escaped as JSON does it already or here.
  static func escapedJSON(_ json: [UInt8]) -> String {
    let text = String(decoding: json, as: UTF8.self)
    if json.allSatisfy({ 0x20...0x7e ~= $0 }) { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { escaped(String($0)) }.joined(separator: "\n")
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      // As JSON writes them: four digits for each unit of UTF-16.
      return UTF16.encode(scalar).map(Array.init)?.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined() ?? ""
    }
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7e: false
    case ..<0x20, 0x7f...0x9f: true
    // Separators of lines and paragraphs; marks, embeddings, overrides and isolates of direction.
    case 0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    // Tags and the byte order mark draw nothing and can carry anything.
    case 0xfeff, 0xe0000...0xe007f: true
    default: false
    }
  }

  /// The columns that `text` takes in a terminal.
  static func width(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  /// One character: as wide as its widest scalar, for a family of emoji is drawn as one.
  static func width(_ character: Character) -> Int {
    character.unicodeScalars.map { width($0) }.max() ?? 0
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return isWide(scalar.value) ? 2 : 1
  }

  /// The blocks of East Asian wide and full-width characters (Unicode UAX #11).
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
      0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
      true
    default: false
    }
  }
}
