// HabitRules.swift: words that this house does not use, or only beside a proof.

/// A sequence of tokens that is refused.
struct Habit: Sendable {
  var pattern: [String]
  var advice: String
  var scope: Rule.Scope = .sources
  /// A comment on its line, on one of the few above, or first in the body that it opens, may prove
  /// that it is right here.
  var isProvable = false
}

extension Habit {
  static let all = [
    Habit(
      pattern: ["try", "?"], advice: "say what happens to the error: throw, or catch it by name"),
    Habit(pattern: ["try", "!"], advice: "throw it, or prove it in a comment", isProvable: true),
    Habit(pattern: ["as", "!"], advice: "use as? and say what else it may be", isProvable: true),
    Habit(pattern: ["fatalError", "("], advice: "throw a typed error, or state a precondition"),
    Habit(
      pattern: ["catch", "{", "}"], advice: "an error swallowed is data lost: handle it",
      scope: .everywhere),
    Habit(
      pattern: ["catch", "_", "{", "}"], advice: "an error swallowed is data lost: handle it",
      scope: .everywhere),
    Habit(
      pattern: ["@", "unchecked", "Sendable"], advice: "prove it in a comment: // Safe: …",
      scope: .everywhere, isProvable: true),
    Habit(
      pattern: ["nonisolated", "(", "unsafe"], advice: "prove it in a comment: // Safe: …",
      scope: .everywhere, isProvable: true),
    Habit(
      pattern: ["unsafeBitCast", "("], advice: "prove it in a comment: // Safe: …",
      scope: .everywhere, isProvable: true),
    Habit(
      pattern: ["unowned", "(", "unsafe"], advice: "prove it in a comment: // Safe: …",
      scope: .everywhere, isProvable: true),
    // Provable for signatures that a library asks for.
    Habit(
      pattern: ["Any"], advice: "name the cases: an enum, a generic, or a protocol of ours",
      isProvable: true),
    Habit(pattern: ["AnyObject"], advice: "name the type"),
    Habit(pattern: ["print", "("], advice: "a library returns values; the command line prints"),
    Habit(pattern: ["debugPrint", "("], advice: "a library returns values"),
    Habit(pattern: ["dump", "("], advice: "a library returns values"),
  ]
}

extension Rule {
  static let habitRules = Habit.all.map(rule(against:)) + [forceUnwrapRule]

  private static func rule(against habit: Habit) -> Rule {
    let text = habit.pattern.joined(
      separator: habit.pattern.last == "?" || habit.pattern.last == "!" ? "" : " ")
    var kept = ["let a = \"\(text)\"", "// \(text)"]
    if habit.isProvable {
      kept += [
        "a \(text)  // Safe: b", "// Safe: b is always there,\n// because.\nlet a =\n  \(text)",
        "\(text) {\n  // Unchecked: b is never changed.\n}",
      ]
    }
    return Rule(
      name: "no \(habit.pattern.joined())", advice: habit.advice, scope: habit.scope,
      broken: ["let a = b\n\(text)"], kept: kept,
      spots: { file in
        file.lines(of: habit.pattern)
          .filter { !habit.isProvable || !file.isProved(at: $0, orBelow: true) }
          .filter { _ in file.room != "plaited" || habit.pattern.first != "print" }
          .map { Spot(line: $0, what: habit.pattern.joined()) }
      })
  }

  private static let forceUnwrapRule = Rule(
    name: "no unproved force-unwrap", advice: "bind it, or prove it in a comment: // Safe: …",
    scope: .sources, broken: ["a!", "b()!.c", "d[0]!", "var e: Int!"],
    kept: ["a != b", "a! // Safe: a was checked", "!a", "try!", "a(!b)", "[!c]", "\"d\" + !e"],
    spots: { file in
      file.tokens.indices
        .filter { file.isForceUnwrap(at: $0) && !file.isProved(at: file.tokens[$0].line) }
        .map { Spot(line: file.tokens[$0].line, what: file.text($0 - 1) + "!") }
    })
}

extension SourceFile {
  /// How far above a line its proof may stand: a statement of a few lines has one.
  private static let proofDistanceMax = 5

  /// Whether a comment on `line`, or alone on one of the few lines above, gives a reason. A doc
  /// comment is a promise to the caller, not a proof, unless it says Safe.
  func isProved(at line: Int, orBelow: Bool = false) -> Bool {
    comments.contains { comment in
      if comment.line == line { return true }
      if orBelow && comment.line == line + 1 { return !comment.isDoc && comment.isAlone }
      guard (line - SourceFile.proofDistanceMax..<line).contains(comment.line) else { return false }
      if comment.text.contains("Safe:") { return true }
      return !comment.isDoc && comment.line == line - 1
    }
  }

  func isForceUnwrap(at index: Int) -> Bool {
    guard tokens[index].text == "!", tokens[index].isGlued, index > 0 else { return false }
    let isComparison = text(index + 1) == "=" && tokens[index + 1].isGlued
    let before = tokens[index - 1]
    let isValue =
      before.kind == .word || before.kind == .string || [")", "]"].contains(before.text)
    return isValue && !isComparison && !["try", "as", "init"].contains(before.text)
  }
}
