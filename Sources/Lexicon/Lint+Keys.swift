// Lint+Keys.swift: keys of a document that the language does not know, and references written long.
//
// The language may grow, so such keys are allowed; most of them are misspelt.
import ATSyntax
import DAGCBOR

extension Lint {
  /// Which keys an object of a type may have, beside `type` and `description`.
  private static let keys: [String: [String]] = [
    "record": ["key", "record"],
    "query": ["parameters", "output", "errors"],
    "procedure": ["parameters", "input", "output", "errors"],
    "subscription": ["parameters", "message", "errors", "subprotocol"],
    "permission-set": ["title", "title:lang", "detail", "detail:lang", "permissions"],
    "boolean": ["default", "const"],
    "integer": ["minimum", "maximum", "enum", "default", "const"],
    "string": [
      "format", "minLength", "maxLength", "minGraphemes", "maxGraphemes", "knownValues", "enum",
      "default", "const",
    ],
    "bytes": ["minLength", "maxLength"],
    "cid-link": [],
    "blob": ["accept", "maxSize"],
    "array": ["items", "minLength", "maxLength"],
    "object": ["properties", "required", "nullable"],
    "params": ["properties", "required"],
    "token": [],
    "ref": ["ref"],
    "union": ["refs", "closed"],
    "unknown": [],
  ]

  mutating func checkKeys() {
    check(document.source, allowed: ["lexicon", "id", "defs", "revision", "$type"], at: "")
    for (name, value) in document.source["defs"]?.mapValue ?? CBORMap() {
      checkTyped(value, at: "/defs/\(name)")
    }
  }

  /// Looks at an object that has a type. Recursion is over the document's nesting, which is
  /// bounded.
  private mutating func checkTyped(_ value: CBORValue, at path: String) {
    guard case .map(let map) = value, let type = map["type"]?.stringValue,
      let keys = Lint.keys[type]
    else { return }
    check(map, allowed: keys + ["type"], at: path)
    checkReferences(in: map, at: path)
    for key in ["record", "parameters", "items"] {
      if let child = map[key], keys.contains(key) { checkTyped(child, at: "\(path)/\(key)") }
    }
    for key in ["input", "output", "message"] where keys.contains(key) {
      guard case .map(let body)? = map[key] else { continue }
      check(body, allowed: ["encoding", "schema"], at: "\(path)/\(key)")
      if let schema = body["schema"] { checkTyped(schema, at: "\(path)/\(key)/schema") }
    }
    for (index, error) in (map["errors"]?.arrayValue ?? []).enumerated() {
      if case .map(let error) = error {
        check(error, allowed: ["name"], at: "\(path)/errors/\(index)")
      }
    }
    guard keys.contains("properties") else { return }
    for (name, child) in map["properties"]?.mapValue ?? CBORMap() {
      checkTyped(child, at: "\(path)/properties/\(name.pointerStep)")
    }
  }

  private mutating func check(_ map: CBORMap, allowed: [String], at path: String) {
    for (key, _) in map where !allowed.contains(key) && key != "description" {
      let nearest = allowed.min { key.distance(to: $0) < key.distance(to: $1) }
      let isNear = nearest.map { key.distance(to: $0) <= 2 } ?? false
      add(
        .unknownKey(found: key, nearest: isNear ? nearest : nil),
        at: "\(path)/\(key.pointerStep)")
    }
  }

  private mutating func checkReferences(in map: CBORMap, at path: String) {
    var texts: [(String, String)] = []
    if let text = map["ref"]?.stringValue { texts.append((text, "\(path)/ref")) }
    for (index, value) in (map["refs"]?.arrayValue ?? []).enumerated() {
      if let text = value.stringValue { texts.append((text, "\(path)/refs/\(index)")) }
    }
    for (text, place) in texts {
      guard let reference = Reference(text, in: document.id) else { continue }
      let isOwn = reference.document == document.id && reference.name != Reference.mainName
      let short = isOwn ? "#\(reference.name)" : reference.description
      if text != short, text != "#\(Reference.mainName)" {
        add(.longReference(found: text, expected: short), at: place)
      }
    }
  }
}

extension String {
  /// How many letters must change: at most 3 is told exactly.
  fileprivate func distance(to other: String) -> Int {
    let (a, b) = (Array(utf8.prefix(32)), Array(other.utf8))
    guard abs(a.count - b.count) <= 2, utf8.count <= 32 else { return 3 }
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, min(row[j], diagonal) + 1)
      }
    }
    return row[b.count]
  }
}
