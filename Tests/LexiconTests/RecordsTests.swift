// RecordsTests.swift: the types made from our schemas are current, and carry what records carry.
import ATSyntax
import DAGCBOR
import Foundation
import Records
import TestKit
import Testing

@testable import Lexicon

@Suite("Types made from schemas")
struct RecordsTests {
  @Test("Sources/Records is what our schemas make today")
  func areCurrent() throws {
    let catalog = try OurLexicons.catalog()
    let files = try catalog.swiftFiles(for: OurLexicons.ids(in: catalog))
    let folder = OurLexicons.typesFolder
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == files.map(\.name), "make them again: plaited lex gen --swift")
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file.name), encoding: .utf8)
      #expect(text == file.text, "\(file.name) is stale: plaited lex gen --swift")
    }
  }

  /// Reads a record as a type and gives it back.
  private static func roundTrip<Record: LexiconRecord>(
    _ type: Record.Type
  ) -> (String, @Sendable (CBORValue) throws -> CBORValue) {
    (type.collection, { try Record(lexicon: $0).lexicon })
  }

  static let types = [
    roundTrip(SystemLog.self), roundTrip(MediaProcessed.self), roundTrip(MemoryObservation.self),
    roundTrip(AgentSession.self), roundTrip(AgentEvent.self), roundTrip(AgentDecision.self),
    roundTrip(AgentMemory.self), roundTrip(Constraint.self), roundTrip(ConstraintSuspension.self),
    roundTrip(Records.Module.self), roundTrip(ModuleGrade.self),
  ]

  @Test("every valid sample is read as its type and written as it was", arguments: 0..<types.count)
  func samples(index: Int) throws {
    let (collection, roundTrip) = Self.types[index]
    let folder = OurLexicons.root.appending(path: "Tests/LexiconSamples/\(collection)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("valid") }
    #expect(!names.isEmpty)
    for name in names {
      let text = try Data(contentsOf: folder.appending(path: name))
      let sample = try JSONForm.decode([UInt8](text))
      let record = sample["value"] ?? sample
      #expect(try roundTrip(record) == record, "\(name)")
      guard case .map(var more) = record else { continue }
      more["aFieldOfTomorrow"] = [1, ["x": .null]]
      #expect(try roundTrip(.map(more)) == .map(more), "\(name) with a field of tomorrow")
    }
  }

  @Test("a record made in Swift is valid for its schema")
  func madeInSwift() throws {
    var log = SystemLog(
      tool: "swift", action: "build", detail: "it builds",
      timestamp: try Datetime("2026-11-28T12:00:00.000Z"))
    log.level = .warn
    let bytes = try CBOR.encode(log.lexicon)
    let status = try OurLexicons.catalog().check(
      bytes, in: try NSID(SystemLog.collection), key: try RecordKey("3jzfcijpj2z2a"),
      mode: .required)
    #expect(status == .valid)
    #expect(try SystemLog(lexicon: log.lexicon) == log)
  }

  @Test("a union keeps a member of a stranger, and names its own")
  func unions() throws {
    let stranger: CBORValue = ["$type": "com.example.note", "a": 1]
    #expect(
      try AgentEvent.Body(lexicon: stranger) == .other(["$type": "com.example.note", "a": 1]))
    #expect(try AgentEvent.Body(lexicon: stranger).lexicon == stranger)
    let message: CBORValue = [
      "$type": "dev.plaited.agent.event#message", "channel": "c", "messageId": "m",
      "senderId": "s", "text": "t",
    ]
    guard case .message(let read) = try AgentEvent.Body(lexicon: message) else {
      Issue.record("a message is read as something else")
      return
    }
    #expect(read.text == "t")
    #expect(try AgentEvent.Body(lexicon: message).lexicon == message)
    #expect(throws: FieldFault(.unionWithoutType)) { try AgentEvent.Body(lexicon: ["a": 1]) }
  }

  @Test("a field of another kind is refused by its path")
  func refusals() throws {
    let record: CBORValue = [
      "ts": "2026-11-28T12:00:00.000Z", "seq": 1, "kind": "message", "createdAt": "yesterday",
      "session": "at://did:plc:abc/dev.plaited.agent.session/3jzfcijpj2z2a",
    ]
    let fault = try #require(throws: FieldFault.self) { try AgentEvent(lexicon: record) }
    #expect(fault.path == "/createdAt")
    #expect(throws: FieldFault(.missing(key: "ts"))) { try AgentEvent(lexicon: [:]) }
  }
}

