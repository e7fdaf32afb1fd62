// SchemaDiffTests.swift: every change that the language knows, with whom it hurts.
import ATSyntax
import DAGCBOR
import TestKit
import Testing

@testable import Lexicon

@Suite("Differences between schemas")
struct SchemaDiffTests {
  typealias Effect = SchemaChange.Effect

  struct Change: Sendable, CustomTestStringConvertible {
    var old: CBORValue
    var new: CBORValue
    /// What is told, in order: the place below the field, what changed, whom it hurts.
    var expected: [String]
    var testDescription: String { "\(expected)" }
  }

  static func field(_ old: CBORValue, _ new: CBORValue, _ expected: String...) -> Change {
    Change(
      old: DocumentTests.document(field: old), new: DocumentTests.document(field: new),
      expected: expected.map { "/defs/main/record/properties/f\($0)" })
  }

  static func main(_ old: CBORValue, _ new: CBORValue, _ expected: String...) -> Change {
    Change(
      old: DocumentTests.document(main: old), new: DocumentTests.document(main: new),
      expected: expected.map { "/defs/main\($0)" })
  }

  static func object(_ properties: CBORMap, required: [CBORValue] = []) -> CBORValue {
    ["type": "object", "properties": .map(properties), "required": .array(required)]
  }

  static func record(key: CBORValue) -> CBORValue {
    ["type": "record", "key": key, "record": ["type": "object"]]
  }

  static let scalars = [
    field(["type": "integer"], ["type": "integer", "description": "other words"]),
    field(["type": "integer"], ["type": "string"], ": type integer → string: both"),
    field(
      ["type": "integer"], ["type": "integer", "minimum": 1], ": minimum unset → 1: oldData"),
    field(
      ["type": "integer", "minimum": 1], ["type": "integer", "minimum": 0],
      ": minimum 1 → 0: oldReaders"),
    field(
      ["type": "integer", "maximum": 9], ["type": "integer", "maximum": 8],
      ": maximum 9 → 8: oldData"),
    field(
      ["type": "integer", "maximum": 9], ["type": "integer"], ": maximum 9 → unset: oldReaders"),
    field(
      ["type": "integer", "enum": [1, 2]], ["type": "integer", "enum": [2, 1]]),
    field(
      ["type": "integer", "const": 1], ["type": "integer", "const": 2], ": const 1 → 2: both"),
    field(
      ["type": "integer", "default": 1], ["type": "integer", "default": 2],
      ": other default: none"),
    field(
      ["type": "string", "maxLength": 10], ["type": "string", "maxLength": 9],
      ": maxLength 10 → 9: oldData"),
    field(
      ["type": "string", "maxGraphemes": 9], ["type": "string", "maxGraphemes": 10],
      ": maxGraphemes 9 → 10: oldReaders"),
    field(
      ["type": "string", "minLength": 1], ["type": "string", "minLength": 2],
      ": minLength 1 → 2: oldData"),
    field(
      ["type": "string", "enum": ["a", "b"]], ["type": "string", "enum": ["a"]],
      ": enum [\\\"a\\\", \\\"b\\\"] → [\\\"a\\\"]: oldData"),
    field(
      ["type": "string", "enum": ["a"]], ["type": "string", "enum": ["a", "b"]],
      ": enum [\\\"a\\\"] → [\\\"a\\\", \\\"b\\\"]: oldReaders"),
    field(
      ["type": "string", "enum": ["a"]], ["type": "string", "enum": ["b"]],
      ": enum [\\\"a\\\"] → [\\\"b\\\"]: both"),
    field(
      ["type": "string", "knownValues": ["a"]], ["type": "string", "knownValues": ["b"]],
      ": other knownValues: none"),
    field(
      ["type": "string"], ["type": "string", "format": "did"], ": format unset → did: oldData"),
    field(
      ["type": "string", "format": "did"], ["type": "string", "format": "at-identifier"],
      ": format did → at-identifier: oldReaders"),
    field(
      ["type": "string", "format": "did"], ["type": "string", "format": "handle"],
      ": format did → handle: both"),
    field(
      ["type": "bytes", "maxLength": 2], ["type": "bytes", "maxLength": 1],
      ": maxLength 2 → 1: oldData"),
    field(
      ["type": "blob", "maxSize": 2], ["type": "blob", "maxSize": 1], ": maxSize 2 → 1: oldData"),
    field(
      ["type": "blob", "accept": ["image/*"]], ["type": "blob", "accept": ["image/png"]],
      ": accept [\\\"image/*\\\"] → [\\\"image/png\\\"]: oldData"),
    field(
      ["type": "blob", "accept": ["image/png"]], ["type": "blob", "accept": ["*/*"]],
      ": accept [\\\"image/png\\\"] → [\\\"*/*\\\"]: oldReaders"),
  ]

