// OwnSchemaTests.swift: the documents of lexicons/ and the samples of what they take and refuse.
import ATSyntax
import DAGCBOR
import Foundation
import TestKit
import Testing

@testable import Lexicon

@Suite("The schemas of this package")
struct OwnSchemaTests {
  private static let catalog = Result { try Catalog(folder: OwnFiles.lexicons) }

  private static func key(_ collection: String) throws -> RecordKey {
    guard case .record(let record)? = try catalog.get()[NSID(collection)]?.main else {
      throw Missing()
    }
    switch record.key {
    case .tid: return try RecordKey("3m6pzrjmlgs2a")
    case .any: return try RecordKey("a-key")
    case .nsid: return try RecordKey("app.example.note")
    case .literal(let key): return key
    }
  }

  private struct Missing: Error {}

  @Test("every document is one, and refers to nothing that is not here")
  func load() throws {
    let catalog = try OwnSchemaTests.catalog.get()
    #expect(catalog.documents.count >= 63)
    #expect(catalog.unresolved == [])
  }

  @Test("what the compiler put into the program is what the folder holds")
  func embedded() throws {
    let files = BuiltInLexicons.files
    let embedded = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.text) })
    #expect(try embedded == OwnFiles.documents(), "run tools/embed and build again")
    #expect(try BuiltInLexicons.documents().count == files.count)
  }

  @Test("a record that is a sample of what is right is valid")
  func valid() throws {
    let samples = try OwnFiles.samples("valid")
    #expect(samples.count >= 20)
    for sample in samples {
      let status = try OwnSchemaTests.catalog.get().check(
        CBOR.encode(sample.content), in: NSID(sample.collection),
        key: OwnSchemaTests.key(sample.collection), mode: .required)
      #expect(status == .valid, "\(sample.path)")
    }
  }

  @Test("a record that is a sample of what is wrong is refused at its place, by its rule")
  func invalid() throws {
    let samples = try OwnFiles.samples("invalid")
    #expect(samples.count >= 50)
    for sample in samples {
      let record = try #require(sample.content["record"])
      let error = #expect(throws: LexiconError.self, "\(sample.path)") {
        try OwnSchemaTests.catalog.get().check(
          CBOR.encode(record), in: NSID(sample.collection),
          key: OwnSchemaTests.key(sample.collection))
      }
      guard let error, case .data(let rule) = error.rule else { continue }
      #expect(error.place == sample.content["path"]?.stringValue, "\(sample.path): \(error)")
      #expect(rule.keyword == sample.content["rule"]?.stringValue, "\(sample.path): \(error)")
    }
  }

  @Test("every record type of ours has samples of both kinds")
  func samplesForAll() throws {
    let valid = Set(try OwnFiles.samples("valid").map(\.collection))
    let invalid = Set(try OwnFiles.samples("invalid").map(\.collection))
    let records = try OwnSchemaTests.catalog.get().documents.filter { document in
      if case .record? = document.main { document.id.description.hasPrefix("dev.") } else { false }
    }
    #expect(valid == Set(records.map(\.id.description)))
    #expect(invalid == valid)
  }

  @Test("a key that the schema does not take is refused")
  func recordKeys() throws {
    let catalog = try OwnSchemaTests.catalog.get()
    let sample = try #require(
      OwnFiles.samples("valid").first { $0.collection == "dev.joelclaw.system.log" })
    #expect(throws: LexiconError.self) {
      try catalog.check(
        sample.content, in: NSID(sample.collection), key: RecordKey("not-a-tid"))
    }
  }

  @Test("records of ours have nothing that deserves a second look")
  func lint() throws {
    let findings = try OwnSchemaTests.catalog.get().documents
      .filter { $0.id.description.hasPrefix("dev.") }.flatMap { $0.lint() }
    #expect(findings.map(\.description) == [])
  }

  @Test("every record of ours says when it was written")
  func createdAt() throws {
    for document in try OwnSchemaTests.catalog.get().documents {
      guard case .record(let record)? = document.main, document.id.description.hasPrefix("dev.")
      else { continue }
      guard case .string(let schema)? = record.object.property("createdAt")?.schema.type else {
        Issue.record("\(document.id) has no createdAt")
        continue
      }
      #expect(schema.format == .datetime)
    }
  }

  @Test(
    "com.atproto documents are those of the protocol in everything but words",
    .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
  func structures() throws {
    let ours = try OwnFiles.documents().filter { $0.key.hasPrefix("com/atproto/") }
    #expect(ours.count >= 47)
    for (path, text) in ours {
      let official = try JSONForm.decode(Fixtures.bytes("lexicons/\(path)"), as: .plain)
      let written = try JSONForm.decode(text, as: .plain)
      #expect(written.withoutWords == official.withoutWords, "\(path)")
      #expect(written.words.intersection(official.words) == [], "\(path): words of our own")
    }
  }
}

extension LexiconError {
  /// Where the record is at fault: a member that is missing is at fault where it should be.
  fileprivate var place: String {
    if case .data(.missing(let key)) = rule { "\(path)/\(key)" } else { path }
  }
}

extension LexiconError.DataRule {
  /// The word of the language that is broken.
  fileprivate var keyword: String {
    switch self {
    case .kind: "type"
    case .missing: "required"
    case .notNullable: "nullable"
    case .tooShort(.graphemes, _, _): "minGraphemes"
    case .tooShort: "minLength"
    case .tooLong(.graphemes, _, _): "maxGraphemes"
    case .tooLong: "maxLength"
    case .tooSmall: "minimum"
    case .tooLarge: "maximum"
    case .notAllowed: "enum"
    case .format: "format"
    case .blobType: "accept"
    case .blobSize: "maxSize"
    case .unionWithoutType, .unionType, .mainInType: "union"
    default: "\(self)"
    }
  }
}

extension CBORValue {
  /// A document's structure: itself without texts that are called description.
  fileprivate var withoutWords: CBORValue {
    switch self {
    case .map(let map):
      .map(
        CBORMap(
          map.compactMap { name, value in
            if name == "description", case .string = value {
              nil
            } else {
              (name, value.withoutWords)
            }
          }))
    case .array(let values): .array(values.map(\.withoutWords))
    default: self
    }
  }

  /// Those texts, the short ones left out: two people may write the same three words.
  fileprivate var words: Set<String> {
    switch self {
    case .map(let map):
      map.reduce(into: []) { words, member in
        if member.0 == "description", case .string(let text) = member.1 {
          if text.count > 20 { words.insert(text) }
        } else {
          words.formUnion(member.1.words)
        }
      }
    case .array(let values): values.reduce(into: []) { $0.formUnion($1.words) }
    default: []
    }
  }
}
