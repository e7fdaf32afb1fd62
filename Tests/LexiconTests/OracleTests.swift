// OracleTests.swift: the judge and the walk against the oracle, on all small cases and random ones.
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Lexicon

@Suite("Validation against an oracle")
struct OracleTests {
  /// What a check came to: a status, or nil for a refusal.
  private static func outcome(
    _ check: () throws(LexiconError) -> ValidationStatus
  ) -> ValidationStatus? {
    do throws(LexiconError) { return try check() } catch { return nil }
  }

  /// Holds a record to what the oracle says, decoded and encoded, in every mode; the three
  /// validators must say one thing.
  static func compare(
    _ record: CBORValue, in collection: String, _ catalog: Catalog, _ oracle: SlowLexicon
  ) throws -> SlowLexicon.Answer {
    let expected = oracle.answer(to: record, in: collection)
    let (name, key) = (try NSID(collection), try RecordKey("self"))
    let bytes = try CBOR.encode(record)
    // Required, optimistic, off.
    let wanted: [ValidationStatus?] =
      switch expected {
      case .valid: [.valid, .valid, .absent]
      case .unresolved: [nil, .unknown, .absent]
      case .invalid: [nil, nil, .absent]
      }
    let modes = [ValidationMode.required, .optimistic, .off]
    let decoded = modes.map { mode in
      outcome { () throws(LexiconError) in
        try catalog.check(record, in: name, key: key, mode: mode)
      }
    }
    let encoded = modes.map { mode in
      outcome { () throws(LexiconError) in
        try catalog.check(bytes, in: name, key: key, mode: mode)
      }
    }
    let schema = try #require(catalog.records[name])
    let isSure = catalog.isSurelyValid(bytes.span.bytes, schema, in: name)
    if decoded != wanted || encoded != wanted || isSure != (expected == .valid) {
      let text = String(decoding: JSONForm.encode(record), as: UTF8.self)
      Issue.record("\(text) is \(expected): \(decoded), \(encoded), sure \(isSure)")
    }
    return expected
  }

  @Test("random records of random schemas get the oracle's answer, decoded and encoded")
  func random() throws {
    var random = SplitMix64.printed("lexicon oracle")
    var counts: [SlowLexicon.Answer: Int] = [:]
    for _ in 0..<scaled(150) {
      var schemas = RandomSchema(random: SplitMix64(seed: random.next()))
      let documents = schemas.documents()
      let read = try documents.compactMap { value -> LexiconDocument? in
        // Some schemas contradict themselves, such as a constant that a bound refuses.
        do { return try LexiconDocument(value) } catch let error as LexiconError {
          guard case .schema(.contradiction) = error.rule else { throw error }
          return nil
        }
      }
      guard read.count == documents.count else { continue }
      let (catalog, oracle) = (try Catalog(read), SlowLexicon(documents))
      var records = RandomRecord(SplitMix64(seed: random.next()), for: documents)
      for _ in 0..<50 {
        let name = RandomSchema.documentNames.randomElement(using: &random)!
        let answer = try Self.compare(records.record(of: name), in: name, catalog, oracle)
        counts[answer, default: 0] += 1
      }
    }
    // The generator reaches every answer often enough to mean something.
    for answer in [SlowLexicon.Answer.valid, .invalid, .unresolved] {
      #expect(counts[answer, default: 0] > 0, "\(counts)")
    }
  }

