// Rule.swift: a habit of the house as data: what it finds, what to do, and examples of both sides.
//
// A rule without a text that breaks it could be dead without anyone knowing, so each carries one.
import Testing

/// What a rule found: a line, and what stands there.
struct Spot: Equatable, Sendable {
  var line: Int
  var what: String
}

struct Rule: Sendable, CustomTestStringConvertible {
  enum Scope: Sendable {
    /// The library and its tools: `Sources/`.
    case sources
    /// Every Swift file of ours.
    case everywhere

    func contains(_ path: String) -> Bool {
      switch self {
      case .sources: path.hasPrefix("Sources/")
      case .everywhere: true
      }
    }
  }

  var name: String
  /// What to do, in the imperative.
  var advice: String
  var scope: Scope
  /// The path under which both examples are read.
  var examplePath = "Sources/MST/Example.swift"
  /// Texts in which the rule finds something, and texts in which it finds nothing.
  var broken: [String]
  var kept: [String]
  var spots: @Sendable (SourceFile) -> [Spot]

  var testDescription: String { name }
}

extension Rule {
  /// All rules that look at one Swift file at a time.
  static let all: [Rule] =
    importRules + purityRules + shapeRules + habitRules + commentRules + declarationRules
}
