// Secp256k1.swift: libsecp256k1 behind Swift types. The only file that calls it.
//
// Not here: low-S and lengths, which PublicKey and PrivateKey decide for both curves alike.
internal import CSecp256k1
import DAGCBOR

/// The library's context: tables and a blinding value for operations on secrets.
///
/// Created once, by the first key of the process, and randomized then; nothing changes it
/// afterwards. Every call below takes it as a pointer to const, and the library promises that such
/// calls may run on many threads at once. It is never destroyed: it lives as long as the process.
private struct Secp256k1Context: @unchecked Sendable {
  // Unchecked: a pointer to memory that is written in `init` only (see above).
  let pointer: OpaquePointer

  static let shared = Secp256k1Context()

  private init() {
    // Safe to unwrap: nil only for invalid flags (NONE is valid); without memory the library
    // aborts.
    pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE))!
    var generator = SystemRandomNumberGenerator()
    let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let isBlinded = secp256k1_context_randomize(pointer, seed)
    precondition(isBlinded == 1, "libsecp256k1 did not take a seed of 32 bytes")
  }
}

/// A point of secp256k1, decompressed and checked to lie on the curve.
struct Secp256k1Point: Sendable {
  private var point: secp256k1_pubkey

  /// - Returns: nil unless `bytes` is `02`/`03` and 32 bytes, or `04` and 64 bytes, of a point.
  init?(_ bytes: [UInt8]) {
    switch (bytes.first, bytes.count) {
    case (0x02, 33), (0x03, 33), (0x04, 65): break
    default: return nil  // the library would also take the hybrid forms 06 and 07
    }
    point = secp256k1_pubkey()
    let context = Secp256k1Context.shared.pointer
    guard secp256k1_ec_pubkey_parse(context, &point, bytes, bytes.count) == 1 else { return nil }
  }

  /// The public point of a private scalar.
  /// - Returns: nil if `scalar` is zero or not below the order.
  init?(of scalar: SecretBytes) {
    let context = Secp256k1Context.shared.pointer
    var made = secp256k1_pubkey()
    // Safe: SecretBytes holds the 32 bytes that are read.
    let isMade = scalar.withBytes { secp256k1_ec_pubkey_create(context, &made, $0) }
    guard isMade == 1 else { return nil }
    point = made
  }

  /// 33 bytes.
  var compressed: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 33) { buffer, count in
      count = 33
      // Safe: the buffer has the 33 bytes that `count` says; for a parsed point this cannot fail.
      withUnsafePointer(to: point) { point in
        _ = secp256k1_ec_pubkey_serialize(
          Secp256k1Context.shared.pointer, buffer.baseAddress!, &count, point,
          UInt32(SECP256K1_EC_COMPRESSED))
      }
    }
  }

  /// - Returns: false for `r` or `s` of zero or beyond the order, too.
  func verify(_ signature: Signature, of digest: Digest) -> Bool {
    let context = Secp256k1Context.shared.pointer
    var parsed = secp256k1_ecdsa_signature()
    var words = (signature.r, signature.s, digest)
    // Safe: three Digests are made into 96 bytes; the library reads 64 at 0 and 32 at 64.
    return withUnsafeMutableBytes(of: &words) { bytes in
      let base = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
      signature.r.write(to: base)
      signature.s.write(to: base + 32)
      digest.write(to: base + 64)
      guard secp256k1_ecdsa_signature_parse_compact(context, &parsed, base) == 1 else {
        return false
      }
      return withUnsafePointer(to: point) {
        secp256k1_ecdsa_verify(context, &parsed, base + 64, $0) == 1
      }
    }
  }
}

enum Secp256k1 {
  /// Signs with the nonce of RFC 6979: same key and digest, same signature. Low-S already.
  ///
  /// - Precondition: `scalar` has made a point.
  static func sign(_ digest: Digest, with scalar: SecretBytes) -> Signature {
    let context = Secp256k1Context.shared.pointer
    var signature = secp256k1_ecdsa_signature()
    let message = digest.bytes
    // Safe: both hold 32 bytes. A nil nonce function is the library's own, RFC 6979.
    let isSigned = scalar.withBytes {
      secp256k1_ecdsa_sign(context, &signature, message, $0, nil, nil)
    }
    precondition(isSigned == 1, "libsecp256k1 refused a scalar that has made a point")
    let compact = [UInt8](unsafeUninitializedCapacity: Signature.byteCount) { buffer, count in
      count = Signature.byteCount
      // Safe: the buffer has the 64 bytes that are written; the call cannot fail.
      _ = secp256k1_ecdsa_signature_serialize_compact(context, buffer.baseAddress!, &signature)
    }
    return Signature(compact)!  // Safe to unwrap: 64 bytes.
  }
}
