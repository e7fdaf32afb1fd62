// CommentRules.swift: what comments must be there, and which must not.

extension Rule {
  static let commentRules = [
    Rule(
      name: "a file begins by saying what happens in it",
      advice: "begin with `// Name.swift: what happens here.`, and say below what does not",
      scope: .everywhere,
      broken: [
        "import MST", "// Other.swift: a thing.", "// Example.swift:", "// Example.swift: x",
      ],
      kept: ["// Example.swift: how a thing is done."],
      spots: { file in
        guard file.name != "Package.swift" else { return [] }
        let title = "// \(file.name): "
        let first = file.lines.first ?? ""
        let says = first.hasPrefix(title) && first.dropFirst(title.count).contains(" ")
        return says ? [] : [Spot(line: 1, what: "the first line is \"\(first)\"")]
      }),
    Rule(
      name: "no promises in comments",
      advice: "do it, or write it down where work is planned", scope: .everywhere,
      broken: ["// TO" + "DO: more", "/* FIX" + "ME */", "let a = 1  // XX" + "X"],
      kept: ["let a = \"TO" + "DO\"", "// Write it all."],
      spots: { file in
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        return file.comments.flatMap { comment in
          words.filter(comment.text.contains).map { Spot(line: comment.line, what: $0) }
        }
      }),
    Rule(
      name: "no commented-out code", advice: "delete it: git remembers", scope: .everywhere,
      broken: [
        "// let a = b", "// func f() {", "// }", "// if a {", "// return f(x)",
        "// import Foundation", "// var a: Int = 1", "// } else {",
      ],
      kept: [
        "// let it be", "// it is so;", "// return early (a reason)", "// for each of the keys",
        "/// let a = b",
        "// if it is, then no", "// a map `{`", "// import of a repo", "// F(x) = { y }",
      ],
      spots: { file in
        file.comments.filter { !$0.isDoc && $0.isAlone && looksLikeCode($0.text) }
          .map { Spot(line: $0.line, what: $0.text) }
      }),
  ]

  private static func looksLikeCode(_ text: String) -> Bool {
    if text == "}" || text == "} else {" { return true }
    let file = SourceFile(path: "comment", text: text)
    switch file.text(0) {
    case "let", "var": return ["=", ":"].contains(file.text(2))
    case "func": return file.text(2) == "("
    case "if", "guard", "for", "while", "switch", "do": return text.hasSuffix("{")
    case "return": return file.text(2) == "(" && file.tokens[2].isGlued
    case "import": return file.tokens.count == 2
    default: return false
    }
  }
}
