// InteropTests.swift: the community's schemas and record data, as they came.
import ATSyntax
import DAGCBOR
import Foundation
import TestKit
import Testing

@testable import Lexicon

@Suite("Lexicon vectors", .enabled(if: Fixtures.areThere, "PLAITED_FIXTURES is unset"))
struct InteropTests {
  static let folder = "atproto-interop-tests/lexicon"

  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var value: CBORValue
    var testDescription: String { name }
  }

  static func vectors(_ file: String) throws -> [Vector] {
    let all = try JSONForm.decode(try Fixtures.bytes("\(folder)/\(file)"), as: .plain)
    return try #require(all.arrayValue).map {
      Vector(name: $0["name"]?.stringValue ?? "", value: $0)
    }
  }
}

extension InteropTests {
  @Test("every catalog document is read")
  func readsCatalog() throws {
    let names = try Fixtures.names(in: "\(Self.folder)/catalog")
    #expect(names.count == 5)
    for name in names {
      _ = try LexiconDocument(json: try Fixtures.bytes("\(Self.folder)/catalog/\(name)"))
    }
  }

  @Test("every valid document is read, and makes a catalog")
  func readsValidDocuments() throws {
    let vectors = try Self.vectors("lexicon-valid.json")
    #expect(vectors.count == 3)
    for vector in vectors {
      let document = try LexiconDocument(try #require(vector.value["lexicon"]))
      _ = try Catalog([document])
    }
  }

  /// Where each invalid document breaks which rule.
  static let invalidDocuments: [String: String] = [
    "invalid lexicon field": "/lexicon kind",
    "invalid id field": "/id kind",
    "invalid NSID": "/id syntax",
    "defined unknown": "/defs/demo/type type",
    "defined ref": "/defs/demo/type type",
    "non-main primary": "/defs/demo/type notMain",
    "record missing type object": "/defs/main/record missing",
  ]

  @Test("every invalid document is refused, where it is wrong")
  func refusesInvalidDocuments() throws {
    let vectors = try Self.vectors("lexicon-invalid.json")
    #expect(vectors.count == Self.invalidDocuments.count)
    for vector in vectors {
      let value = try #require(vector.value["lexicon"])
      let error = try #require(throws: LexiconError.self) { try LexiconDocument(value) }
      #expect("\(error.path) \(error.rule.name)" == Self.invalidDocuments[vector.name])
      #expect(!error.description.isEmpty)
    }
  }

  static func catalog() throws -> Catalog {
    let names = try Fixtures.names(in: "\(folder)/catalog")
    return try Catalog(
      names.map { try LexiconDocument(json: try Fixtures.bytes("\(folder)/catalog/\($0)")) })
  }

  /// The vectors write some base64 with left-over bits and one key wrongly; what they are about is
  /// elsewhere, so their values are taken as a lax reader takes them.
  static func record(_ vector: Vector) throws -> CBORValue {
    let text = JSONForm.encode(try #require(vector.value["data"]))
    let lax = String(decoding: text, as: UTF8.self).replacing(
      "\"$bytes\":\"123\"", with: "\"$bytes\":\"120\"")
    return try JSONForm.decode(Array(lax.utf8))
  }

  @Test("every valid record is valid, as a value and as bytes")
  func acceptsValidRecords() throws {
    let catalog = try Self.catalog()
    let collection = try NSID("example.lexicon.record")
    let vectors = try Self.vectors("record-data-valid.json")
    #expect(vectors.count == 3)
    for vector in vectors {
      let key = try RecordKey(try #require(vector.value["rkey"]?.stringValue))
      let record = try Self.record(vector)
      let bytes = try CBOR.encode(record)
      for mode in [ValidationMode.required, .optimistic] {
        #expect(try catalog.check(record, in: collection, key: key, mode: mode) == .valid)
        #expect(try catalog.check(bytes, in: collection, key: key, mode: mode) == .valid)
      }
    }
  }

  @Test("every invalid record is refused, where it is wrong, as a value and as bytes")
  func refusesInvalidRecords() throws {
    let catalog = try Self.catalog()
    let collection = try NSID("example.lexicon.record")
    let vectors = try Self.vectors("record-data-invalid.json")
    #expect(vectors.count == 50)
    var places: [String] = []
    for vector in vectors {
      let key = try RecordKey(try #require(vector.value["rkey"]?.stringValue))
      let record = try Self.record(vector)
      let bytes = try CBOR.encode(record)
      let error = try #require(throws: LexiconError.self, "\(vector.name)") {
        try catalog.check(record, in: collection, key: key)
      }
      #expect(throws: error) { try catalog.check(bytes, in: collection, key: key) }
      places.append("\(vector.name): \(error.path) \(error.rule.name)")
    }
    #expect(places == Self.invalidRecords)
  }

  /// In the order of the file: the vector's name, then where which rule is broken.
  static let invalidRecords = [
    "missing required field:  missing",
    "invalid boolean field: /boolean kind",
    "invalid integer field: /integer kind",
    "invalid non-nullable string field: /string is null, which is not allowed here",
    "invalid string field: /string kind",
    "invalid bytes field: /bytes kind",
    "invalid bytes: empty object: /bytes kind",
    "invalid bytes: wrong type: /bytes kind",
    "invalid cid-link field: /cid-link kind",
    "invalid blob field: /blob kind",
    "invalid blob: wrong type: /blob blobShape",
    "invalid array: /array kind",
    "invalid array element: /array/0 kind",
    "object wrong data type: /object kind",
    "object nested wrong data type: /object/a kind",
    "invalid token ref type: /ref kind",
    "invalid ref value: /ref kind",
    "invalid string format handle: /formats/handle format",
    "invalid string format did: /formats/did format",
    "invalid string format atidentifier: /formats/atidentifier format",
    "invalid string format nsid: /formats/nsid format",
    "invalid string format aturi: /formats/aturi format",
    "invalid string format cid: /formats/cid format",
    "invalid string format datetime: /formats/datetime format",
    "invalid string format language: /formats/language format",
    "invalid string format uri: /formats/uri format",
    "invalid string format tid: /formats/tid format",
    "invalid string format recordkey: /formats/recordkey format",
    "wrong const value: /constInteger notAllowed",
    "integer not in enum: /enumInteger notAllowed",
    "out of integer range: /rangeInteger tooLarge",
    "string too short: /lenString tooShort",
    "string too long: /lenString tooLong",
    "string too short (graphemes): /graphemeString tooShort",
    "string too long (graphemes): /graphemeString tooLong",
    "out of enum string: /enumString notAllowed",
    "bytes too short: /sizeBytes tooShort",
    "bytes too long: /sizeBytes tooLong",
    "array too short: /lenArray tooShort",
    "array too long: /lenArray tooLong",
    "blob too large: /sizeBlob blobSize",
    "blob wrong type: /acceptBlob blobType",
    "open union wrong data type: /union kind",
    "open union missing $type: /union has no $type that is text, expected the name of its type",
    "out of closed union: /closedUnion unionType",
    "union inner invalid: /closedUnion unionType",
    "union inner invalid: /union/a kind",
    "unknown wrong type (bool): /unknown kind",
    "unknown wrong type (bytes): /unknown kind",
    "unknown wrong type (blob): /unknown kind",
  ]
}

extension LexiconError.Rule {
  /// The name of the rule's case, or its text where the case carries nothing.
  var name: String {
    if self == .data(.blobShape) { return "blobShape" }
    return switch self {
    case .schema(let rule): Mirror(reflecting: rule).children.first?.label ?? "\(rule)"
    case .data(let rule): Mirror(reflecting: rule).children.first?.label ?? "\(rule)"
    }
  }
}
