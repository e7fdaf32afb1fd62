// DataModel.swift: what a record must be beyond well-encoded bytes.
//
// Objects at the top, types that are text, blobs that are whole. No schema is needed for any of it;
// what a collection's records look like is for lexicons, not for here.
// Spec: https://atproto.com/specs/data-model

/// A violation of the data model: which rule, and at which place in the value.
public struct DataModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rules that an encoding alone does not keep.
  public enum Rule: String, Sendable {
    case notAnObject = "a record is an object"
    case type = "$type is text of at least one character"
    case emptyKey = "a key has at least one character"
    case reservedKey = "an object of the JSON form's keys $link or $bytes is not one in JSON"
    case blobKeys = "a blob has exactly $type, ref, mimeType and size"
    case blobRef = "a blob's ref is a link to raw bytes"
    case blobMimeType = "a blob's mimeType is text of at least one character"
    case blobSize = "a blob's size is an integer of at least 0"
    case legacyBlob = "a blob without $type, the legacy form, is not written any more"
    case nesting = "containers are nested deeper than the limit"
  }

  public var rule: Rule
  /// A JSON Pointer (RFC 6901) to the offending value, such as `/embed/images/0/size`; empty for
  /// the record itself.
  public var path: String

  public init(_ rule: Rule, at path: String) {
    self.rule = rule
    self.path = path
  }

  public var description: String {
    "data model: \(path.isEmpty ? "the record" : path): \(rule.rawValue)"
  }

  /// The same error as the container of the value under `step` sees it.
  fileprivate func inside(_ step: some StringProtocol) -> DataModelError {
    var escaped = ""
    for character in step.unicodeScalars {
      switch character {
      case "~": escaped += "~0"
      case "/": escaped += "~1"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return DataModelError(rule, at: "/\(escaped)\(path)")
  }
}

/// The rules that every record of every collection keeps.
public enum DataModel {
  /// Old records are read as they are; new ones must not repeat what is no longer allowed.
  public enum Purpose: Sendable {
    case reading, writing
  }

  /// Checks a record.
  ///
  /// For `.writing`, legacy blobs (`{cid, mimeType}`, both text) are refused, as are `$link` and
  /// `$bytes` as keys: JSON would read another value, with another CID.
  /// - Complexity: O(values); recursion as deep as the nesting, at most `Limits.nestingMax`.
  /// - Throws: the first violation found, containers before what is in them.
  public static func check(
    record value: CBORValue, for purpose: Purpose = .writing
  ) throws(DataModelError) {
    guard case .map = value else { throw DataModelError(.notAnObject, at: "") }
    try check(value, for: purpose, depth: 0)
  }

  private static func check(
    _ value: CBORValue, for purpose: Purpose, depth: Int
  ) throws(DataModelError) {
    switch value {
    case .array(let values):
      guard depth < Limits.nestingMax else { throw DataModelError(.nesting, at: "") }
      for (index, element) in values.enumerated() {
        do throws(DataModelError) {
          try check(element, for: purpose, depth: depth + 1)
        } catch {
          throw error.inside(String(index))
        }
      }
    case .map(let map):
      guard depth < Limits.nestingMax else { throw DataModelError(.nesting, at: "") }
      try checkObject(map, for: purpose)
      for (key, member) in map {
        do throws(DataModelError) {
          try check(member, for: purpose, depth: depth + 1)
        } catch {
          throw error.inside(key)
        }
      }
    case .null, .bool, .integer, .string, .bytes, .link, .foreignLink: break
    }
  }

  /// What an object says about itself by its keys.
  private static func checkObject(
    _ map: CBORMap, for purpose: Purpose
  ) throws(DataModelError) {
    if map[""] != nil { throw DataModelError(.emptyKey, at: "/") }
    if purpose == .writing {
      for key in ["$link", "$bytes"] where map[key] != nil {
        throw DataModelError(.reservedKey, at: "/\(key)")
      }
      if map.count == 2, map["cid"]?.stringValue != nil, map["mimeType"]?.stringValue != nil {
        throw DataModelError(.legacyBlob, at: "")
      }
    }
    guard let type = map["$type"] else { return }
    guard let name = type.stringValue, !name.isEmpty else {
      throw DataModelError(.type, at: "/$type")
    }
    if name == "blob" { try checkBlob(map) }
  }

  /// Source: data model specification, "Blob Type".
  private static func checkBlob(_ map: CBORMap) throws(DataModelError) {
    guard map.count == 4, let ref = map["ref"], let mimeType = map["mimeType"],
      let size = map["size"]
    else { throw DataModelError(.blobKeys, at: "") }
    guard case .link(let cid) = ref, cid.codec == .raw else {
      throw DataModelError(.blobRef, at: "/ref")
    }
    guard mimeType.stringValue?.isEmpty == false else {
      throw DataModelError(.blobMimeType, at: "/mimeType")
    }
    guard let byteCount = size.integerValue, byteCount >= 0 else {
      throw DataModelError(.blobSize, at: "/size")
    }
  }
}