  static let containers = [
    field(
      object([:]), object(["a": ["type": "integer"]]),
      "/properties/a: is a new optional field of type integer: none"),
    field(
      object([:]), object(["a": ["type": "integer"]], required: ["a"]),
      "/properties/a: is a new required field of type integer: oldData"),
    field(
      object(["a": ["type": "integer"]]), object([:]),
      "/properties/a: is gone, was an optional field of type integer: oldReaders"),
    field(
      object(["a": ["type": "integer"]]), object(["b": ["type": "integer"]]),
      "/properties/a: seems to be called \"b\" now: both"),
    field(
      object(["a": ["type": "integer"]]), object(["b": ["type": "string"]]),
      "/properties/a: is gone, was an optional field of type integer: oldReaders",
      "/properties/b: is a new optional field of type string: none"),
    field(
      object(["a": ["type": "integer"]]), object(["a": ["type": "integer"]], required: ["a"]),
      "/properties/a: optional → required: oldData"),
    field(
      object(["a": ["type": "integer"]], required: ["a"]), object(["a": ["type": "integer"]]),
      "/properties/a: required → optional: oldReaders"),
    field(
      ["type": "object", "properties": ["a": ["type": "integer"]], "nullable": ["a"]],
      object(["a": ["type": "integer"]]), "/properties/a: may not be null any more: oldData"),
    field(
      object(["a": ["type": "integer"]]),
      ["type": "object", "properties": ["a": ["type": "integer"]], "nullable": ["a"]],
      "/properties/a: may be null now: oldReaders"),
    field(
      ["type": "array", "items": ["type": "integer"]],
      ["type": "array", "items": ["type": "string"], "maxLength": 1],
      ": maxLength unset → 1: oldData", "/items: type integer → string: both"),
    field(
      ["type": "ref", "ref": "a.b.c"], ["type": "ref", "ref": "a.b.d"],
      ": ref a.b.c → a.b.d: both"),
    field(
      ["type": "union", "refs": ["a.b.c"]], ["type": "union", "refs": ["a.b.c"], "closed": true],
      ": the union is closed now: oldData"),
    field(
      ["type": "union", "refs": ["a.b.c"], "closed": true], ["type": "union", "refs": ["a.b.c"]],
      ": the union is open now: oldReaders"),
    field(
      ["type": "union", "refs": ["a.b.c"]], ["type": "union", "refs": ["a.b.c", "a.b.d"]],
      ": the union has a.b.d now: none"),
    field(
      ["type": "union", "refs": ["a.b.c"], "closed": true],
      ["type": "union", "refs": ["a.b.c", "a.b.d"], "closed": true],
      ": the union has a.b.d now: oldReaders"),
    field(
      ["type": "union", "refs": ["a.b.c", "a.b.d"], "closed": true],
      ["type": "union", "refs": ["a.b.c"], "closed": true],
      ": the union has a.b.d no more: oldData"),
    field(
      ["type": "union", "refs": ["a.b.c", "a.b.d"]], ["type": "union", "refs": ["a.b.c"]],
      ": the union has a.b.d no more: none"),
  ]

  static let definitions = [
    main(record(key: "any"), record(key: "tid"), "/key: key any → tid: oldData"),
    main(record(key: "tid"), record(key: "any"), "/key: key tid → any: oldReaders"),
    main(
      record(key: "tid"), record(key: "literal:self"), "/key: key tid → literal:self: both"),
    main(record(key: "tid"), ["type": "query"], ": type record → query: both"),
    main(
      ["type": "query", "output": ["encoding": "a/b"]], ["type": "query"],
      "/output: is gone: both"),
    main(
      ["type": "procedure"], ["type": "procedure", "input": ["encoding": "a/b"]],
      "/input: is new: both"),
    main(
      ["type": "query", "output": ["encoding": "a/b"]],
      ["type": "query", "output": ["encoding": "a/c"]],
      "/output/encoding: encoding a/b → a/c: both"),
    main(
      ["type": "query"],
      [
        "type": "query", "errors": [["name": "A"]],
        "parameters": [
          "type": "params", "properties": ["a": ["type": "integer"]], "required": ["a"],
        ],
      ],
      "/parameters/properties/a: is a new required field of type integer: oldData",
      "/errors: error A is new: none"),
    main(
      ["type": "subscription"], ["type": "subscription", "subprotocol": "xrpc.v1.json"],
      ": subprotocol xrpc.v0.cbor → xrpc.v1.json: both"),
    main(
      ["type": "subscription", "message": ["schema": ["type": "union", "refs": ["a.b.c"]]]],
      ["type": "subscription", "message": ["schema": ["type": "union", "refs": ["a.b.d"]]]],
      "/message/schema: the union has a.b.c no more: none",
      "/message/schema: the union has a.b.d now: none"),
    main(
      ["type": "permission-set", "permissions": []],
      ["type": "permission-set", "permissions": [["type": "permission", "resource": "repo"]]],
      "/permissions: other permissions: none"),
  ]

