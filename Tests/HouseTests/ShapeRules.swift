// ShapeRules.swift: how long, wide and deep files and functions may be.
//
// At a limit, look for a missing noun, not for a place to cut.

enum ShapeLimits {
  static let fileLineCountMax = 400
  static let functionLineCountMax = 50
  static let columnCountMax = 100
  static let parameterCountMax = 5
  /// An initializer of a wire object names its fields.
  static let initializerParameterCountMax = 9
  /// Three of control flow, and one for the closure in which borrowed bytes live.
  static let nestingMax = 4
}

extension Rule {
  static let shapeRules = [
    Rule(
      name: "a file has at most \(ShapeLimits.fileLineCountMax) lines",
      advice: "move one idea to a file named after it", scope: .everywhere,
      broken: [String(repeating: "let a = 1\n", count: 401)],
      kept: [String(repeating: "let a = 1\n", count: 400)],
      spots: { file in
        let count = file.lines.count
        guard count > ShapeLimits.fileLineCountMax else { return [] }
        return [Spot(line: ShapeLimits.fileLineCountMax + 1, what: "the file has \(count) lines")]
      }),
    Rule(
      name: "a line has at most \(ShapeLimits.columnCountMax) columns",
      advice: "run make format, and wrap comments and strings by hand", scope: .everywhere,
      broken: ["// " + String(repeating: "a", count: 98)],
      kept: ["// " + String(repeating: "…", count: 97)],
      spots: { file in
        file.lines.enumerated().filter { $0.element.count > ShapeLimits.columnCountMax }
          .map { Spot(line: $0.offset + 1, what: "\($0.element.count) columns") }
      }),
    functionRule(
      "a function has at most \(ShapeLimits.functionLineCountMax) lines",
      advice: "find the noun that is missing",
      broken: [
        functionText(lineCount: 51),
        "struct S { var a: Int {\n\(String(repeating: "\n", count: 49))}}",
      ],
      kept: [functionText(lineCount: 50), "protocol P {\nfunc f()\nvar a: Int { get }\n}"],
      what: { _, function in
        let isLong = function.lineCount > ShapeLimits.functionLineCountMax
        return isLong ? "\(function.name) has \(function.lineCount) lines" : nil
      }),
    functionRule(
      "a function takes at most \(ShapeLimits.parameterCountMax) parameters",
      advice: "parameters that travel together are a type",
      broken: [
        "func f(a: Int, b: Int, c: Int, d: Int, e: Int, f: Int) {}",
        "init(a: A, b: A, c: A, d: A, e: A, f: A, g: A, h: A, i: A, j: A) {}",
      ],
      kept: [
        "func f(a: (Int, Int), b: [A: B], c: D<E, F>, d: (A, B) -> C, e: Int) {}",
        "func f(a: Int, b: Int,) {}",
      ],
      what: { file, function in
        // A type made from a schema has an initializer of as many fields as the schema requires.
        if file.room == "Records", function.name == "init" { return nil }
        let count = file.parameterCount(of: function)
        let limit =
          function.name == "init"
          ? ShapeLimits.initializerParameterCountMax : ShapeLimits.parameterCountMax
        return count > limit ? "\(function.name) takes \(count)" : nil
      }),
    functionRule(
      "an initializer takes at most one Bool", advice: "two Bools are an enum waiting to be found",
      broken: ["init(isA: Bool, isB: Bool) {}"], kept: ["init(isA: Bool, b: Int) {}"],
      what: { file, function in
        guard function.name == "init", let parameters = function.parameters else { return nil }
        let count = parameters.count { file.text($0) == "Bool" && file.text($0 - 1) == ":" }
        return count > 1 ? "\(count) Bools" : nil
      }),
    nestingRule,
  ]

  private static let nestingRule = Rule(
    name: "blocks nest at most \(ShapeLimits.nestingMax) deep",
    advice: "decide above, loop below: give the inner block a name", scope: .everywhere,
    broken: ["func f() {\nif a {\nif b {\nif c {\nif d {\nif e {\n}\n}\n}\n}\n}\n}"],
    kept: ["func f() {\nif a {\nif b {\nif c {\nif d {\nif e { return }\n}\n}\n}\n}\n}"],
    spots: { file in
      file.functions.compactMap { function in
        let (depth, line) = file.nesting(of: function)
        return depth > ShapeLimits.nestingMax
          ? Spot(line: line, what: "\(depth) deep in \(function.name)") : nil
      }
    })

  private static func functionRule(
    _ name: String, advice: String, broken: [String], kept: [String],
    what: @escaping @Sendable (SourceFile, Function) -> String?
  ) -> Rule {
    Rule(
      name: name, advice: advice, scope: .everywhere, broken: broken, kept: kept,
      spots: { file in
        file.functions.compactMap { function in
          what(file, function).map { Spot(line: function.line, what: $0) }
        }
      })
  }

  private static func functionText(lineCount: Int) -> String {
    "func f() throws -> (A, B) {\n" + String(repeating: "a(\"{\")\n", count: lineCount - 2) + "}\n"
  }
}
