// KeyError.swift: what can be wrong with a key, as bytes or as text.

/// Why bytes or text are not a key. No case carries key material.
public enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Text longer than any key; nothing of it was decoded.
  case textTooLong(byteCount: Int, byteCountMax: Int)
  /// Text that does not begin with `z`, the multibase prefix of base58btc.
  case multibasePrefix
  /// Text that does not begin with `did:key:`.
  case didKeyPrefix
  /// A byte that is no base58btc digit, at this offset in the text.
  case character(offset: Int)
  /// A multicodec code of neither curve; nil where the bytes hold no minimal varint.
  case codec(UInt64?)
  /// Another number of bytes than a key of this form has.
  case byteCount(found: Int, expected: Int)
  /// Bytes that are no point of the curve in this form: wrong first byte, x not below p, or no such
  /// y.
  case point(Curve)
  /// A private scalar that is zero or not below the curve's order.
  case scalar(Curve)

  public var description: String {
    switch self {
    case .textTooLong(let found, let most):
      "key text of \(found) bytes: no key is longer than \(most)"
    case .multibasePrefix: "key text must begin with z (base58btc)"
    case .didKeyPrefix: "expected did:key: followed by a multikey"
    case .character(let offset): "no base58btc digit at byte \(offset) of the key text"
    case .codec(let code?):
      "multicodec code 0x\(String(code, radix: 16)): expected a K-256 or P-256 key"
    case .codec(nil): "key bytes begin with no multicodec code"
    case .byteCount(let found, let expected): "key of \(found) bytes: expected \(expected)"
    case .point(let curve): "the bytes are no point of \(curve.rawValue)"
    case .scalar(let curve): "the private number is zero or beyond the order of \(curve.rawValue)"
    }
  }
}
