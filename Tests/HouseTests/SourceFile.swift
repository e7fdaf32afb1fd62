// SourceFile.swift: one Swift file as the rules see it: lines, tokens, comments, brackets.
//
// Not here: where files come from (PackageTree) and what is wrong with them (the rules).

struct SourceFile: Sendable {
  /// Relative to the package's root, with `/`.
  let path: String
  let lines: [String]
  let tokens: [Token]
  let comments: [Comment]
  /// For each bracket token the index of its partner.
  let partners: [Int: Int]

  init(path: String, text: String) {
    self.path = path
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    let lexer = Lexer(text)
    tokens = lexer.tokens
    comments = lexer.comments
    partners = SourceFile.partners(in: lexer.tokens)
  }

  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The target that the file belongs to, where it is one of `Sources/`.
  var room: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  /// The text of the token at `index`, or nothing outside of the file.
  func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? tokens[index].text : ""
  }

  /// Whether the tokens from `index` on read `pattern`. A `?` or `!` counts only where it is glued:
  /// `try !flag` is no `try!`.
  func matches(_ pattern: [String], at index: Int) -> Bool {
    guard index + pattern.count <= tokens.count else { return false }
    return pattern.indices.allSatisfy { offset in
      let token = tokens[index + offset]
      let isPostfix = pattern[offset] == "?" || pattern[offset] == "!"
      return token.text == pattern[offset] && (token.isGlued || !isPostfix)
    }
  }

  /// The lines at which `pattern` begins, member accesses (`.pattern`) left out.
  func lines(of pattern: [String]) -> [Int] {
    tokens.indices
      .filter { matches(pattern, at: $0) && text($0 - 1) != "." && text($0 - 1) != "func" }
      .map { tokens[$0].line }
  }

  private static func partners(in tokens: [Token]) -> [Int: Int] {
    let closers = ["(": ")", "[": "]", "{": "}"]
    var open: [(index: Int, closer: String)] = []
    var partners: [Int: Int] = [:]
    for (index, token) in tokens.enumerated() where token.kind == .symbol {
      if let closer = closers[token.text] {
        open.append((index, closer))
      } else if let last = open.last, last.closer == token.text {
        partners[last.index] = index
        partners[index] = last.index
        open.removeLast()
      }
    }
    return partners
  }
}
