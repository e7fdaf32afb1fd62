// DataModelFixtureTests.swift: the community's vectors of the data model's JSON form.
import DAGCBOR
import Foundation
import TestKit
import Testing

@Suite(
  "Data model fixtures",
  .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct DataModelFixtureTests {
  static let folder = "atproto-interop-tests/data-model/"

  /// What Foundation may be trusted with: everything but the value, whose spelling counts.
  struct Vector: Decodable {
    var note: String?
    var cbor: String?
    var cid: String?

    enum CodingKeys: String, CodingKey {
      case note, cid
      case cbor = "cbor_base64"
    }
  }

  /// The vectors of a file, each with the text of its value as it stands in the file.
  private func vectors(_ name: String) throws -> [(vector: Vector, text: [UInt8])] {
    let vectors = try Fixtures.decoded(Self.folder + name, as: [Vector].self)
    let file = try Fixtures.bytes(Self.folder + name)
    let marker = Array("\"json\":".utf8)
    let texts = file.indices.filter { file[$0...].starts(with: marker) }
      .map { text(of: file[($0 + marker.count)...]) }
    try #require(vectors.count == texts.count && !texts.isEmpty)
    return Array(zip(vectors, texts))
  }

  /// The object or word at the head of `rest`, by counting braces outside of strings.
  private func text(of rest: ArraySlice<UInt8>) -> [UInt8] {
    var (depth, isQuoted, isEscaped) = (0, false, false)
    for index in rest.indices {
      let byte = rest[index]
      if isQuoted {
        if !isEscaped && byte == UInt8(ascii: "\"") { isQuoted = false }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}") where depth > 0: depth -= 1
      case UInt8(ascii: ",") where depth == 0, UInt8(ascii: "}"): return Array(rest[..<index])
      default: break
      }
    }
    return Array(rest)
  }

  @Test("JSON, value, CBOR and CID are one thing in four forms")
  func forms() throws {
    for (vector, text) in try vectors("data-model-fixtures.json") {
      let expected = try #require(Base64.decode(vector.cbor?.utf8 ?? "".utf8, padding: .optional))
      let value = try JSONForm.decode(text)
      try DataModel.check(record: value)
      let encoded = try CBOR.encode(value)
      #expect(encoded == expected)
      #expect(CID(of: encoded).description == vector.cid)
      let decoded = try CBOR.decode(expected)
      #expect(decoded == value)
      #expect(reading(JSONForm.encode(decoded)) == .success(value))
    }
  }

  @Test("valid data is read, checked and encoded, and survives being written")
  func valid() throws {
    for (vector, text) in try vectors("data-model-valid.json") {
      let value = try JSONForm.decode(text)
      try DataModel.check(record: value)
      #expect(try CBOR.decode(CBOR.encode(value)) == value, "\(vector)")
      #expect(reading(JSONForm.encode(value)) == .success(value), "\(vector)")
      #expect(reading(JSONForm.encode(value, indented: true)) == .success(value), "\(vector)")
    }
  }

  @Test("the JSON form refuses the invalid data that it can see, and the data model the rest")
  func invalid() throws {
    let rules: [String: JSONError.Rule] = [
      "float": .fraction, "bytes with wrong field type": .bytes,
      "bytes with extra fields": .bytes, "link with wrong field type": .link,
      "link with bogus CID": .link, "link with extra fields": .link,
    ]
    var refusedCount = 0
    for (vector, text) in try vectors("data-model-invalid.json") {
      let note = try #require(vector.note)
      switch reading(text) {
      case .success(let value):
        #expect(rules[note] == nil, "\(note)")
        #expect(throws: DataModelError.self, "\(note)") { try DataModel.check(record: value) }
      case .failure(let error):
        #expect(rules[note] == error.rule, "\(note)")
        refusedCount += 1
      }
    }
    #expect(refusedCount == rules.count)
  }
}
