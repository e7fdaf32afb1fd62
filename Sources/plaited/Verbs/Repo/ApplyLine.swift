// ApplyLine.swift: one line of `repo apply`:
// `{"action","collection","rkey"?,"record"?,"swapRecord"?}`.
//
// Bytes in, a write out. Not here: batches and commits (RepoApply).
import ATSyntax
import DAGCBOR
import RepoStore

struct ApplyLine {
  var write: RecordWrite

  private static let members = ["action", "collection", "rkey", "record", "swapRecord"]

  /// - Parameter nextKey: makes the key of a new record that has none.
  init(_ text: [UInt8], nextKey: () throws -> RecordKey) throws {
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(text)
    } catch {
      throw Fault(why: "\(error)")
    }
    guard case .map(let map) = value else { throw Fault(why: "expected a JSON object") }
    for (name, _) in map where !ApplyLine.members.contains(name) {
      let nearest = Nearest.word(to: name, among: ApplyLine.members)
      throw Fault(
        why: "there is no member \(name)" + (nearest.map { ": \($0) may be meant" } ?? ""))
    }
    let collection = try ApplyLine.parsed("collection", in: map) { text throws(SyntaxError) in
      try NSID(text)
    }
    let action = try ApplyLine.action(map)
    let key: RecordKey
    if map["rkey"] != nil {
      key = try ApplyLine.parsed("rkey", in: map) { text throws(SyntaxError) in
        try RecordKey(text)
      }
    } else {
      guard case .create = action else { throw Fault(why: "rkey is missing") }
      key = try nextKey()
    }
    write = RecordWrite(
      RecordPath(collection: collection, rkey: key), action,
      swapRecord: try ApplyLine.swapRecord(map))
  }

  /// What is wrong with a line.
  struct Fault: Error {
    var why: String
  }

  private static func parsed<Value>(
    _ name: String, in map: CBORMap, _ parse: (String) throws(SyntaxError) -> Value
  ) throws -> Value {
    guard let text = map[name]?.stringValue else {
      throw Fault(why: map[name] == nil ? "\(name) is missing" : "\(name) is not text")
    }
    do throws(SyntaxError) {
      return try parse(text)
    } catch {
      throw Fault(why: "\(name): \(error)")
    }
  }

  private static func action(_ map: CBORMap) throws -> RecordWrite.Action {
    let names = ["create", "put", "update", "delete"]
    guard let name = map["action"]?.stringValue else { throw Fault(why: "action is missing") }
    guard names.contains(name) else {
      throw Fault(why: "action is \(name), expected one of \(names.joined(separator: ", "))")
    }
    if name == "delete" {
      if map["record"] != nil { throw Fault(why: "a delete has no record") }
      return .delete
    }
    guard let record = map["record"] else { throw Fault(why: "record is missing") }
    switch name {
    case "create": return .create(record)
    case "put": return .put(record)
    default: return .update(record)
    }
  }

  private static func swapRecord(_ map: CBORMap) throws -> RecordWrite.SwapRecord {
    switch map["swapRecord"] {
    case nil: return .any
    case .null?: return .absent
    case .string(let text)?:
      guard let cid = CID(text) else { throw Fault(why: "swapRecord is no CID: \(text)") }
      return .cid(cid)
    case .link(let cid)?: return .cid(cid)
    case .some: throw Fault(why: "swapRecord is neither a CID nor null")
    }
  }
}
