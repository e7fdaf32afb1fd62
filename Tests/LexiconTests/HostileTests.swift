// HostileTests.swift: schemas and records made to cost much: they end, and by counts that we bound.
//
// No clock decides here: each case ends because of a limit or in linear work, and would run for
// minutes or exhaust the stack if it did not.
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Lexicon

@Suite("Hostile schemas and records")
struct HostileTests {
  static func catalog(field: CBORValue) throws -> Catalog {
    try Catalog([try LexiconDocument(DocumentTests.document(field: field))])
  }

  static func check(_ value: CBORValue, by catalog: Catalog) throws -> ValidationStatus {
    let record: CBORValue = ["$type": "com.example.note", "f": value]
    let (name, key) = (try NSID("com.example.note"), try RecordKey("3jzfcijpj2z2a"))
    let decoded = Result { try catalog.check(record, in: name, key: key) }
    let encoded = Result { try catalog.check(CBOR.encode(record), in: name, key: key) }
    switch (decoded, encoded) {
    case (.success(let a), .success(let b)): #expect(a == b)
    case (.failure(let a), .failure(let b)): #expect(a as? LexiconError == b as? LexiconError)
    case (.success, .failure), (.failure, .success): Issue.record("two answers")
    }
    return try encoded.get()
  }

  @Test(
    "a megabyte of combining characters is one grapheme, and of others as many as there are",
    arguments: [
      ("e" + String(repeating: "\u{301}", count: 500_000), 1),
      (String(repeating: "👩‍👩‍👦‍👦", count: 40_000), 40_000),
      (String(repeating: "🇩🇪", count: 125_000), 125_000),
      (String(repeating: "\u{1100}\u{1161}\u{11a8}", count: 111_000), 111_000),
      (String(repeating: "a\r\n", count: 333_000), 666_000),
      (String(repeating: "\u{200d}", count: 333_000), 1),
    ])
  func graphemes(text: String, count: Int) throws {
    for (bounds, isValid) in [
      (["minGraphemes": .integer(Int64(count)), "maxGraphemes": .integer(Int64(count))], true),
      (["maxGraphemes": .integer(Int64(count - 1))], false),
      (["minGraphemes": .integer(Int64(count + 1))], false),
    ] as [(CBORMap, Bool)] {
      var schema = bounds
      schema["type"] = "string"
      let catalog = try Self.catalog(field: .map(schema))
      if isValid {
        #expect(try Self.check(.string(text), by: catalog) == .valid)
      } else {
        let error = try #require(throws: LexiconError.self) {
          try Self.check(.string(text), by: catalog)
        }
        // What was found is a number, not the text.
        #expect(error.description.utf8.count < 200)
      }
    }
  }

  @Test("an error keeps no more of what was found than it shows")
  func excerpts() throws {
    let long = String(repeating: "x", count: 900_000)
    for (schema, value) in [
      (["type": "string", "enum": ["a"]], .string(long)),
      (["type": "string", "format": "uri"], .string(long)),
      (["type": "union", "refs": [], "closed": false], ["a": .string(long)]),
      (
        ["type": "blob", "accept": ["image/*"]],
        [
          "$type": "blob", "ref": .link(CID(of: [1])), "size": 1, "mimeType": .string(long),
        ]
      ),
    ] as [(CBORValue, CBORValue)] {
      let catalog = try Self.catalog(field: schema)
      let error = try #require(throws: LexiconError.self) { try Self.check(value, by: catalog) }
      #expect("\(error) \(String(reflecting: error))".utf8.count < 4_000)
    }
  }

  @Test("references 100 000 deep are compiled and followed as far as a record goes")
  func deepReferences() throws {
    // A megabyte holds no such document: many hold the chain together.
    let (perDocument, count) = (5_000, 100_000)
    var documents: [LexiconDocument] = []
    for first in stride(from: 0, to: count, by: perDocument) {
      var definitions = CBORMap()
      for index in first..<first + perDocument {
        let next = index + 1
        let target =
          next / perDocument == first / perDocument
          ? "#d\(next)" : "com.example.chain.c\(next / perDocument)#d\(next)"
        let last: CBORValue = ["type": "object"]
        definitions["d\(index)"] =
          next == count
          ? last
          : [
            "type": "object", "properties": ["n": ["type": "ref", "ref": .string(target)]],
          ]
      }
      let name = "com.example.chain.c\(first / perDocument)"
      documents.append(
        try LexiconDocument([
          "lexicon": 1, "id": .string(name), "defs": .map(definitions),
        ]))
    }
    documents.append(
      try LexiconDocument(
        DocumentTests.document(field: ["type": "ref", "ref": "com.example.chain.c0#d0"])))
    let catalog = try Catalog(documents)
    #expect(catalog.unresolved == [])
    #expect(catalog.documents.count == 21)
    var value: CBORValue = [:]
    for _ in 0..<Limits.nestingMax - 2 { value = ["n": value] }
    #expect(try Self.check(value, by: catalog) == .valid)
    #expect(catalog.lint().allSatisfy { $0.rule == .noDescription })
    #expect(SchemaDiff.changes(from: catalog, to: catalog) == [])
    #expect(throws: SwiftSourceError.self) {
      try catalog.swiftFiles(for: [try NSID("com.example.gone")])
    }
  }

  @Test("references in a circle are followed as far as a record goes")
  func cycles() throws {
    let catalog = try Catalog([
      try LexiconDocument(
        DocumentTests.document(
          main: [
            "type": "record", "key": "tid",
            "record": ["type": "object", "properties": ["f": ["type": "ref", "ref": "#a"]]],
          ],
          others: [
            "a": ["type": "object", "properties": ["n": ["type": "ref", "ref": "#b"]]],
            "b": [
              "type": "object", "required": ["n"],
              "properties": ["n": ["type": "ref", "ref": "#a"]],
            ],
            "l": ["type": "array", "items": ["type": "ref", "ref": "#l"]],
          ]))
    ])
    #expect(try Self.check(["n": ["n": ["n": ["n": [:]]]]], by: catalog) == .valid)
    let error = try #require(throws: LexiconError.self) {
      try Self.check(["n": ["n": ["n": [:]]]], by: catalog)
    }
    #expect(error.path == "/f/n/n/n")
  }

  @Test("a value nested deeper than the data model allows is refused, not followed")
  func deepValues() throws {
    let catalog = try Catalog([
      try LexiconDocument(
        DocumentTests.document(
          main: [
            "type": "record", "key": "tid",
            "record": ["type": "object", "properties": ["f": ["type": "ref", "ref": "#l"]]],
          ], others: ["l": ["type": "array", "items": ["type": "ref", "ref": "#l"]]]))
    ])
    var value: CBORValue = []
    for _ in 0..<10_000 { value = [value] }
    let record: CBORValue = ["$type": "com.example.note", "f": value]
    let (name, key) = (try NSID("com.example.note"), try RecordKey("3jzfcijpj2z2a"))
    let error = try #require(throws: LexiconError.self) {
      try catalog.check(record, in: name, key: key)
    }
    #expect(error.rule == .data(.nesting))
    let bytes: [UInt8] = Array([0xa1, 0x61, 0x66] + [UInt8](repeating: 0x81, count: 100_000)) + [0]
    let refusal = try #require(throws: LexiconError.self) {
      try catalog.check(bytes, in: name, key: key)
    }
    guard case .data(.encoding) = refusal.rule else {
      Issue.record("\(refusal)")
      return
    }
  }

  @Test("a document nested deeper than the limit is refused, as text and as a value")
  func deepDocuments() throws {
    var field: CBORValue = ["type": "integer"]
    for _ in 0..<10_000 { field = ["type": "array", "items": field] }
    let error = try #require(throws: LexiconError.self) {
      try LexiconDocument(DocumentTests.document(field: field))
    }
    #expect(error.rule == .schema(.nesting))
    let opening = String(repeating: #"{"type":"array","items":"#, count: 30_000)
    let text = Array((#"{"lexicon":1,"id":"a.b.c","defs":{"main":"# + opening).utf8)
    #expect(throws: LexiconError.self) { try LexiconDocument(json: text) }
  }

  @Test("a document over the limit is refused before it is read")
  func hugeDocuments() throws {
    let text = [UInt8](repeating: UInt8(ascii: "["), count: LexiconLimits.documentByteCountMax + 1)
    let error = try #require(throws: LexiconError.self) { try LexiconDocument(json: text) }
    #expect(error.rule == .schema(.file(.tooLarge(byteCount: text.count))))
  }

  @Test("more choices than the limit are refused")
  func manyChoices() throws {
    let texts = (0...LexiconLimits.choiceCountMax).map { CBORValue.string("a.b.c\($0)") }
    for field in [
      ["type": "string", "enum": .array(texts)], ["type": "string", "knownValues": .array(texts)],
      ["type": "union", "refs": .array(texts)],
      ["type": "integer", "enum": .array(texts.indices.map { .integer(Int64($0)) })],
    ] as [CBORValue] {
      let error = try #require(throws: LexiconError.self) {
        try LexiconDocument(DocumentTests.document(field: field))
      }
      guard case .schema(.tooMany) = error.rule else {
        Issue.record("\(error)")
        continue
      }
    }
  }

  @Test("many small objects of a schema with many fields cost what the record has")
  func wideSchema() throws {
    var properties = CBORMap()
    for index in 0..<10_000 { properties["p\(index)"] = ["type": "integer"] }
    let catalog = try Self.catalog(
      field: [
        "type": "array", "items": ["type": "object", "properties": .map(properties)],
      ])
    // 10^9 steps, if every object asked for every field.
    let objects = [CBORValue](repeating: ["p9999": 1], count: 100_000)
    #expect(try Self.check(.array(objects), by: catalog) == .valid)
    let broken = objects.dropLast() + [["p9999": "x"]]
    let error = try #require(throws: LexiconError.self) {
      try Self.check(.array(Array(broken)), by: catalog)
    }
    #expect(error.path == "/f/99999/p9999")
  }

  @Test("many values of a large closed set cost little each")
  func wideEnum() throws {
    let values = (0..<LexiconLimits.choiceCountMax).map { CBORValue.string("value\($0)") }
    let catalog = try Self.catalog(
      field: ["type": "array", "items": ["type": "string", "enum": .array(values)]])
    let texts = [CBORValue](repeating: .string("value4095"), count: 80_000)
    #expect(try Self.check(.array(texts), by: catalog) == .valid)
    #expect(throws: LexiconError.self) { try Self.check(.array(texts + ["value"]), by: catalog) }
  }

  @Test("unions inside unions look for their types once a level")
  func nestedUnions() throws {
    let catalog = try Catalog([
      try LexiconDocument(
        DocumentTests.document(
          main: [
            "type": "record", "key": "tid",
            "record": [
              "type": "object", "properties": ["f": ["type": "union", "refs": ["#a"]]],
            ],
          ],
          others: [
            "a": [
              "type": "object",
              "properties": ["a": ["type": "union", "refs": ["#a"]], "pad": ["type": "bytes"]],
            ]
          ]))
    ])
    var value: CBORValue = [
      "$type": "com.example.note#a", "pad": .bytes([UInt8](repeating: 0, count: 900_000)),
    ]
    for _ in 0..<Limits.nestingMax - 2 { value = ["$type": "com.example.note#a", "a": value] }
    #expect(try Self.check(value, by: catalog) == .valid)
  }

  @Test("texts that Unicode calls equal and bytes do not are two")
  func canonicalEquivalence() throws {
    let catalog = try Self.catalog(
      field: [
        "type": "object",
        "properties": [
          "é": ["type": "integer"], "e\u{301}": ["type": "string", "enum": ["é", "e\u{301}"]],
        ],
        "required": ["é"],
      ])
    #expect(try Self.check(["é": 1, "e\u{301}": "é"], by: catalog) == .valid)
    #expect(throws: LexiconError.self) { try Self.check(["e\u{301}": "é"], by: catalog) }
    let one = try Self.catalog(field: ["type": "string", "const": "é"])
    #expect(throws: LexiconError.self) { try Self.check("e\u{301}", by: one) }
  }
}
