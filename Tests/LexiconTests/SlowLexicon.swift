// SlowLexicon.swift: is this record valid? Read from the specification, slowly and obviously.
//
// The oracle: it works on the documents' JSON as it stands, follows references by looking for them
// every time, and answers yes, no, or that a schema is missing. Documents are taken to be valid.
import ATSyntax
import DAGCBOR
import Lexicon

struct SlowLexicon {
  enum Answer: Equatable {
    case valid, invalid, unresolved

    /// An invalid part makes the whole invalid; then a missing schema makes it unresolved.
    static func all(_ answers: [Answer]) -> Answer {
      if answers.contains(.invalid) { return .invalid }
      return answers.contains(.unresolved) ? .unresolved : .valid
    }

    init(_ isValid: Bool) { self = isValid ? .valid : .invalid }
  }

  var documents: [String: CBORValue]

  init(_ documents: [CBORValue]) {
    self.documents = [:]
    for document in documents { self.documents[document["id"]!.stringValue!] = document }
  }

  func answer(to record: CBORValue, in collection: String) -> Answer {
    guard record["$type"] == .string(collection) else { return .invalid }
    let main = documents[collection]!["defs"]!["main"]!
    return answer(to: record, type: main["record"]!, in: collection)
  }

  private func answer(to value: CBORValue, type: CBORValue, in document: String) -> Answer {
    switch type["type"]!.stringValue! {
    case "boolean":
      guard case .bool = value else { return .invalid }
      return Answer(type["const"] == nil || type["const"] == value)
    case "integer": return Answer(isInteger(value, type))
    case "string": return Answer(isString(value, type))
    case "bytes":
      guard case .bytes(let bytes) = value else { return .invalid }
      return Answer(isCount(bytes.count, type, "minLength", "maxLength"))
    case "cid-link":
      switch value {
      case .link, .foreignLink: return .valid
      default: return .invalid
      }
    case "blob": return Answer(isBlob(value, type))
    case "array":
      guard case .array(let values) = value else { return .invalid }
      let count = Answer(isCount(values.count, type, "minLength", "maxLength"))
      return .all(
        [count] + values.map { answer(to: $0, type: type["items"]!, in: document) })
    case "object", "record": return object(value, type["record"] ?? type, in: document)
    case "ref": return follow(type["ref"]!.stringValue!, value, in: document)
    case "union": return union(value, type, in: document)
    case "unknown":
      guard case .map = value else { return .invalid }
      return Answer(value["$type"] != "blob")
    default: return .invalid
    }
  }

  private func object(_ value: CBORValue, _ type: CBORValue, in document: String) -> Answer {
    guard case .map(let map) = value else { return .invalid }
    let required = type["required"]?.arrayValue ?? []
    let nullable = type["nullable"]?.arrayValue ?? []
    var answers: [Answer] = []
    for name in required { answers.append(Answer(map[name.stringValue!] != nil)) }
    for (name, property) in type["properties"]?.mapValue ?? CBORMap() {
      guard let member = map[name] else { continue }
      if member == .null {
        answers.append(Answer(nullable.contains(.string(name))))
      } else {
        answers.append(answer(to: member, type: property, in: document))
      }
    }
    return .all(answers)
  }

  private func follow(_ reference: String, _ value: CBORValue, in document: String) -> Answer {
    let full = reference.hasPrefix("#") ? document + reference : reference
    let parts = full.split(separator: "#").map(String.init)
    guard let target = documents[parts[0]] else { return .unresolved }
    let definition = target["defs"]![parts.count == 1 ? "main" : parts[1]]!
    return answer(to: value, type: definition, in: parts[0])
  }

  private func union(_ value: CBORValue, _ type: CBORValue, in document: String) -> Answer {
    guard case .map(let map) = value, case .string(let name)? = map["$type"], !name.isEmpty else {
      return .invalid
    }
    for reference in type["refs"]!.arrayValue! {
      let text = reference.stringValue!
      var full = text.hasPrefix("#") ? document + text : text
      if full.hasSuffix("#main") { full = String(full.dropLast(5)) }
      if full == name { return follow(full, value, in: document) }
      if full + "#main" == name { return .invalid }
    }
    return Answer(type["closed"] != .bool(true))
  }

  // MARK: Scalars

  private func isInteger(_ value: CBORValue, _ type: CBORValue) -> Bool {
    guard case .integer(let number) = value else { return false }
    if let min = type["minimum"]?.integerValue, number < min { return false }
    if let max = type["maximum"]?.integerValue, number > max { return false }
    if let const = type["const"], const != value { return false }
    if let values = type["enum"]?.arrayValue, !values.contains(value) { return false }
    return true
  }

  private func isString(_ value: CBORValue, _ type: CBORValue) -> Bool {
    guard case .string(let text) = value else { return false }
    if let const = type["const"], const != value { return false }
    if let values = type["enum"]?.arrayValue, !values.contains(value) { return false }
    guard isCount(text.utf8.count, type, "minLength", "maxLength"),
      isCount(text.count, type, "minGraphemes", "maxGraphemes")
    else { return false }
    guard let format = type["format"]?.stringValue else { return true }
    do {
      switch format {
      case "at-identifier": _ = try ATIdentifier(text)
      case "at-uri": _ = try ATURI(text)
      case "cid": return CIDSyntax.isValid(text)
      case "datetime": _ = try Datetime(text)
      case "did": _ = try DID(text)
      case "handle": _ = try Handle(text)
      case "nsid": _ = try NSID(text)
      case "tid": _ = try TID(text)
      case "record-key": _ = try RecordKey(text)
      case "uri": _ = try URIString(text)
      case "language": _ = try Language(text)
      default: return false
      }
      return true
    } catch {
      return false
    }
  }

  private func isBlob(_ value: CBORValue, _ type: CBORValue) -> Bool {
    guard case .map(let map) = value, map.count == 4, map["$type"] == "blob",
      case .string(let media)? = map["mimeType"], !media.isEmpty,
      case .integer(let size)? = map["size"], size >= 0
    else { return false }
    switch map["ref"] {
    case .link?, .foreignLink?: break
    default: return false
    }
    if let max = type["maxSize"]?.integerValue, size > max { return false }
    guard let accept = type["accept"]?.arrayValue else { return true }
    return accept.contains { pattern in
      let pattern = pattern.stringValue!.lowercased()
      if pattern == "*/*" { return true }
      if pattern.hasSuffix("/*") {
        let prefix = String(pattern.dropLast())
        return media.lowercased().hasPrefix(prefix) && media.utf8.count > prefix.utf8.count
      }
      return media.lowercased() == pattern
    }
  }

  private func isCount(_ count: Int, _ type: CBORValue, _ min: String, _ max: String) -> Bool {
    if let min = type[min]?.integerValue, count < min { return false }
    if let max = type[max]?.integerValue, count > max { return false }
    return true
  }
}
