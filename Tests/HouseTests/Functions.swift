// Functions.swift: where the functions of a file are, how long, how wide and how deep.
//
// A function here is a func, init, deinit, subscript, or a variable with a body. Declarations
// without a body (protocol requirements) have a width only.

struct Function: Sendable {
  var name: String
  var line: Int
  var lastLine: Int
  /// The token ranges between the parentheses and between the braces.
  var parameters: Range<Int>?
  var body: Range<Int>?

  var lineCount: Int { lastLine - line + 1 }
}

extension SourceFile {
  var functions: [Function] { tokens.indices.compactMap(function(at:)) }

  private func function(at index: Int) -> Function? {
    guard tokens[index].kind == .word, text(index - 1) != "." else { return nil }
    switch tokens[index].text {
    case "func", "subscript": return callable(at: index, name: text(index + 1))
    case "init" where ["(", "?", "!", "<"].contains(text(index + 1)):
      return callable(at: index, name: "init")
    case "var", "deinit":
      guard let brace = variableBody(after: index) else { return nil }
      return function(text(index + 1), at: index, parameters: nil, brace: brace)
    default: return nil
    }
  }

  private func callable(at index: Int, name: String) -> Function? {
    guard let open = tokens[index...].firstIndex(where: { $0.text == "(" }),
      let close = partners[open]
    else { return nil }
    return function(
      name, at: index, parameters: open + 1..<close, brace: functionBody(after: close + 1))
  }

  private func function(
    _ name: String, at index: Int, parameters: Range<Int>?, brace: Int?
  ) -> Function {
    let body = brace.flatMap { open in partners[open].map { open + 1..<$0 } }
    let end = body?.upperBound ?? parameters?.upperBound ?? index
    return Function(
      name: name, line: tokens[index].line, lastLine: tokens[end].line, parameters: parameters,
      body: body)
  }

  /// The opening brace of a callable, which stands before anything that begins another declaration.
  private func functionBody(after start: Int) -> Int? {
    let stops: Set = [
      "func", "var", "let", "init", "deinit", "subscript", "static", "case", "typealias",
      "associatedtype", "public", "package", "internal", "fileprivate", "private", "mutating",
      "struct", "enum", "class", "actor", "extension", "protocol", "import", "nonisolated", "}",
      "@", "#", "=",
    ]
    var index = start
    while index < tokens.count {
      if tokens[index].text == "{" { return index }
      let isStop = stops.contains(tokens[index].text)
      if isStop && (tokens[index].line > tokens[index - 1].line || text(index) == "}") {
        return nil
      }
      index = tokens[index].text == "(" ? (partners[index] ?? index) + 1 : index + 1
    }
    return nil
  }

  /// The opening brace on a variable's own line, where no `=` comes first.
  private func variableBody(after start: Int) -> Int? {
    var index = start + 1
    while index < tokens.count, tokens[index].line == tokens[start].line {
      if tokens[index].text == "{" { return index }
      if tokens[index].text == "=" { return nil }
      index += 1
    }
    return nil
  }

  func parameterCount(of function: Function) -> Int {
    guard let range = function.parameters, !range.isEmpty else { return 0 }
    var count = 1
    var angles = 0
    var index = range.lowerBound
    while index < range.upperBound {
      switch tokens[index].text {
      case "(", "[", "{": index = partners[index] ?? index
      case "<" where tokens[index].isGlued: angles += 1
      case ">" where angles > 0: angles -= 1
      case "," where angles == 0 && index + 1 < range.upperBound: count += 1
      default: break
      }
      index += 1
    }
    return count
  }

  /// The deepest pile of braces that span lines, inside a function's own.
  func nesting(of function: Function) -> (depth: Int, line: Int) {
    guard let body = function.body else { return (0, function.line) }
    var deepest = (depth: 0, line: function.line)
    var closers: [Int] = []
    for index in body {
      if closers.last == index { closers.removeLast() }
      guard tokens[index].text == "{", let close = partners[index],
        tokens[close].line > tokens[index].line
      else { continue }
      closers.append(close)
      if closers.count > deepest.depth { deepest = (closers.count, tokens[index].line) }
    }
    return deepest
  }
}
