// PLCOperation+Members.swift: the members of operations, to and from JSON and for DAG-CBOR.
//
// JSON and DAG-CBOR have the same members (`prev` is the text of a CID, not a link), so one map
// serves both. Unknown members are refused: they were signed, and dropping them would change the
// CID. Spec: https://web.plc.directory/spec/v0.1/did-plc
import ATCrypto
import DAGCBOR

extension UnsignedPLCOperation {
  var members: CBORMap {
    switch self {
    case .update(let state, let prev):
      var members = state.members
      members["type"] = "plc_operation"
      members["prev"] = prev.map { .string($0.description) } ?? .null
      return members
    case .tombstone(let prev):
      return ["type": "plc_tombstone", "prev": .string(prev.description)]
    case .create(let creation):
      return [
        "type": "create", "signingKey": .string(creation.signingKey.didKey),
        "recoveryKey": .string(creation.recoveryKey.didKey), "handle": .string(creation.handle),
        "service": .string(creation.service), "prev": .null,
      ]
    }
  }

  /// Reads all members but `sig`, which may be there.
  init(_ field: Field) throws(FieldError) {
    _ = try field.entries()
    let type = field["type"]
    switch type.value.stringValue {
    case "plc_operation":
      try field.checkKeys([
        "type", "rotationKeys", "verificationMethods", "alsoKnownAs", "services", "prev", "sig",
      ])
      let prev = field["prev"]
      guard prev.value == .null || prev.value.stringValue != nil else {
        throw prev.error(.stringOrNull)
      }
      self = .update(
        try PLCState(field), prev: prev.value == .null ? nil : try prev.cid())
    case "plc_tombstone":
      try field.checkKeys(["type", "prev", "sig"])
      self = .tombstone(prev: try field["prev"].cid())
    case "create":
      try field.checkKeys([
        "type", "signingKey", "recoveryKey", "handle", "service", "prev", "sig",
      ])
      self = .create(try PLCLegacyCreation(field))
    default:
      throw type.error(.oneOf(["plc_operation", "plc_tombstone", "create"]))
    }
  }
}

extension PLCState {
  fileprivate var members: CBORMap {
    [
      "rotationKeys": .array(rotationKeys.map { .string($0.didKey) }),
      "verificationMethods": .map(CBORMap(verificationMethods.map { ($0, .string($1)) })),
      "alsoKnownAs": .array(alsoKnownAs.map { .string($0) }),
      "services": .map(CBORMap(services.map { ($0, $1.value) })),
    ]
  }

  /// Lists are held to the directory's counts; what is in them is not held to the lengths, nor to
  /// being without repetition, because old operations are not.
  fileprivate init(_ field: Field) throws(FieldError) {
    let countMax = IdentityLimits.operationElementCountMax
    self.init(rotationKeys: [])
    for key in try field["rotationKeys"].elements(countMax: countMax) {
      rotationKeys.append(try key.publicKey())
    }
    for name in try field["alsoKnownAs"].elements(countMax: countMax) {
      alsoKnownAs.append(try name.string())
    }
    for (name, key) in try field["verificationMethods"].entries(countMax: countMax) {
      guard verificationMethods[name] == nil else { throw key.error(.noSuchKey) }
      verificationMethods[name] = try key.string()
    }
    for (name, service) in try field["services"].entries(countMax: countMax) {
      guard services[name] == nil else { throw service.error(.noSuchKey) }
      try service.checkKeys(["type", "endpoint"])
      services[name] = PLCService(
        type: try service["type"].string(), endpoint: try service["endpoint"].string())
    }
  }
}

extension PLCService {
  fileprivate var value: CBORValue { ["type": .string(type), "endpoint": .string(endpoint)] }
}

extension PLCLegacyCreation {
  fileprivate init(_ field: Field) throws(FieldError) {
    // A creation is always the first: `prev` must be there, and null.
    guard case .null? = field.value["prev"] else { throw field["prev"].error(.oneOf(["null"])) }
    signingKey = try field["signingKey"].publicKey()
    recoveryKey = try field["recoveryKey"].publicKey()
    handle = try field["handle"].string()
    service = try field["service"].string()
  }
}

extension PLCOperation {
  static func members(unsigned: UnsignedPLCOperation, signature: Signature) -> CBORMap {
    var members = unsigned.members
    members["sig"] = .string(Base64.encode(signature.bytes, alphabet: .url))
    return members
  }

  /// The operation as a value of plain JSON.
  public var value: CBORValue {
    .map(PLCOperation.members(unsigned: unsigned, signature: signature))
  }

  /// The operation as JSON, as a directory takes it. Compact, keys in canonical order.
  public var json: [UInt8] { JSONForm.encode(value) }

  /// Reads the JSON of a signed operation. The signature is not verified.
  ///
  /// - Throws: `.jsonTooLarge` before reading; `.json`; `.field` with the path of what is missing,
  ///   unknown or of another kind; `.signatureText`; `.byteCount`.
  public init(json: [UInt8]) throws(PLCOperationError) {
    guard json.count <= IdentityLimits.operationJSONByteCountMax else {
      throw .jsonTooLarge(byteCount: json.count)
    }
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(json, as: .plain)
    } catch {
      throw .json(error)
    }
    try self.init(Field(value))
  }

  init(_ field: Field) throws(PLCOperationError) {
    let unsigned: UnsignedPLCOperation
    let text: String
    do throws(FieldError) {
      unsigned = try UnsignedPLCOperation(field)
      text = try field["sig"].string()
    } catch {
      throw .field(error)
    }
    // Strict, because the text is part of what is hashed: two texts of one signature are two CIDs.
    guard let bytes = Base64.decode(text.utf8, alphabet: .url, padding: .none),
      let signature = Signature(bytes)
    else { throw .signatureText }
    try self.init(unsigned, signature: signature)
  }
}
