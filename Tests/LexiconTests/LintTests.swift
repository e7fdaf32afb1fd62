// LintTests.swift: what lint finds, and that it leaves good schemas alone.
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Lexicon

@Suite("Lint")
struct LintTests {
  static func findings(field: CBORValue) throws -> [LintFinding] {
    try LexiconDocument(DocumentTests.document(field: field)).lint()
      .filter { $0.rule != .noDescription }
  }

  static let cases: [(CBORValue, [LintFinding.Rule])] = [
    (["type": "string", "maxLength": 3], []), (["type": "string", "format": "did"], []),
    (["type": "string"], [.unbounded(type: "string", constraint: "maxLength")]),
    (["type": "bytes"], [.unbounded(type: "bytes", constraint: "maxLength")]),
    (["type": "blob"], [.unbounded(type: "blob", constraint: "maxSize")]),
    (
      ["type": "array", "items": ["type": "integer"]],
      [.unbounded(type: "array", constraint: "maxLength")]
    ),
    (["type": "string", "enum": ["a"]], [.closedEnum]),
    (["type": "integer", "enum": [1]], [.closedEnum]),
    (["type": "union", "refs": ["a.b.c"], "closed": true], [.closedUnion]),
    (["type": "string", "maxGraphemes": 3], [.graphemesUnbounded]),
    (
      ["type": "string", "maxGraphemes": 3, "maxLength": 2],
      [.fewerBytesThanGraphemes(bytes: 2, graphemes: 3)]
    ),
    (["type": "integer", "default": 3], [.defaultWithoutEffect]),
    (
      ["type": "integer", "minimun": 3], [.unknownKey(found: "minimun", nearest: "minimum")]
    ),
    (["type": "integer", "maxLength": 3], [.unknownKey(found: "maxLength", nearest: nil)]),
    (
      ["type": "object", "properties": ["Upper_case": ["type": "integer"]]],
      [.nameStyle(found: "Upper_case", expected: "lowerCamelCase")]
    ),
    (
      ["type": "ref", "ref": "com.example.other#main"],
      [.longReference(found: "com.example.other#main", expected: "com.example.other")]
    ),
    (
      ["type": "union", "refs": ["com.example.note#part"]],
      [.longReference(found: "com.example.note#part", expected: "#part")]
    ),
  ]

  @Test(
    "a mistake is found as what it is, and what is right is left alone", arguments: 0..<cases.count)
  func finds(index: Int) throws {
    let (field, rules) = Self.cases[index]
    let findings = try Self.findings(field: field)
    #expect(findings.map(\.rule) == rules)
    for finding in findings {
      #expect(finding.path.hasPrefix("/defs/main/record/properties/f"))
      #expect(finding.description.hasPrefix("lexicon com.example.note: /defs/main/record"))
    }
  }

  @Test("a primary definition says what it is for, and errors are called like types")
  func definitions() throws {
    let query: CBORValue = ["type": "query", "errors": [["name": "notFound", "code": 1]]]
    let findings = try LexiconDocument(DocumentTests.document(main: query)).lint()
    #expect(
      findings.map(\.rule) == [
        .unknownKey(found: "code", nearest: nil), .noDescription,
        .nameStyle(found: "notFound", expected: "UpperCamelCase"),
      ])
  }

  @Test("a catalog's lint tells references that lead nowhere")
  func unresolved() throws {
    let document = try LexiconDocument(
      DocumentTests.document(field: ["type": "ref", "ref": "a.b.c"]))
    let rules = try Catalog([document]).lint().map(\.rule)
    let gone = try #require(Reference("a.b.c", in: nil))
    #expect(rules.contains(.unresolved(gone)))
  }

  @Test("our own schemas have nothing to look at twice but what is meant so")
  func ours() throws {
    let catalog = try OurLexicons.catalog()
    let ids = Set(OurLexicons.ids(in: catalog))
    let findings = catalog.lint().filter { ids.contains($0.document) }
    #expect(findings == [])
  }
}
