// NISTP256.swift: P-256 of swift-crypto behind our types. The only file that calls it.
//
// Not here: low-S and lengths, which PublicKey and PrivateKey decide for both curves alike. The
// library needs that: half of the signatures that it makes are high-S, and it verifies them too.
internal import Crypto
import DAGCBOR

/// A digest made elsewhere, as swift-crypto wants to see one. It has no way in for plain bytes.
private struct MadeDigest: Crypto.Digest {
  static let byteCount = DAGCBOR.Digest.byteCount

  let digest: DAGCBOR.Digest

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try digest.bytes.withUnsafeBytes(body)
  }

  func makeIterator() -> IndexingIterator<[UInt8]> { digest.bytes.makeIterator() }

  var description: String { String(describing: digest) }
}

/// A point of P-256, decompressed and checked to lie on the curve.
struct NISTP256Point: Sendable {
  private let key: P256.Signing.PublicKey

  fileprivate init(_ key: P256.Signing.PublicKey) { self.key = key }

  /// - Returns: nil unless `bytes` is `02`/`03` and 32 bytes, or `04` and 64 bytes, of a point.
  init?(_ bytes: [UInt8]) {
    do {
      switch (bytes.first, bytes.count) {
      case (0x02, 33), (0x03, 33): key = try .init(compressedRepresentation: bytes)
      case (0x04, 65): key = try .init(x963Representation: bytes)
      default: return nil
      }
    } catch {
      return nil  // the library's reasons are no finer than "no such point"
    }
  }

  /// 33 bytes.
  var compressed: [UInt8] { [UInt8](key.compressedRepresentation) }

  /// - Returns: false for `r` or `s` of zero or beyond the order, too.
  func verify(_ signature: Signature, of digest: DAGCBOR.Digest) -> Bool {
    do {
      let signature = try P256.Signing.ECDSASignature(rawRepresentation: signature.bytes)
      return key.isValidSignature(signature, for: MadeDigest(digest: digest))
    } catch {
      return false  // thrown for a length other than 64 only
    }
  }
}

/// A private scalar of P-256 in the form that swift-crypto signs with; it wipes its own memory.
struct NISTP256Signer: Sendable {
  private let key: P256.Signing.PrivateKey

  /// - Returns: nil if `scalar` is zero or not below the order.
  init?(_ scalar: SecretBytes) {
    let key = scalar.withBytes { bytes in
      // Safe: SecretBytes holds 32 bytes.
      Result {
        try P256.Signing.PrivateKey(
          rawRepresentation: UnsafeRawBufferPointer(start: bytes, count: SecretBytes.byteCount))
      }
    }
    guard case .success(let key) = key else { return nil }
    self.key = key
  }

  var point: NISTP256Point { NISTP256Point(key.publicKey) }

  /// Signs with a random nonce; `s` may be high.
  func sign(_ digest: DAGCBOR.Digest) -> Signature {
    // Proof of `try!`: the key was checked when it was made and the digest has 32 bytes; what is
    // left to fail is memory or the system's randomness, and no program should sign on without
    // them.
    let signature = try! key.signature(for: MadeDigest(digest: digest))
    // Safe to unwrap: P-256 signatures have 64 bytes.
    return signature.withUnsafeBytes { Signature($0) }!
  }
}