  @Test("one change is told as what it is", arguments: scalars + containers + definitions)
  func tells(change: Change) throws {
    let (old, new) = (try LexiconDocument(change.old), try LexiconDocument(change.new))
    let changes = SchemaDiff.changes(from: old, to: new)
    #expect(changes.map { "\($0.path): \($0.kind): \($0.effect)" } == change.expected)
    for change in changes {
      #expect(change.isBreaking == (change.effect != .none))
      #expect(change.description.hasPrefix("com.example.note "))
    }
    #expect(SchemaDiff.changes(from: new, to: new) == [])
  }

  @Test("definitions and documents that come and go are told")
  func comingAndGoing() throws {
    let main = Self.record(key: "tid")
    let plain = try LexiconDocument(DocumentTests.document(main: main))
    let more = try LexiconDocument(
      DocumentTests.document(main: main, others: ["part": ["type": "token"]]))
    #expect(
      SchemaDiff.changes(from: plain, to: more).map(\.kind) == [.definitionAdded(type: "token")])
    #expect(
      SchemaDiff.changes(from: more, to: plain).map(\.kind) == [.definitionRemoved(type: "token")])
    let (none, some) = (Catalog(), try Catalog([plain]))
    #expect(SchemaDiff.changes(from: none, to: some).map(\.kind) == [.documentAdded])
    #expect(SchemaDiff.changes(from: some, to: none).map(\.kind) == [.documentRemoved])
    #expect(SchemaDiff.changes(from: some, to: none).allSatisfy { $0.isBreaking })
  }

  /// A change that hurts nobody's data really hurts none: what the old schema accepts the new one
  /// accepts, and the other way, over random schemas and records.
  @Test("a change that is told not to hurt old data or old readers does not")
  func effectsHold() throws {
    var random = SplitMix64.printed("schema effects")
    var (unbroken, broken) = (0, 0)
    for _ in 0..<scaled(3_000) {
      var schemas = RandomSchema(random: SplitMix64(seed: random.next()))
      let old = schemas.object(depth: 1)
      let new = schemas.mutated(old)
      guard let a = Self.catalog(old), let b = Self.catalog(new) else { continue }
      let effects = Set(
        SchemaDiff.changes(from: a.documents[0], to: b.documents[0]).map(\.effect))
      let keepsData = effects.isDisjoint(with: [.oldData, .both])
      let keepsReaders = effects.isDisjoint(with: [.oldReaders, .both])
      for (isPromised, from, to, schema) in [(keepsData, a, b, old), (keepsReaders, b, a, new)] {
        guard isPromised else {
          broken += 1
          continue
        }
        let document = DocumentTests.document(field: schema)
        var records = RandomRecord(SplitMix64(seed: random.next()), for: [document])
        for _ in 0..<10 {
          let record = records.record(of: "com.example.note")
          guard Self.accepts(record, from), Self.keepsToFields(record["f"], of: schema) else {
            continue
          }
          unbroken += 1
          #expect(Self.accepts(record, to), "\(old) → \(new): \(record)")
        }
      }
    }
    #expect(unbroken > broken / 20 && broken > 0, "\(unbroken) and \(broken)")
  }

  /// Whether an object has no fields but those of its schema: a new field may have the name of one
  /// that somebody put in without asking, and the language promises nothing to them.
  private static func keepsToFields(_ value: CBORValue?, of type: CBORValue) -> Bool {
    if case .map(let map)? = value, type["type"] == "object" {
      let properties = type["properties"]?.mapValue ?? CBORMap()
      return map.allSatisfy { entry in
        guard let property = properties[entry.0] else { return false }
        return keepsToFields(entry.1, of: property)
      }
    }
    if case .array(let values)? = value, let items = type["items"] {
      return values.allSatisfy { keepsToFields($0, of: items) }
    }
    return true
  }

  private static func catalog(_ field: CBORValue) -> Catalog? {
    do {
      return try Catalog([try LexiconDocument(DocumentTests.document(field: field))])
    } catch {
      // A schema that contradicts itself, or a reference to what is not beside it.
      return nil
    }
  }

  private static func accepts(_ record: CBORValue, _ catalog: Catalog) -> Bool {
    do {
      let key = try RecordKey("3jzfcijpj2z2a")
      _ = try catalog.check(record, in: try NSID("com.example.note"), key: key)
      return true
    } catch {
      return false
    }
  }
}

extension RandomSchema {
  /// The object with one of its fields, or its demands on them, drawn anew.
  mutating func mutated(_ object: CBORValue) -> CBORValue {
    guard case .map(var map) = object, case .map(var properties)? = map["properties"] else {
      return object
    }
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      let names = ["a", "b", "aa", "abc"]
      let name = names.randomElement(using: &random)!
      properties[name] = type(depth: 1)
      map["properties"] = .map(properties)
    case 1: map["required"] = .array([])
    default:
      let names = properties.map { $0.0 }.filter { _ in chance(2) }
      map["required"] = .array(names.map { CBORValue.string($0) })
    }
    return .map(map)
  }
}
