// Field.swift: a value inside a JSON document together with its path, for documents of fixed shape.
//
// Both kinds of document here (DID documents, did:plc operations) come from outside, so what is
// wrong with one is said by path. Not here: reading JSON (JSONForm), or what the documents mean.
import ATCrypto
import ATSyntax
import DAGCBOR

/// Why a document does not have its shape: what was expected, and at which place.
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a place may hold.
  public enum Expectation: Hashable, Sendable {
    case object, array, string, bool, did
    /// A string or null, such as `prev`.
    case stringOrNull
    /// One of a few texts, such as the `type` of an operation.
    case oneOf([String])
    /// No such key: it is unknown, or the same text as another but for Unicode normalisation.
    case noSuchKey
    /// A text of the canonical form of a CID.
    case cid
    /// At most this many elements or keys.
    case countAtMost(Int)
    /// A did:key of K-256 or P-256; why it is none.
    case publicKey(KeyError)
  }

  /// A JSON pointer (RFC 6901) such as `/services/atproto_pds/endpoint`; empty for the whole.
  public let path: String
  public let expected: Expectation

  public var description: String {
    "at \(path.isEmpty ? "the top" : path): expected \(expectation)"
  }

  private var expectation: String {
    switch expected {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .bool: "true or false"
    case .did: "a DID"
    case .stringOrNull: "a string or null"
    case .oneOf(let texts): "one of " + texts.joined(separator: ", ")
    case .noSuchKey: "no such key"
    case .cid: "the text of a CID (bafyrei…)"
    case .countAtMost(let count): "at most \(count) elements"
    case .publicKey(let error): "a did:key (\(error))"
    }
  }
}

/// A value at a path.
struct Field {
  let value: CBORValue
  /// As in `FieldError`. Keys from outside are cut and escaped, so a path is safe to print.
  let path: String

  init(_ value: CBORValue, path: String = "") {
    self.value = value
    self.path = path
  }

  func error(_ expected: FieldError.Expectation) -> FieldError {
    FieldError(path: path, expected: expected)
  }

  /// The value under `key`; a key that is missing is null.
  subscript(key: String) -> Field { Field(value[key] ?? .null, path: step(key)) }

  private func step(_ key: String) -> String { path + "/" + Field.shown(key) }

  func string() throws(FieldError) -> String {
    guard case .string(let text) = value else { throw error(.string) }
    return text
  }

  func bool() throws(FieldError) -> Bool {
    guard case .bool(let value) = value else { throw error(.bool) }
    return value
  }

  func did() throws(FieldError) -> DID {
    let text = try string()
    do throws(SyntaxError) { return try DID(text) } catch { throw self.error(.did) }
  }

  func cid() throws(FieldError) -> CID {
    guard let cid = CID(try string()) else { throw error(.cid) }
    return cid
  }

  func publicKey() throws(FieldError) -> PublicKey {
    let text = try string()
    do throws(KeyError) {
      return try PublicKey(didKey: text)
    } catch {
      throw self.error(.publicKey(error))
    }
  }

  /// The elements of an array of at most `countMax`.
  func elements(countMax: Int = .max) throws(FieldError) -> [Field] {
    guard case .array(let values) = value else { throw error(.array) }
    guard values.count <= countMax else { throw error(.countAtMost(countMax)) }
    return values.enumerated().map { Field($0.element, path: "\(path)/\($0.offset)") }
  }

  /// The elements of an array; none where there is null or nothing.
  func elementsIfAny() throws(FieldError) -> [Field] {
    if case .null = value { return [] }
    return try elements()
  }

  /// Keys and values of an object of at most `countMax`, in canonical order.
  func entries(countMax: Int = .max) throws(FieldError) -> [(key: String, field: Field)] {
    guard case .map(let map) = value else { throw error(.object) }
    guard map.count <= countMax else { throw error(.countAtMost(countMax)) }
    return map.map { ($0, Field($1, path: step($0))) }
  }

  /// Refuses an object with any key but these.
  func checkKeys(_ known: Set<String>) throws(FieldError) {
    for (key, field) in try entries() where !known.contains(key) { throw field.error(.noSuchKey) }
  }

  /// A key as a step of a path: at most 32 bytes, `~` and `/` as RFC 6901 says, and `?` for all
  /// that is not visible ASCII.
  static func shown(_ key: String) -> String {
    let step = key.utf8.prefix(32).map { byte in
      switch byte {
      case UInt8(ascii: "~"): "~0"
      case UInt8(ascii: "/"): "~1"
      case 0x21...0x7e: String(UnicodeScalar(byte))
      default: "?"
      }
    }
    return step.joined() + (key.utf8.count > 32 ? "…" : "")
  }
}
