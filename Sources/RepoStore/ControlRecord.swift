// ControlRecord.swift: the payload of `control`, `attach` and `checkpoint` entries, as DAG-CBOR.
//
// Small and rare, so they are generic values; FORMAT.md lists their fields. A field that is not
// known is passed over, a missing or wrong one is damage.
import ATSyntax
import DAGCBOR
import MST

/// A change of a store's own tables.
enum ControlRecord: Hashable, Sendable {
  case created(RepoID, RepoName, key: String?, RepoPolicy)
  case deleted(RepoID)
  case policy(RepoID, RepoPolicy)
  /// The signing key is another one, or none.
  case key(RepoID, String?)
  /// The next number of the public stream is at least this.
  case jump(toSeq: UInt64)
  /// Everything of a repo but what this head reaches is gone; nil: all of a repo that was deleted.
  case purged(RepoID, RepoHead?)
  /// How long history and replay are kept.
  case retention(Retention)

  var value: CBORValue {
    switch self {
    case .created(let id, let name, let key, let policy):
      [
        "kind": "created", "repo": .number(id), "did": .string(name.did.description),
        "space": .string(name.space.rawValue), "key": key.map { .string($0) } ?? .null,
        "policy": policy.value,
      ]
    case .deleted(let id): ["kind": "deleted", "repo": .number(id)]
    case .policy(let id, let policy):
      ["kind": "policy", "repo": .number(id), "policy": policy.value]
    case .key(let id, let key):
      ["kind": "key", "repo": .number(id), "key": key.map { .string($0) } ?? .null]
    case .jump(let seq): ["kind": "jump", "seq": .integer(Int64(clamping: seq))]
    case .purged(let id, let head):
      ["kind": "purged", "repo": .number(id), "head": head?.value ?? .null]
    case .retention(let retention): ["kind": "retention", "retention": retention.value]
    }
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    switch try fields.string("kind") {
    case "created":
      self = .created(
        try fields.repo("repo"), try fields.name(), key: fields.optionalString("key"),
        try RepoPolicy(fields.value("policy")))
    case "deleted": self = .deleted(try fields.repo("repo"))
    case "policy":
      self = .policy(try fields.repo("repo"), try RepoPolicy(fields.value("policy")))
    case "key": self = .key(try fields.repo("repo"), fields.optionalString("key"))
    case "jump": self = .jump(toSeq: try fields.unsigned("seq"))
    case "purged":
      let head = try fields.value("head")
      self = .purged(try fields.repo("repo"), head == .null ? nil : try RepoHead(head))
    case "retention": self = .retention(try Retention(fields.value("retention")))
    case let kind: throw FieldFault(field: "kind \(kind)")
    }
  }
}

/// A field of a control entry that is missing or wrong.
struct FieldFault: Error, Hashable, Sendable {
  var field: String
}

/// Reads fields of a map by name.
struct Fields {
  private let map: CBORValue

  init(_ map: CBORValue) { self.map = map }

  func value(_ name: String) throws(FieldFault) -> CBORValue {
    guard let value = map[name] else { throw FieldFault(field: name) }
    return value
  }

  /// A field that older logs do not have: null there.
  func valueIfAny(_ name: String) -> CBORValue { map[name] ?? .null }

  func string(_ name: String) throws(FieldFault) -> String {
    guard let text = map[name]?.stringValue else { throw FieldFault(field: name) }
    return text
  }

  func optionalString(_ name: String) -> String? { map[name]?.stringValue }

  func unsigned(_ name: String) throws(FieldFault) -> UInt64 {
    guard let number = map[name]?.integerValue, number >= 0 else { throw FieldFault(field: name) }
    return UInt64(number)
  }

  /// A number of all 64 bits, kept as text in base 16.
  func word(_ name: String) throws(FieldFault) -> UInt64 {
    guard let word = UInt64(try string(name), radix: 16) else { throw FieldFault(field: name) }
    return word
  }

