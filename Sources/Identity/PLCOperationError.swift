// PLCOperationError.swift: why text is no did:plc operation, or an operation is not to be written.
import DAGCBOR

/// What was found, first in reading, then in writing, which is held to narrower bounds.
public enum PLCOperationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More bytes of JSON than an operation can have; nothing of it was read.
  case jsonTooLarge(byteCount: Int)
  case json(JSONError)
  /// A member is missing, unknown or of another kind, or a list is too long to be read.
  case field(FieldError)
  /// `sig` is not the base64url of 64 bytes, without padding and with zero bits at its end.
  case signatureText
  /// The DAG-CBOR of the signed operation has more bytes than may be read or written.
  case byteCount(found: Int, most: Int)
  case encoding(CBORError)

  /// The form `create`, which is not written any more.
  case legacyForm
  /// Not 1 to 5 rotation keys.
  case rotationKeyCount(Int)
  /// A member with more elements than may be written.
  case elementCount(String, Int)
  /// A member with two equal elements.
  case repeated(String)
  /// A text in a member with more characters than may be written.
  case textTooLong(String, characterCount: Int, characterCountMax: Int)

  public var description: String { "did:plc operation: \(explanation)" }

  private var explanation: String {
    switch self {
    case .jsonTooLarge(let count):
      "\(count) bytes of JSON, at most \(IdentityLimits.operationJSONByteCountMax) are read"
    case .json(let error): error.description
    case .field(let error): error.description
    case .signatureText: "sig is not strict base64url of 64 bytes (86 characters, no padding)"
    case .byteCount(let found, let most): "\(found) bytes of DAG-CBOR, at most \(most) are allowed"
    case .encoding(let error): error.description
    case .legacyForm: "type create is not written any more; use plc_operation"
    case .rotationKeyCount(let count): "\(count) rotation keys, expected 1 to 5"
    case .elementCount(let member, let count):
      "\(member): \(count) elements, at most \(IdentityLimits.operationElementCountMax) are allowed"
    case .repeated(let member): "\(member) has two equal elements"
    case .textTooLong(let member, let count, let most):
      "a text in \(member) has \(count) characters, at most \(most) are allowed"
    }
  }
}
