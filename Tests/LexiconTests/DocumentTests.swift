// DocumentTests.swift: which documents are refused, by which rule and where.
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Lexicon

@Suite("Lexicon documents")
struct DocumentTests {
  /// A document whose `main` is a record with one field `f`.
  static func document(field: CBORValue) -> CBORValue {
    document(main: [
      "type": "record", "key": "tid",
      "record": ["type": "object", "properties": ["f": field]],
    ])
  }

  static func document(main: CBORValue, others: CBORMap = [:]) -> CBORValue {
    var definitions = others
    definitions["main"] = main
    return ["lexicon": 1, "id": "com.example.note", "defs": .map(definitions)]
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var document: CBORValue
    /// The place, and the name of the rule.
    var expected: String
    var testDescription: String {
      "\(expected): \(String(decoding: JSONForm.encode(document), as: UTF8.self))"
    }

    init(_ expected: String, _ document: CBORValue) {
      (self.document, self.expected) = (document, expected)
    }

    init(field: CBORValue, _ expected: String) {
      self.init("/defs/main/record/properties/f\(expected)", DocumentTests.document(field: field))
    }

    init(main: CBORValue, _ expected: String) {
      self.init("/defs/main\(expected)", DocumentTests.document(main: main))
    }
  }

  /// One rule broken at a time.
  static let fields = [
    Refusal(field: "text", " kind"), Refusal(field: [:], " missing"),
    Refusal(field: ["type": 1], "/type kind"), Refusal(field: ["type": "text"], "/type type"),
    Refusal(field: ["type": "null"], "/type type"), Refusal(field: ["type": "token"], "/type type"),
    Refusal(field: ["type": "record"], "/type type"),
    Refusal(field: ["type": "params"], "/type type"),
    Refusal(field: ["type": "permission"], "/type type"),
    Refusal(field: ["type": "boolean", "default": 1], "/default kind"),
    Refusal(field: ["type": "boolean", "const": true, "default": false], " contradiction"),
    Refusal(field: ["type": "boolean", "description": 1], "/description kind"),
    Refusal(field: ["type": "integer", "minimum": "1"], "/minimum kind"),
    Refusal(field: ["type": "integer", "minimum": 2, "maximum": 1], " bounds"),
    Refusal(field: ["type": "integer", "enum": []], "/enum is empty, expected at least one entry"),
    Refusal(field: ["type": "integer", "enum": [1, "2"]], "/enum/1 kind"),
    Refusal(field: ["type": "integer", "enum": [1, 1]], "/enum repeated"),
    Refusal(field: ["type": "integer", "minimum": 2, "default": 1], " contradiction"),
    Refusal(field: ["type": "integer", "enum": [1], "const": 2], " contradiction"),
    Refusal(field: ["type": "string", "minLength": -1], "/minLength value"),
    Refusal(field: ["type": "string", "minLength": 2, "maxLength": 1], " bounds"),
    Refusal(field: ["type": "string", "minGraphemes": 2, "maxGraphemes": 1], " bounds"),
    Refusal(field: ["type": "string", "format": "date"], "/format value"),
    Refusal(field: ["type": "string", "knownValues": "a"], "/knownValues kind"),
    Refusal(field: ["type": "string", "knownValues": [1]], "/knownValues/0 kind"),
    Refusal(field: ["type": "string", "enum": ["a", "a"]], "/enum repeated"),
    Refusal(field: ["type": "string", "maxLength": 2, "const": "abc"], " contradiction"),
    Refusal(field: ["type": "string", "format": "did", "default": "x"], " contradiction"),
    Refusal(field: ["type": "bytes", "maxLength": "1"], "/maxLength kind"),
    Refusal(field: ["type": "blob", "accept": ["image"]], "/accept/0 value"),
    Refusal(field: ["type": "blob", "accept": ["*/png"]], "/accept/0 value"),
    Refusal(field: ["type": "blob", "maxSize": -1], "/maxSize value"),
    Refusal(field: ["type": "array"], " missing"),
    Refusal(field: ["type": "array", "items": ["type": "x"]], "/items/type type"),
    Refusal(field: ["type": "object", "properties": []], "/properties kind"),
    Refusal(field: ["type": "object", "required": ["a"]], "/required/0 undefinedProperty"),
    Refusal(field: ["type": "object", "nullable": ["a"]], "/nullable/0 undefinedProperty"),
    Refusal(
      field: ["type": "object", "properties": ["$a": ["type": "integer"]]],
      "/properties/$a reservedName"),
    Refusal(
      field: ["type": "object", "properties": ["": ["type": "integer"]]],
      "/properties/ reservedName"),
    Refusal(
      field: ["type": "object", "properties": ["a/b": ["type": "x"]]],
      "/properties/a~1b/type type"),
    Refusal(field: ["type": "ref"], " missing"),
    Refusal(field: ["type": "ref", "ref": ""], "/ref value"),
    Refusal(field: ["type": "ref", "ref": "#"], "/ref value"),
    Refusal(field: ["type": "ref", "ref": "a.b"], "/ref value"),
    Refusal(field: ["type": "ref", "ref": "a.b.c#d#e"], "/ref value"),
    Refusal(field: ["type": "union"], " missing"),
    Refusal(field: ["type": "union", "refs": ["#a", 1]], "/refs/1 kind"),
    Refusal(field: ["type": "union", "refs": ["#a", "com.example.note#a"]], "/refs repeated"),
    Refusal(
      field: ["type": "union", "refs": [], "closed": true],
      " is a closed union of nothing, which no value satisfies"),
    Refusal(field: ["type": "union", "refs": [], "closed": 1], "/closed kind"),
  ]

