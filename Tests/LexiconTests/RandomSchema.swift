// RandomSchema.swift: random documents, and values that nearly satisfy them.
//
// Few names, small bounds and many references, so that rules meet each other. Same seed, same
// schemas.
import DAGCBOR
import TestKit

struct RandomSchema {
  var random: SplitMix64

  static let documentNames = ["com.example.a", "com.example.b"]
  /// Objects of each document that may be referred to; the third document is not there.
  static let targets = [
    "com.example.a", "com.example.a#one", "#one", "#two", "com.example.b#one", "com.example.c",
    "com.example.c", "com.example.c#one",
  ]
  private static let names = ["a", "b", "aa", "abc", "type", "long-name", "é"]
  static let texts = [
    "", "a", "b", "abc", "e\u{301}", "é", "👩‍👩‍👦‍👦", "\r\n", "\n\r", "aaaa",
    "did:plc:abc", "example.com", "com.example.a", "2026-01-01T00:00:00Z", "at://example.com",
    "3jzfcijpj2z2a", "en", "u:x", "..", "image/png",
    "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
  ]

  /// Two documents: a record beside two objects each.
  mutating func documents() -> [CBORValue] {
    Self.documentNames.map { name in
      [
        "lexicon": 1, "id": .string(name),
        "defs": [
          "main": ["type": "record", "key": "any", "record": object(depth: 3)],
          "one": object(depth: 2), "two": object(depth: 2), "text": string(),
        ],
      ]
    }
  }

  mutating func type(depth: Int) -> CBORValue {
    switch Int.random(in: 0..<(depth > 0 ? 13 : 9), using: &random) {
    case 0: return boolean()
    case 1: return integer()
    case 2, 3: return string()
    case 4: return bounds(["type": "bytes"], "minLength", "maxLength")
    case 5: return ["type": "cid-link"]
    case 6: return blob()
    case 7: return ["type": "unknown"]
    case 8: return ["type": "ref", "ref": .string(target(orText: true))]
    case 9: return union()
    case 10:
      let items = type(depth: depth - 1)
      return bounds(["type": "array", "items": items], "minLength", "maxLength")
    default: return object(depth: depth - 1)
    }
  }

  mutating func object(depth: Int) -> CBORValue {
    let names = Self.names.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random))
    var properties = CBORMap()
    for name in names { properties[name] = type(depth: depth) }
    let required = names.filter { _ in chance(3) }
    let nullable = names.filter { _ in chance(4) }
    return [
      "type": "object", "properties": .map(properties),
      "required": .array(required.map { .string($0) }),
      "nullable": .array(nullable.map { .string($0) }),
    ]
  }

  private mutating func boolean() -> CBORValue {
    var map: CBORMap = ["type": "boolean"]
    if chance(3) { map["const"] = .bool(chance(2)) }
    return .map(map)
  }

  private mutating func integer() -> CBORValue {
    var map: CBORMap = ["type": "integer"]
    if chance(2) { map["minimum"] = .integer(Int64.random(in: -3...1, using: &random)) }
    if chance(2) { map["maximum"] = .integer(Int64.random(in: 1...4, using: &random)) }
    if chance(4) { map["enum"] = [1, 3, -2, 30] }
    if chance(5) { map["const"] = 1 }
    return .map(map)
  }

  private mutating func string() -> CBORValue {
    var map: CBORMap = ["type": "string"]
    if chance(3) {
      let formats = [
        "at-identifier", "at-uri", "cid", "datetime", "did", "handle", "nsid", "tid", "record-key",
        "uri", "language",
      ]
      map["format"] = .string(formats.randomElement(using: &random)!)
      return .map(map)
    }
    if chance(4) { map["enum"] = ["a", "abc", "é", ""] }
    if chance(4) { map["knownValues"] = ["b"] }
    map = bounds(.map(map), "minLength", "maxLength").mapValue!
    return bounds(.map(map), "minGraphemes", "maxGraphemes")
  }

  private mutating func blob() -> CBORValue {
    var map: CBORMap = ["type": "blob"]
    let accepts: [CBORValue] = [["*/*"], ["image/*"], ["image/png", "text/plain"], ["image/jpeg"]]
    if chance(2) { map["accept"] = accepts.randomElement(using: &random)! }
    if chance(2) { map["maxSize"] = 10 }
    return .map(map)
  }

  private mutating func union() -> CBORValue {
    var refs: [String] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let text = target(orText: false)
      if !refs.contains(text) { refs.append(text) }
    }
    // One document may be named in two ways.
    if refs.contains("#one") { refs.removeAll { $0.hasSuffix("#one") && $0 != "#one" } }
    return [
      "type": "union", "refs": .array(refs.map { .string($0) }), "closed": .bool(chance(3)),
    ]
  }

  private mutating func target(orText: Bool) -> String {
    if orText, chance(6) { return "#text" }
    return Self.targets.randomElement(using: &random)!
  }

  private mutating func bounds(_ type: CBORValue, _ min: String, _ max: String) -> CBORValue {
    var map = type.mapValue!
    if chance(3) { map[min] = .integer(Int64.random(in: 0...2, using: &random)) }
    if chance(3) { map[max] = .integer(Int64.random(in: 2...5, using: &random)) }
    return .map(map)
  }

  mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }
}