  /// Every field type with each of its constraints alone, and pairs that meet.
  static let types: [CBORValue] = [
    ["type": "boolean"], ["type": "boolean", "const": true], ["type": "boolean", "const": false],
    ["type": "integer"], ["type": "integer", "minimum": 1], ["type": "integer", "maximum": 1],
    ["type": "integer", "minimum": 0, "maximum": 0], ["type": "integer", "enum": [1, -1]],
    ["type": "integer", "const": 1], ["type": "integer", "default": 1],
    ["type": "string"], ["type": "string", "minLength": 2], ["type": "string", "maxLength": 2],
    ["type": "string", "minGraphemes": 1], ["type": "string", "minGraphemes": 2],
    ["type": "string", "maxGraphemes": 1], ["type": "string", "maxGraphemes": 0],
    ["type": "string", "minGraphemes": 1, "maxGraphemes": 1, "maxLength": 3],
    ["type": "string", "enum": ["a", "é"]], ["type": "string", "const": "a"],
    ["type": "string", "knownValues": ["a"]], ["type": "string", "format": "did"],
    ["type": "string", "format": "handle"], ["type": "string", "format": "at-identifier"],
    ["type": "string", "format": "at-uri"], ["type": "string", "format": "cid"],
    ["type": "string", "format": "datetime"], ["type": "string", "format": "nsid"],
    ["type": "string", "format": "tid"], ["type": "string", "format": "record-key"],
    ["type": "string", "format": "uri"], ["type": "string", "format": "language"],
    ["type": "bytes"], ["type": "bytes", "minLength": 1], ["type": "bytes", "maxLength": 2],
    ["type": "cid-link"], ["type": "blob"], ["type": "blob", "maxSize": 5],
    ["type": "blob", "accept": ["image/*"]], ["type": "blob", "accept": ["*/*"]],
    ["type": "blob", "accept": []], ["type": "unknown"],
    ["type": "array", "items": ["type": "integer"]],
    ["type": "array", "items": ["type": "integer", "minimum": 1], "minLength": 1],
    ["type": "array", "items": ["type": "unknown"], "maxLength": 1],
    ["type": "object"], ["type": "object", "properties": ["a": ["type": "integer"]]],
    ["type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"]],
    [
      "type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"],
      "nullable": ["a"],
    ],
    ["type": "ref", "ref": "#one"], ["type": "ref", "ref": "com.example.a#one"],
    ["type": "ref", "ref": "#text"], ["type": "ref", "ref": "com.example.gone"],
    ["type": "ref", "ref": "com.example.a"], ["type": "union", "refs": []],
    ["type": "union", "refs": ["#one"]], ["type": "union", "refs": ["#one"], "closed": true],
    ["type": "union", "refs": ["#one", "com.example.gone"], "closed": true],
    ["type": "union", "refs": ["#main"], "closed": true],
  ]

  /// One of every kind and every edge that the types above ask about.
  static let values: [CBORValue] =
    [
      .null, true, false, -1, 0, 1, 2, .integer(.max), .integer(.min), .bytes([]), .bytes([0]),
      .bytes([0, 1, 2]), .link(CID(of: [1])), [], [0], [1], [1, 2], ["a"], [[:]], [[:], [:]],
      [.null], [:], ["a": 1], ["a": "b"], ["a": .null], ["b": 1], ["$type": "com.example.a#one"],
      ["$type": "com.example.a#one", "a": 1], ["$type": "com.example.a#one", "a": "b"],
      ["$type": "com.example.a#one#main", "a": 1], ["$type": "com.example.gone"],
      ["$type": "com.example.gone#main"], ["$type": "com.example.a", "f": 1],
      ["$type": "com.example.a#main"], ["$type": ""], ["$type": 1], ["$type": "blob"],
      ["$type": .null],
    ]
    + [
      ("image/png", 5), ("IMAGE/png", 6), ("text/plain", 0), ("", 1), ("image/", 1), ("image", -1),
    ].map { type, size in
      [
        "$type": "blob", "ref": .link(CID(of: [1], codec: .raw)), "size": .integer(size),
        "mimeType": .string(type),
      ]
    } + RandomSchema.texts.map { .string($0) }

  @Test("every small value of every small type gets the oracle's answer", arguments: types)
  func smallWorld(type: CBORValue) throws {
    for isRequired in [false, true] {
      for isNullable in [false, true] {
        let document: CBORValue = [
          "lexicon": 1, "id": "com.example.a",
          "defs": [
            "main": [
              "type": "record", "key": "any",
              "record": [
                "type": "object", "properties": ["f": type],
                "required": .array(isRequired ? ["f"] : []),
                "nullable": .array(isNullable ? ["f"] : []),
              ],
            ],
            "one": [
              "type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"],
            ],
            "text": ["type": "string", "maxLength": 1],
          ],
        ]
        let catalog = try Catalog([try LexiconDocument(document)])
        let oracle = SlowLexicon([document])
        _ = try Self.compare(["$type": "com.example.a"], in: "com.example.a", catalog, oracle)
        for value in Self.values {
          let record: CBORValue = ["$type": "com.example.a", "f": value, "g": value]
          _ = try Self.compare(record, in: "com.example.a", catalog, oracle)
        }
      }
    }
  }
}