  func number(_ name: String) throws(FieldFault) -> UInt32 {
    guard let number = UInt32(exactly: try unsigned(name)) else { throw FieldFault(field: name) }
    return number
  }

  /// A field that older logs do not have.
  func number(_ name: String, or absent: UInt32) throws(FieldFault) -> UInt32 {
    map[name] == nil ? absent : try number(name)
  }

  func repo(_ name: String) throws(FieldFault) -> RepoID {
    RepoID(rawValue: try number(name))
  }

  func array(_ name: String) throws(FieldFault) -> [CBORValue] {
    guard let array = map[name]?.arrayValue else { throw FieldFault(field: name) }
    return array
  }

  /// A field that older logs do not have.
  func arrayIfAny(_ name: String) throws(FieldFault) -> [CBORValue] {
    map[name] == nil ? [] : try array(name)
  }

  func cid(_ name: String) throws(FieldFault) -> CID {
    guard case .link(let cid)? = map[name] else { throw FieldFault(field: name) }
    return cid
  }

  func tid(_ name: String) throws(FieldFault) -> TID {
    let text = try string(name)
    return try translate({ () throws(SyntaxError) in try TID(text) }) {
      FieldFault(field: "\(name): \($0)")
    }
  }

  func name() throws(FieldFault) -> RepoName {
    let text = try string("did")
    guard let space = Space(rawValue: try string("space")) else {
      throw FieldFault(field: "space")
    }
    let did = try translate({ () throws(SyntaxError) in try DID(text) }) {
      FieldFault(field: "did: \($0)")
    }
    return RepoName(did, space)
  }
}

extension CBORValue {
  static func number(_ repo: RepoID) -> CBORValue { .integer(Int64(repo.rawValue)) }
  static func word(_ word: UInt64) -> CBORValue { .string(String(word, radix: 16)) }
}

extension RepoPolicy {
  var value: CBORValue {
    [
      "private": .array(privateCollections.map { .string($0) }),
      "appendOnly": .array(appendOnlyCollections.map { .string($0) }),
    ]
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    privateCollections = try fields.array("private").compactMap(\.stringValue)
    appendOnlyCollections = try fields.array("appendOnly").compactMap(\.stringValue)
  }
}

extension Retention {
  var value: CBORValue {
    [
      "history": historySeconds.map { .integer(Int64(clamping: $0)) } ?? .null,
      "replay": .integer(Int64(clamping: replaySeconds)),
    ]
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    let isForEver = try fields.value("history") == .null
    self.init(
      historySeconds: isForEver ? nil : try fields.unsigned("history"),
      replaySeconds: try fields.unsigned("replay"))
  }
}

extension StoreState.PackMark {
  var value: CBORValue {
    [
      "pack": .integer(Int64(number)), "repo": .number(repo),
      "bytes": .integer(Int64(byteCount)), "checksum": .word(checksum),
      "lsn": .integer(Int64(lsn.rawValue)),
    ]
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    self.init(
      number: try fields.number("pack"), repo: try fields.repo("repo"),
      byteCount: Int(try fields.unsigned("bytes")), checksum: try fields.word("checksum"))
    if fields.valueIfAny("lsn") != .null { lsn = LSN(rawValue: try fields.unsigned("lsn")) }
  }
}

extension StoreState.SegmentMark {
  var value: CBORValue {
    [
      "segment": .integer(Int64(number)), "generation": .integer(Int64(generation)),
      "first": .integer(Int64(firstLSN.rawValue)), "end": .integer(Int64(end)),
      "checksum": .word(lastChecksum),
    ]
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    self.init(
      number: try fields.number("segment"), generation: try fields.number("generation", or: 0),
      firstLSN: LSN(rawValue: try fields.unsigned("first")),
      end: Int(try fields.unsigned("end")), lastChecksum: try fields.word("checksum"))
  }
}