/// Makes values for schemas: most parts satisfy theirs, some do not.
struct RandomRecord {
  var random: SplitMix64
  let documents: [String: CBORValue]

  init(_ random: SplitMix64, for documents: [CBORValue]) {
    self.random = random
    self.documents = Dictionary(
      uniqueKeysWithValues: documents.map { ($0["id"]!.stringValue!, $0) })
  }

  mutating func record(of name: String) -> CBORValue {
    let main = documents[name]!["defs"]!["main"]!["record"]!
    guard case .map(var map) = value(for: main, in: name, depth: 6) else {
      return ["$type": .string(name)]
    }
    map["$type"] = .string(chance(40) ? "com.example.x" : name)
    return .map(map)
  }

  private mutating func value(for type: CBORValue, in document: String, depth: Int) -> CBORValue {
    if chance(40) { return anything() }
    switch type["type"]!.stringValue! {
    case "boolean": return type["const"] ?? .bool(chance(2))
    case "integer":
      if let values = type["enum"]?.arrayValue, chance(2) {
        return values.randomElement(using: &random)!
      }
      return .integer(Int64.random(in: -4...5, using: &random))
    case "string":
      if let values = type["enum"]?.arrayValue, chance(2) {
        return values.randomElement(using: &random)!
      }
      return .string(RandomSchema.texts.randomElement(using: &random)!)
    case "bytes": return .bytes([UInt8](repeating: 7, count: Int.random(in: 0...5, using: &random)))
    case "cid-link": return .link(CID(of: [1]))
    case "blob": return blob()
    case "array":
      guard depth > 0 else { return [] }
      let count = Int.random(in: 0...4, using: &random)
      return .array(
        (0..<count).map { _ in value(for: type["items"]!, in: document, depth: depth - 1) })
    case "record": return value(for: type["record"]!, in: document, depth: depth)
    case "object": return object(type, in: document, depth: depth)
    case "ref": return follow(type["ref"]!.stringValue!, in: document, depth: depth)
    case "union":
      let text = type["refs"]!.arrayValue!.randomElement(using: &random)!.stringValue!
      guard case .map(var map) = follow(text, in: document, depth: depth) else { return [:] }
      let full = text.hasPrefix("#") ? document + text : text
      map["$type"] = .string(
        chance(8) ? "com.example.z#other" : chance(12) ? full + "#main" : full)
      return .map(map)
    default: return ["a": anything()]
    }
  }

  private mutating func object(
    _ type: CBORValue, in document: String, depth: Int
  ) -> CBORValue {
    var map = CBORMap()
    guard depth > 0 else { return .map(map) }
    let required = type["required"]?.arrayValue ?? []
    for (name, property) in type["properties"]?.mapValue ?? CBORMap() {
      let isThere = required.contains(.string(name)) ? !chance(40) : chance(2)
      guard isThere else { continue }
      map[name] =
        chance(20) ? .null : value(for: property, in: document, depth: depth - 1)
    }
    if chance(4) { map["extra"] = anything() }
    return .map(map)
  }

  private mutating func follow(_ reference: String, in document: String, depth: Int) -> CBORValue {
    let full = reference.hasPrefix("#") ? document + reference : reference
    let parts = full.split(separator: "#").map(String.init)
    guard depth > 0, let target = documents[parts[0]] else { return ["a": 1] }
    return value(
      for: target["defs"]![parts.count == 1 ? "main" : parts[1]]!, in: parts[0], depth: depth - 1)
  }

  private mutating func blob() -> CBORValue {
    var map: CBORMap = [
      "$type": "blob", "ref": .link(CID(of: [1], codec: .raw)),
      "size": .integer(chance(2) ? 5 : 50),
      "mimeType": .string(
        ["image/png", "text/plain", "IMAGE/x", "image/", ""].randomElement(using: &random)!),
    ]
    if chance(10) { map["ref"] = "text" }
    if chance(10) { map["size"] = -1 }
    if chance(10) { map["alt"] = "more" }
    if chance(10) { map["mimeType"] = nil }
    return .map(map)
  }

  private mutating func anything() -> CBORValue {
    let values: [CBORValue] = [
      .null, true, 0, 1, "", "a", .bytes([]), .bytes([1, 2, 3]), [], [1], [:], ["a": 1],
      ["$type": "com.example.a#one"], ["$type": ""], ["$type": 1], .link(CID(of: [2])),
      ["$type": "blob"],
    ]
    return values.randomElement(using: &random)!
  }

  private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }
}
