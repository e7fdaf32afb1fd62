// Lexer.swift: Swift text as tokens and comments, as much of the language as the rules need.
//
// It knows line and nested block comments, plain, raw and multi-line strings, and the code inside
// their interpolations, so that a rule about code is not fooled by a word in a string.
// Not here: bare regex literals (`/…/`), which this house does not use, and any grammar.

/// A word, number, string literal or one punctuation character.
struct Token: Equatable, Sendable {
  enum Kind: Sendable { case word, number, string, symbol }

  var kind: Kind
  /// As written; a string literal's text is `""` whatever it holds.
  var text: String
  /// 1-based.
  var line: Int
  /// Nothing, not even a space, stands between this token and the one before.
  var isGlued: Bool
}

/// One line of a comment.
struct Comment: Equatable, Sendable {
  var line: Int
  /// Without the comment marks and the space around it.
  var text: String
  var isDoc: Bool
  /// No code stands before it on its line.
  var isAlone: Bool
}

struct Lexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var endOfPrevious = -1
  private(set) var tokens: [Token] = []
  private(set) var comments: [Comment] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    while index < bytes.count {
      readCode()
      // A closing parenthesis without an opening one ends `readCode`; a file may hold one.
      if index < bytes.count { emit(.symbol, byteCount: 1) }
    }
  }

  /// Reads until the end, or to the parenthesis that closes an interpolation.
  private mutating func readCode() {
    var depth = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\n"):
        line += 1
        index += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): readLineComment()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): readBlockComment()
      case UInt8(ascii: "\""): readString(hashCount: 0)
      case UInt8(ascii: "#") where peek(hashCount) == UInt8(ascii: "\""):
        readString(hashCount: hashCount)
      case let byte where Lexer.startsWord(byte): readRun(.word)
      case UInt8(ascii: "0")...UInt8(ascii: "9"): readRun(.number)
      case let byte:
        if byte == UInt8(ascii: ")") && depth == 0 { return }
        depth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
        emit(.symbol, byteCount: 1)
      }
    }
  }

  private func peek(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  /// The number of `#` at the current place.
  private var hashCount: Int {
    bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
  }

  private mutating func emit(_ kind: Token.Kind, byteCount: Int) {
    let text = String(decoding: bytes[index..<index + byteCount], as: UTF8.self)
    let isGlued = index == endOfPrevious
    tokens.append(Token(kind: kind, text: text, line: line, isGlued: isGlued))
    index += byteCount
    endOfPrevious = index
  }

  private static func startsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "$"), 0x80...: true
    default: false
    }
  }

  private mutating func readRun(_ kind: Token.Kind) {
    var end = index
    while end < bytes.count {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end])
      let isPoint =
        kind == .number && bytes[end] == UInt8(ascii: ".") && end + 1 < bytes.count
        && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end + 1])
      guard isDigit || isPoint || Lexer.startsWord(bytes[end]) else { break }
      end += 1
    }
    emit(kind, byteCount: end - index)
  }
}

extension Lexer {
  private mutating func addComment(_ content: ArraySlice<UInt8>, isDoc: Bool) {
    let text = String(decoding: content, as: UTF8.self).trimmed
    let isAlone = tokens.last?.line != line
    comments.append(Comment(line: line, text: text, isDoc: isDoc, isAlone: isAlone))
  }

  private mutating func readLineComment() {
    let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let content = bytes[index..<end].drop { $0 == UInt8(ascii: "/") }
    addComment(content, isDoc: content.startIndex - index == 3)
    index = end
  }

  private mutating func readBlockComment() {
    let isDoc = peek(2) == UInt8(ascii: "*") && peek(3) != UInt8(ascii: "/")
    var depth = 0
    var start = index
    repeat {
      if bytes[index] == UInt8(ascii: "\n") {
        addComment(bytes[start..<index], isDoc: isDoc)
        line += 1
        start = index + 1
      } else if bytes[index] == UInt8(ascii: "/") && peek(1) == UInt8(ascii: "*") {
        depth += 1
        index += 1
      } else if bytes[index] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/") {
        depth -= 1
        index += 1
      }
      index += 1
    } while depth > 0 && index < bytes.count
    addComment(bytes[min(start, index)..<min(index, bytes.count)], isDoc: isDoc)
  }

  private mutating func readString(hashCount: Int) {
    let isGlued = index == endOfPrevious
    tokens.append(Token(kind: .string, text: "\"\"", line: line, isGlued: isGlued))
    index += hashCount
    let quoteCount = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"") ? 3 : 1
    index += quoteCount
    while index < bytes.count, !isAtEnd(quoteCount: quoteCount, hashCount: hashCount) {
      if bytes[index] == UInt8(ascii: "\\"), hashes(after: index, are: hashCount) {
        index += 1 + hashCount
        readEscape()
      } else {
        line += bytes[index] == UInt8(ascii: "\n") ? 1 : 0
        index += 1
      }
    }
    index = min(index + quoteCount + hashCount, bytes.count)
    endOfPrevious = index
  }

  private func hashes(after place: Int, are count: Int) -> Bool {
    bytes[(place + 1)...].prefix(count).elementsEqual(
      repeatElement(UInt8(ascii: "#"), count: count))
  }

  private func isAtEnd(quoteCount: Int, hashCount: Int) -> Bool {
    let quotes = bytes[index...].prefix(quoteCount)
    return quotes.elementsEqual(repeatElement(UInt8(ascii: "\""), count: quoteCount))
      && hashes(after: index + quoteCount - 1, are: hashCount)
  }

  /// After a backslash: an interpolation is code, anything else is one character.
  private mutating func readEscape() {
    guard peek(0) == UInt8(ascii: "(") else {
      if peek(0) != UInt8(ascii: "\n") { index += 1 }
      return
    }
    emit(.symbol, byteCount: 1)
    readCode()
    if index < bytes.count { emit(.symbol, byteCount: 1) }
  }
}

extension StringProtocol {
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
