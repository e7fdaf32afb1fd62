// Curve.swift: the two curves of the AT Protocol, and the numbers and names that belong to each.
//
// Not here: arithmetic on them (Secp256k1.swift, NISTP256.swift).
// Spec: https://atproto.com/specs/cryptography
import DAGCBOR

/// An elliptic curve on which accounts sign. Both are verified everywhere; K-256 is the default.
public enum Curve: String, Hashable, Sendable, CaseIterable {
  /// secp256k1.
  case k256
  /// NIST P-256, also called secp256r1.
  case p256

  /// The JSON Web Signature algorithm: `ES256K` (RFC 8812) or `ES256` (RFC 7518).
  public var jwtAlgorithm: String {
    switch self {
    case .k256: "ES256K"
    case .p256: "ES256"
    }
  }

  /// The type that old DID documents give to a verification method on this curve.
  public var legacyMethodType: String {
    switch self {
    case .k256: "EcdsaSecp256k1VerificationKey2019"
    case .p256: "EcdsaSecp256r1VerificationKey2019"
    }
  }

  /// The varint of the multicodec code of a compressed public point: 0xe7 or 0x1200.
  var publicPrefix: [UInt8] {
    switch self {
    case .k256: [0xe7, 0x01]
    case .p256: [0x80, 0x24]
    }
  }

  /// The varint of the multicodec code of a private scalar: 0x1301 or 0x1306.
  var privatePrefix: [UInt8] {
    switch self {
    case .k256: [0x81, 0x26]
    case .p256: [0x86, 0x26]
    }
  }

  /// The number of points, n: scalars are in 1..<n. Source: SEC 2, version 2.0.
  var order: Scalar {
    switch self {
    case .k256:
      Scalar(
        high: 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe,
        low: 0xbaae_dce6_af48_a03b_bfd2_5e8c_d036_4141)
    case .p256:
      Scalar(
        high: 0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff,
        low: 0xbce6_faad_a717_9e84_f3b9_cac2_fc63_2551)
    }
  }
}

/// An unsigned number of 256 bits, for comparing and negating the `s` of a signature.
/// Signatures are public, so nothing here needs to run in constant time.
struct Scalar: Comparable {
  var high: UInt128
  var low: UInt128

  init(high: UInt128, low: UInt128) {
    self.high = high
    self.low = low
  }

  /// Reads the big-endian number that the 32 bytes of `digest` are.
  init(_ digest: Digest) {
    var words: (UInt128, UInt128) = (0, 0)
    // Safe: two words of 16 bytes are the 32 bytes that a Digest writes.
    withUnsafeMutableBytes(of: &words) { digest.write(to: $0.baseAddress!) }
    self.init(high: UInt128(bigEndian: words.0), low: UInt128(bigEndian: words.1))
  }

  var digest: Digest {
    let words = (high.bigEndian, low.bigEndian)
    // Safe: as above, read back.
    return withUnsafeBytes(of: words) { Digest(copying: $0.baseAddress!) }
  }

  /// Rounded down.
  var half: Scalar { Scalar(high: high >> 1, low: low >> 1 | (high & 1) << 127) }

  /// - Precondition: `b <= a`.
  static func - (a: Scalar, b: Scalar) -> Scalar {
    let (low, borrows) = a.low.subtractingReportingOverflow(b.low)
    return Scalar(high: a.high - b.high - (borrows ? 1 : 0), low: low)
  }

  static func < (a: Scalar, b: Scalar) -> Bool {
    a.high == b.high ? a.low < b.low : a.high < b.high
  }
}

extension Signature {
  /// Whether `s` is at most n/2. Of the two values of `s` that verify, `s` and `n - s`, the
  /// protocol takes this one alone, so that nobody can turn a signature into another.
  public func isLowS(on curve: Curve) -> Bool { Scalar(s) <= curve.order.half }

  /// This signature with `n - s` in place of a high `s`; `s` beyond n, which no signer makes,
  /// stays.
  func loweringS(on curve: Curve) -> Signature {
    let (value, order) = (Scalar(s), curve.order)
    guard value > order.half, value < order else { return self }
    var lowered = self
    lowered.s = (order - value).digest
    return lowered
  }
}
