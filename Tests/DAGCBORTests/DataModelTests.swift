// DataModelTests.swift: records that are well encoded and still not records.
import DAGCBOR
import TestKit
import Testing

@Suite("The data model beyond encoding")
struct DataModelTests {
  static let blob: CBORValue = [
    "$type": "blob", "ref": .link(CID(of: [1], codec: .raw)), "mimeType": "image/jpeg",
    "size": 10_000,
  ]

  /// `blob` with one member replaced or, for nil, taken out.
  static func blob(_ key: String, _ value: CBORValue?) -> CBORValue {
    var map = blob.mapValue!
    map[key] = value
    return .map(map)
  }

  @Test(
    "records that are",
    arguments: [
      [:], ["$type": "com.example.blah", "a": 123], ["arr": [1, 2, .null], "b": [:]], ["blb": blob],
      ["a": [["blb": blob]]], ["blb": blob("size", 0)], ["$other": 1], ["cid": "x", "mimeType": 1],
      ["cid": "x", "mimeType": "y", "z": 1], ["link": .link(CID(of: [1]))],
    ] as [CBORValue])
  func accepts(record: CBORValue) throws {
    try DataModel.check(record: record)
    try DataModel.check(record: record, for: .reading)
  }

  private static let refused: [(CBORValue, DataModelError)] = [
    ("blah", .init(.notAnObject, at: "")), ([], .init(.notAnObject, at: "")),
    (.null, .init(.notAnObject, at: "")), (["$type": .null], .init(.type, at: "/$type")),
    (["rcrd": ["$type": 123]], .init(.type, at: "/rcrd/$type")),
    (["rcrd": ["$type": ""]], .init(.type, at: "/rcrd/$type")),
    (["a": [1, ["": 1]]], .init(.emptyKey, at: "/a/1/")),
    (["a/b~c": ["": 1]], .init(.emptyKey, at: "/a~1b~0c/")),
    (["blb": blob("size", "10000")], .init(.blobSize, at: "/blb/size")),
    (["blb": blob("size", -1)], .init(.blobSize, at: "/blb/size")),
    (["blb": blob("size", nil)], .init(.blobKeys, at: "/blb")),
    (["blb": blob("ref", nil)], .init(.blobKeys, at: "/blb")),
    (["blb": blob("mimeType", nil)], .init(.blobKeys, at: "/blb")),
    (["blb": blob("extra", 1)], .init(.blobKeys, at: "/blb")),
    (["blb": blob("mimeType", "")], .init(.blobMimeType, at: "/blb/mimeType")),
    (["blb": blob("mimeType", 1)], .init(.blobMimeType, at: "/blb/mimeType")),
    (["blb": blob("ref", "bafkrei")], .init(.blobRef, at: "/blb/ref")),
    (["blb": blob("ref", .link(CID(of: [1])))], .init(.blobRef, at: "/blb/ref")),
    (
      ["a": ["b": [0, ["rcrd": ["blb": blob("size", nil)]]]]],
      .init(.blobKeys, at: "/a/b/1/rcrd/blb")
    ),
  ]

  @Test("records that are not, and where", arguments: refused)
  func refuses(record: CBORValue, error: DataModelError) {
    #expect(throws: error) { try DataModel.check(record: record) }
    #expect(throws: error) { try DataModel.check(record: record, for: .reading) }
  }

  @Test(
    "what old records may hold and new ones may not",
    arguments: [
      (["img": ["cid": "bafkrei", "mimeType": "image/png"]], .init(.legacyBlob, at: "/img")),
      (["a": ["$link": "bafkrei"]], .init(.reservedKey, at: "/a/$link")),
      (["a": ["$bytes": "AA", "b": 1]], .init(.reservedKey, at: "/a/$bytes")),
    ] as [(CBORValue, DataModelError)])
  func legacy(record: CBORValue, error: DataModelError) throws {
    try DataModel.check(record: record, for: .reading)
    #expect(throws: error) { try DataModel.check(record: record, for: .writing) }
  }

  @Test("a value that no encoder would take is refused before the stack is")
  func nesting() throws {
    var value: CBORValue = [:]
    for _ in 1..<Limits.nestingMax { value = ["a": value] }
    try DataModel.check(record: value)
    let path = String(repeating: "/a", count: Limits.nestingMax)
    #expect(throws: DataModelError(.nesting, at: path)) {
      try DataModel.check(record: ["a": value])
    }
  }
}