@Suite("Swift from any schema")
struct SwiftSourceTests {
  static func catalog(_ properties: CBORValue, _ others: CBORMap = [:]) throws -> Catalog {
    var definitions: CBORMap = others
    definitions["main"] = [
      "type": "record", "key": "any", "record": ["type": "object", "properties": properties],
    ]
    let document: CBORValue = [
      "lexicon": 1, "id": "com.example.note", "defs": .map(definitions),
    ]
    return try Catalog([try LexiconDocument(document)])
  }

  static func text(_ catalog: Catalog) throws -> String {
    let files = try catalog.swiftFiles(for: [try NSID("com.example.note")])
    return files.map(\.text).joined()
  }

  @Test("names that Swift keeps for itself are written around")
  func keywords() throws {
    let text = try Self.text(
      Self.catalog([
        "default": ["type": "boolean"], "lexicon": ["type": "integer"],
        "type": ["type": "string", "knownValues": ["self", "1st", "a b", "A-B", "text"]],
        "language": ["type": "string", "enum": ["en"]],
        "ça": ["type": "bytes"],
      ]))
    for part in [
      "var `default`: Bool?", "var lexiconField: Int64?", "struct TypeValue: OpenText",
      "static let `self` = TypeValue(\"self\")", "static let value1st", "static let aB = ",
      "static let aBValue", "static let textValue", "enum LanguageValue: String, ClosedText",
      "optional(\"\\u{00E7}a\")",
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
  }

  @Test("nothing that a schema says becomes code")
  func injection() throws {
    let text = try Self.text(
      Self.catalog([
        "a": ["type": "boolean", "description": "x\n}\nimport Glibc\u{2028}struct Evil {}"],
        "b\"); exit(1) //": ["type": "boolean"],
      ]))
    for line in text.split(separator: "\n") where line.contains("Evil") || line.contains("exit") {
      let isComment = line.drop { $0 == " " }.hasPrefix("///")
      #expect(isComment || line.contains("\\\""), "\(line)")
    }
    #expect(!text.contains("\nimport Glibc"))
  }

  @Test("objects that hold themselves are refused, through arrays and unions they are not")
  func cycles() throws {
    let direct = try Self.catalog(
      ["a": ["type": "ref", "ref": "#one"]],
      [
        "one": ["type": "object", "properties": ["b": ["type": "ref", "ref": "#two"]]],
        "two": ["type": "object", "properties": ["a": ["type": "ref", "ref": "#one"]]],
      ])
    #expect(throws: SwiftSourceError.self) { try Self.text(direct) }
    let fine = try Self.catalog(
      ["a": ["type": "ref", "ref": "#one"]],
      [
        "one": [
          "type": "object",
          "properties": [
            "list": ["type": "array", "items": ["type": "ref", "ref": "#one"]],
            "either": ["type": "union", "refs": ["#one"]],
          ],
        ]
      ])
    #expect(try Self.text(fine).contains("indirect enum Either"))
  }

  @Test("a reference that leads nowhere is told with who needs it")
  func unresolved() throws {
    let catalog = try Self.catalog(["a": ["type": "ref", "ref": "com.example.gone"]])
    #expect(
      throws: SwiftSourceError.unresolved(
        Reference(try NSID("com.example.gone")), neededBy: try NSID("com.example.note"))
    ) { try Self.text(catalog) }
    #expect(throws: SwiftSourceError.noDocument(try NSID("com.example.gone"))) {
      try catalog.swiftFiles(for: [try NSID("com.example.gone")])
    }
  }
}