  static let mains = [
    Refusal(main: ["type": "ref", "ref": "#a"], "/type type"),
    Refusal(main: ["type": "union", "refs": []], "/type type"),
    Refusal(main: ["type": "permission"], "/type type"),
    Refusal(main: ["type": "params"], "/type type"),
    Refusal(main: ["type": "record", "record": ["type": "object"]], " missing"),
    Refusal(main: ["type": "record", "key": "rkey", "record": ["type": "object"]], "/key value"),
    Refusal(
      main: ["type": "record", "key": "literal:", "record": ["type": "object"]], "/key value"),
    Refusal(main: ["type": "record", "key": "tid"], " missing"),
    Refusal(
      main: ["type": "record", "key": "tid", "record": ["type": "array"]], "/record/type type"),
    Refusal(main: ["type": "query", "input": ["encoding": "a/b"]], "/input value"),
    Refusal(main: ["type": "query", "output": [:]], "/output missing"),
    Refusal(main: ["type": "query", "output": ["encoding": "json"]], "/output/encoding value"),
    Refusal(
      main: ["type": "query", "output": ["encoding": "a/b", "schema": ["type": "string"]]],
      "/output/schema/type type"),
    Refusal(main: ["type": "query", "parameters": ["type": "object"]], "/parameters/type type"),
    Refusal(
      main: ["type": "query", "parameters": ["type": "params", "nullable": []]],
      "/parameters/nullable value"),
    Refusal(
      main: [
        "type": "query",
        "parameters": ["type": "params", "properties": ["a": ["type": "unknown"]]],
      ], "/parameters/properties/a type"),
    Refusal(
      main: [
        "type": "query",
        "parameters": [
          "type": "params",
          "properties": ["a": ["type": "array", "items": ["type": "bytes"]]],
        ],
      ], "/parameters/properties/a type"),
    Refusal(main: ["type": "query", "errors": [[:]]], "/errors/0 missing"),
    Refusal(main: ["type": "query", "errors": [["name": "A B"]]], "/errors/0/name value"),
    Refusal(
      main: ["type": "query", "errors": [["name": "A"], ["name": "A"]]], "/errors/1/name repeated"),
    Refusal(main: ["type": "subscription", "message": [:]], "/message missing"),
    Refusal(
      main: ["type": "subscription", "message": ["schema": ["type": "object"]]],
      "/message/schema/type type"),
    Refusal(main: ["type": "subscription", "subprotocol": 1], "/subprotocol kind"),
    Refusal(main: ["type": "permission-set"], " missing"),
    Refusal(
      main: ["type": "permission-set", "permissions": [["type": "x"]]], "/permissions/0/type type"),
    Refusal(
      main: ["type": "permission-set", "permissions": [["type": "permission"]]],
      "/permissions/0 missing"),
    Refusal(
      main: ["type": "permission-set", "permissions": [], "title:lang": ["nolanguage!": "x"]],
      "/title:lang/nolanguage! syntax"),
  ]

