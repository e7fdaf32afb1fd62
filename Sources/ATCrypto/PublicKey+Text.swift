// PublicKey+Text.swift: public keys as multikey, as did:key, and as old DID documents write them.
//
//   did:key:zQ3sh…                    z = base58btc of
//   ────────┬─────                      e7 01 │ 02/03 x     K-256, 2 + 33 bytes
//        multikey                       80 24 │ 02/03 x     P-256, 2 + 33 bytes
//
// Spec: https://atproto.com/specs/cryptography#public-key-encoding
import DAGCBOR

extension PublicKey {
  private static let didKeyPrefix = "did:key:"

  /// `z` and base58btc of the multicodec prefix and the compressed point: `zQ3sh…` or `zDnae…`.
  public var multikey: String { "z" + Base58.encode(curve.publicPrefix + compressed) }

  /// `did:key:` and the multikey.
  public var didKey: String { PublicKey.didKeyPrefix + multikey }

  /// Reads a multikey.
  /// - Throws: `KeyError`; text of any length costs at most the decoding of 192 characters.
  public init(multikey text: some StringProtocol) throws(KeyError) {
    let (curve, bytes) = try Multikey.decode(text.utf8, prefix: \.publicPrefix)
    try self.init(curve: curve, compressed: bytes)
  }

  /// Reads `did:key:` and a multikey, without a fragment.
  public init(didKey text: some StringProtocol) throws(KeyError) {
    let prefix = PublicKey.didKeyPrefix.utf8
    guard text.utf8.starts(with: prefix) else { throw .didKeyPrefix }
    let (curve, bytes) = try Multikey.decode(
      text.utf8.dropFirst(prefix.count), at: prefix.count, prefix: \.publicPrefix)
    try self.init(curve: curve, compressed: bytes)
  }

  /// Reads the `publicKeyMultibase` of a verification method of the curve's `legacyMethodType`: `z`
  /// and base58btc of the bare point. Most have it uncompressed (65 bytes), some compressed (33).
  public init(legacyMultibase text: some StringProtocol, curve: Curve) throws(KeyError) {
    let bytes = try Multikey.bytes(of: text.utf8)
    if bytes.count == PublicKey.compressedByteCount {
      try self.init(curve: curve, compressed: bytes)
    } else {
      try self.init(curve: curve, uncompressed: bytes)
    }
  }
}

extension PublicKey: CustomStringConvertible {
  /// The did:key.
  public var description: String { didKey }
}

/// `z`, base58btc, and a multicodec code that names the curve: shared by public and private keys.
enum Multikey {
  /// The bytes of a multibase text, which must be base58btc.
  static func bytes(
    of text: some Collection<UInt8>, at offset: Int = 0
  ) throws(KeyError) -> [UInt8] {
    guard text.first == UInt8(ascii: "z") else { throw .multibasePrefix }
    return try Base58.decode(text.dropFirst(), at: offset + 1)
  }

  static func decode(
    _ text: some Collection<UInt8>, at offset: Int = 0, prefix: (Curve) -> [UInt8]
  ) throws(KeyError) -> (Curve, [UInt8]) {
    let bytes = try bytes(of: text, at: offset)
    for curve in Curve.allCases where bytes.starts(with: prefix(curve)) {
      return (curve, Array(bytes.dropFirst(prefix(curve).count)))
    }
    var end = 0
    guard case .value(let code) = bytes.withUnsafeBytes({ Varint.read($0, at: &end) }) else {
      throw .codec(nil)
    }
    throw .codec(code)
  }
}
