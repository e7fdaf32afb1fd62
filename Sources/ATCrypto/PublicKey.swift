// PublicKey.swift: a public key, parsed once, and the check of signatures with it.
//
// Not here: the text forms (PublicKey+Text.swift).
// Spec: https://atproto.com/specs/cryptography
import DAGCBOR

/// A point on one of the two curves. To hold one is to know that it is a valid point.
///
/// Parsing costs a third to a half of a verification, so keep the value rather than its text.
public struct PublicKey: Sendable {
  private enum Point: Sendable {
    case k256(Secp256k1Point)
    case p256(NISTP256Point)
  }

  private let point: Point

  /// The point as `02` or `03` (is y odd?) and x: 33 bytes.
  public let compressed: [UInt8]

  public static let compressedByteCount = 33
  public static let uncompressedByteCount = 65

  /// The curve that the point lies on.
  public var curve: Curve {
    switch point {
    case .k256: .k256
    case .p256: .p256
    }
  }

  /// Reads the compressed form, `02`/`03` and x.
  /// - Throws: `.byteCount` unless there are 33 bytes; `.point` if no point has these.
  public init(curve: Curve, compressed bytes: [UInt8]) throws(KeyError) {
    try self.init(curve: curve, bytes: bytes, byteCount: PublicKey.compressedByteCount)
  }

  /// Reads the uncompressed form, `04`, x and y, which only old documents use.
  /// - Throws: `.byteCount` unless there are 65 bytes; `.point` if no point has these.
  public init(curve: Curve, uncompressed bytes: [UInt8]) throws(KeyError) {
    try self.init(curve: curve, bytes: bytes, byteCount: PublicKey.uncompressedByteCount)
  }

  private init(curve: Curve, bytes: [UInt8], byteCount: Int) throws(KeyError) {
    guard bytes.count == byteCount else {
      throw .byteCount(found: bytes.count, expected: byteCount)
    }
    switch curve {
    case .k256:
      guard let point = Secp256k1Point(bytes) else { throw .point(curve) }
      self.init(point)
    case .p256:
      guard let point = NISTP256Point(bytes) else { throw .point(curve) }
      self.init(point)
    }
  }

  init(_ point: Secp256k1Point) {
    self.point = .k256(point)
    compressed = point.compressed
  }

  init(_ point: NISTP256Point) {
    self.point = .p256(point)
    compressed = point.compressed
  }

  /// Whether `signature` is this key's over `digest`, in the only form that the protocol accepts.
  ///
  /// A high `s` is refused before any arithmetic, on both curves. Cost: about 30 µs.
  public func verify(_ signature: Signature, _ digest: Digest) -> Bool {
    guard signature.isLowS(on: curve) else { return false }
    return switch point {
    case .k256(let point): point.verify(signature, of: digest)
    case .p256(let point): point.verify(signature, of: digest)
    }
  }

  /// Whether `signature` is this key's over the SHA-256 of `message`.
  public func verify(_ signature: Signature, message: [UInt8]) -> Bool {
    verify(signature, Digest(of: message))
  }
}

extension PublicKey: Hashable {
  public static func == (a: PublicKey, b: PublicKey) -> Bool {
    a.curve == b.curve && a.compressed == b.compressed
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(curve)
    hasher.combine(compressed)
  }
}