  static let wholes = [
    Refusal(" kind", []), Refusal(" missing", [:]), Refusal("/lexicon kind", ["lexicon": "1"]),
    Refusal("/lexicon version", ["lexicon": 2]), Refusal(" missing", ["lexicon": 1]),
    Refusal("/id syntax", ["lexicon": 1, "id": "a.b"]),
    Refusal(" missing", ["lexicon": 1, "id": "a.b.c"]),
    Refusal(
      "/defs is empty, expected at least one entry", ["lexicon": 1, "id": "a.b.c", "defs": [:]]),
    Refusal("/defs/a-b name", ["lexicon": 1, "id": "a.b.c", "defs": ["a-b": ["type": "token"]]]),
    Refusal("/defs/a kind", ["lexicon": 1, "id": "a.b.c", "defs": ["a": []]]),
    Refusal(
      "/defs/a notMain", ["lexicon": 1, "id": "a.b.c", "defs": ["a": ["type": "query"]]], type: true
    ),
  ]

  @Test(
    "a document with one mistake is refused for it, where it is", arguments: fields + mains + wholes
  )
  func refuses(refusal: Refusal) throws {
    let error = try #require(throws: LexiconError.self) {
      try LexiconDocument(refusal.document, name: "file.json")
    }
    #expect("\(error.path) \(error.rule.name)" == refusal.expected)
    // The same from text, and every error names its document.
    let text = JSONForm.encode(refusal.document)
    #expect(throws: error) { try LexiconDocument(json: text, name: "file.json") }
    #expect(error.description.hasPrefix("lexicon \(error.document): "))
    #expect(!error.document.isEmpty)
  }

  @Test("one mistake beside another document is refused when the two meet")
  func refusesTogether() throws {
    let cases: [(CBORValue, CBORMap, String)] = [
      (["type": "ref", "ref": "#gone"], [:], "/ref noDefinition"),
      (["type": "ref", "ref": "#a"], ["a": ["type": "token"]], "/ref target"),
      (["type": "union", "refs": ["#a"]], ["a": ["type": "string"]], "/refs/0 target"),
      (["type": "union", "refs": ["#a"]], ["a": ["type": "token"]], "/refs/0 target"),
    ]
    for (field, others, expected) in cases {
      let main: CBORValue = [
        "type": "record", "key": "tid",
        "record": ["type": "object", "properties": ["f": field]],
      ]
      let document = try LexiconDocument(Self.document(main: main, others: others))
      let error = try #require(throws: LexiconError.self) { try Catalog([document]) }
      #expect(
        "\(error.path) \(error.rule.name)" == "/defs/main/record/properties/f\(expected)")
    }
    let query = try LexiconDocument([
      "lexicon": 1, "id": "com.example.q", "defs": ["main": ["type": "query"]],
    ])
    let user = try LexiconDocument(Self.document(field: ["type": "ref", "ref": "com.example.q"]))
    #expect(throws: LexiconError.self) { try Catalog([query, user]) }
    _ = try Catalog([user])
  }

  @Test("the same document twice is one, another under its name is refused")
  func repeated() throws {
    let one = try LexiconDocument(Self.document(field: ["type": "integer"]))
    let other = try LexiconDocument(Self.document(field: ["type": "string"]))
    #expect(try Catalog([one, one]).documents.count == 1)
    #expect(throws: LexiconError("com.example.note", at: "", .schema(.documentRepeated))) {
      try Catalog([one, other])
    }
    #expect(try Catalog([one]).adding([other])[one.id] == other)
  }

  @Test("a published schema is read back from its record, under its own key alone")
  func published() throws {
    let document = try LexiconDocument(Self.document(field: ["type": "integer"]))
    let record = document.record
    #expect(record["$type"] == "com.atproto.lexicon.schema")
    let read = try LexiconDocument(record: record, key: try RecordKey("com.example.note"))
    #expect(read.definitions == document.definitions)
    #expect(throws: LexiconError.self) {
      try LexiconDocument(record: record, key: try RecordKey("com.example.other"))
    }
  }

  @Test("an error is one line that says what was found, what was expected and where")
  func text() throws {
    let error = try #require(throws: LexiconError.self) {
      try LexiconDocument(Self.document(field: ["type": "string", "format": "da\u{1b}te"]))
    }
    #expect(
      error.description == """
        lexicon com.example.note: /defs/main/record/properties/f/format is "da\\u{1B}te", \
        expected one of at-identifier, at-uri, cid, datetime, did, handle, nsid, tid, record-key, \
        uri, language
        """)
  }
}

extension DocumentTests.Refusal {
  /// For a rule about the type of a definition.
  init(_ expected: String, _ document: CBORValue, type: Bool) {
    let parts = expected.split(separator: " ")
    self.init("\(parts[0])/type \(parts[1])", document)
  }
}
