// DeclarationRules.swift: what is declared has a good name, and what is public is explained.

extension Rule {
  static let declarationRules = [
    Rule(
      name: "a type is a noun from a whiteboard",
      advice: "name what it is: these endings say that nobody knew", scope: .everywhere,
      broken: ["struct RepoManager {}", "enum CIDUtil {}", "typealias NodeInfo = Int"],
      kept: ["struct Datum {}", "struct DataModel {}", "let manager = RepoManager()"],
      spots: { file in
        // What is made from schemas is named by them.
        if file.room == "Records" { return [] }
        let endings = ["Manager", "Helper", "Helpers", "Util", "Utils", "Handler", "Info", "Data"]
        return file.declarations.filter { Declaration.types.contains($0.keyword) }
          .filter { declaration in endings.contains { declaration.name.hasSuffix($0) } }
          .map { Spot(line: $0.line, what: $0.name) }
      }),
    Rule(
      name: "what is public is documented",
      advice: "say above it what the signature does not: units, bounds, cost, errors",
      scope: .sources,
      broken: [
        "public struct A {}", "public static func f() {}",
        "/// A.\nlet b = 1\npublic init?(c: C) {}", "public init(c: C) throws(E) {}",
        "@inlinable\npublic func f() {}", "public var a: Int {\n  1\n}", "open class B {}",
        "struct A {\npublic subscript(b: Int) -> Int { 0 }\n}",
      ],
      kept: [
        "/// A.\npublic struct A {}", "/// A.\n@inlinable\npublic func f() {}",
        "public var count: Int { 1 }", "struct A {}", "public import MST",
        "a = open.count\nfunc f() {}",
        "extension A: B {\npublic func f() {}\n}", "public var description: String {\n\"\"\n}",
        "/// A.\npublic init(a: A) {}\npublic init(b: B) {}",
        "public init(a: A, b: B) {\nself.a = a\n}",
        "/// A.\n@inlinable public func f() {}", "/// A.\npublic private(set) var a: Int {\n1\n}",
      ],
      spots: { file in
        file.publicDeclarations.filter { file.needsDocs($0) && !file.hasDocs($0) }
          .filter { declaration in
            // An overload says what differs in its labels; the first of a family explains it.
            !file.publicDeclarations.contains {
              $0.name == declaration.name && $0.keyword == declaration.keyword
                && $0.index < declaration.index && file.hasDocs($0)
                && !Declaration.types.contains($0.keyword)
            }
          }
          .map { Spot(line: $0.line, what: "public \($0.keyword) \($0.name)") }
      }),
  ]
}

struct Declaration: Sendable {
  static let types: Set = ["struct", "enum", "class", "actor", "protocol", "typealias"]
  static let members: Set = ["func", "init", "subscript", "var", "let"]

  var keyword: String
  var name: String
  /// Of the keyword.
  var index: Int
  /// The line on which the declaration begins, its attributes included.
  var line: Int
}

extension SourceFile {
  /// The types that the file declares.
  var declarations: [Declaration] {
    tokens.indices.filter { Declaration.types.contains(tokens[$0].text) && text($0 - 1) != "." }
      .filter { tokens.indices.contains($0 + 1) && tokens[$0 + 1].kind == .word }
      .map {
        Declaration(keyword: text($0), name: text($0 + 1), index: $0, line: tokens[$0].line)
      }
  }

  var publicDeclarations: [Declaration] {
    tokens.indices
      .filter { ["public", "open"].contains(tokens[$0].text) }
      .filter { tokens.indices.contains($0 + 1) && tokens[$0 + 1].kind == .word }
      .compactMap(publicDeclaration(at:))
  }

  private func publicDeclaration(at start: Int) -> Declaration? {
    var index = start + 1
    while index < min(start + 16, tokens.count) {
      let keyword = tokens[index].text
      let next = text(index + 1)
      let isTypeMember = keyword == "class" && Declaration.members.contains(next)
      if !isTypeMember && Declaration.types.union(Declaration.members).contains(keyword) {
        let name = keyword == "init" || keyword == "subscript" ? keyword : next
        return Declaration(
          keyword: keyword, name: name, index: index, line: firstLine(ofDeclarationAt: start))
      }
      if ["extension", "import", "case", "{", "="].contains(keyword) { return nil }
      index += 1
    }
    return nil
  }

  /// Attributes may stand on lines of their own above.
  private func firstLine(ofDeclarationAt index: Int) -> Int {
    var line = tokens[index].line
    while line > 1, lines[line - 2].trimmed.hasPrefix("@") { line -= 1 }
    return line
  }

  func hasDocs(_ declaration: Declaration) -> Bool {
    comments.contains { $0.isDoc && $0.line == declaration.line - 1 }
  }

  /// A variable that fits on its line, an initializer that cannot refuse, and a witness that its
  /// protocol explains need no words.
  func needsDocs(_ declaration: Declaration) -> Bool {
    let witnesses: Set = [
      "description", "debugDescription", "hash", "=", "<", "makeIterator", "next", "rawValue",
      "id", "index", "startIndex", "endIndex",
    ]
    if witnesses.contains(declaration.name) || isInConformance(declaration.index) { return false }
    switch declaration.keyword {
    case "let": return false
    case "var":
      let line = tokens[declaration.index].line
      let brace = tokens[declaration.index...].prefix { $0.line == line }.last
      return brace?.text == "{"
    case "init":
      let close = tokens[declaration.index...].firstIndex { $0.text == "(" }.flatMap {
        partners[$0]
      }
      return text(declaration.index + 1) == "?" || text((close ?? 0) + 1) == "throws"
    default: return true
    }
  }

  /// Whether the token stands directly in `extension X: P { … }`.
  private func isInConformance(_ index: Int) -> Bool {
    let enclosing = partners.filter { $0.key < index && $0.value > index && text($0.key) == "{" }
    guard let open = enclosing.keys.max() else { return false }
    let header = tokens[..<open].suffix(while: { !["{", "}", "extension"].contains($0.text) })
    return text(header.startIndex - 1) == "extension" && header.contains { $0.text == ":" }
  }
}

extension ArraySlice {
  /// The longest suffix of which every element satisfies `predicate`.
  fileprivate func suffix(while predicate: (Element) -> Bool) -> ArraySlice {
    let cut = lastIndex { !predicate($0) }
    return self[(cut.map { $0 + 1 } ?? startIndex)...]
  }
}
