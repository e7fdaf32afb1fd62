// PrivateKey.swift: a private key: made, read, and signing.
//
// Not here: keys on disk (KeyFile.swift).
// Spec: https://atproto.com/specs/cryptography
import DAGCBOR

/// A private key on one of the two curves, with its public key. Printing one shows the public half.
///
/// The scalar lies in memory that is wiped when the last copy of this value goes.
public struct PrivateKey: Sendable {
  private enum Signer: Sendable {
    case k256
    case p256(NISTP256Signer)
  }

  public static let byteCount = 32

  private let scalar: SecretBytes
  private let signer: Signer
  public let publicKey: PublicKey

  public var curve: Curve { publicKey.curve }

  /// Makes a key from the system's cryptographic randomness.
  public static func generate(on curve: Curve) -> PrivateKey {
    var generator = SystemRandomNumberGenerator()
    return generate(on: curve, using: &generator)
  }

  /// Draws until a scalar is in range, which the first is but for one chance in 2³² (P-256) or
  /// 2¹²⁸.
  package static func generate(
    on curve: Curve, using generator: inout some RandomNumberGenerator
  ) -> PrivateKey {
    while true {
      var bytes = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let scalar = SecretBytes(bytes)
      bytes.wipe()
      if let key = PrivateKey(curve: curve, scalar: scalar) { return key }
    }
  }

  /// Reads the 32 big-endian bytes of a private scalar. The caller's copy is the caller's to wipe.
  /// - Throws: `.byteCount` unless there are 32; `.scalar` if it is zero or not below the order.
  public init(curve: Curve, bytes: [UInt8]) throws(KeyError) {
    guard bytes.count == PrivateKey.byteCount else {
      throw .byteCount(found: bytes.count, expected: PrivateKey.byteCount)
    }
    guard let key = PrivateKey(curve: curve, scalar: SecretBytes(bytes)) else {
      throw .scalar(curve)
    }
    self = key
  }

  private init?(curve: Curve, scalar: SecretBytes) {
    self.scalar = scalar
    switch curve {
    case .k256:
      guard let point = Secp256k1Point(of: scalar) else { return nil }
      signer = .k256
      publicKey = PublicKey(point)
    case .p256:
      guard let signer = NISTP256Signer(scalar) else { return nil }
      self.signer = .p256(signer)
      publicKey = PublicKey(signer.point)
    }
  }

  /// Signs a digest; the signature is always low-S.
  ///
  /// On K-256 the nonce is that of RFC 6979, so the same digest has the same signature; on P-256 it
  /// is random. Cost: about 20 µs on K-256, 15 µs on P-256.
  public func sign(_ digest: Digest) -> Signature {
    let signature =
      switch signer {
      case .k256: Secp256k1.sign(digest, with: scalar)
      case .p256(let signer): signer.sign(digest)
      }
    return signature.loweringS(on: curve)
  }

  /// Signs the SHA-256 of `message`.
  public func sign(message: [UInt8]) -> Signature { sign(Digest(of: message)) }
}

extension PrivateKey {
  /// Lends the 32 bytes of the scalar, for writing them where keys are kept.
  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    // Safe: SecretBytes holds 32 bytes.
    scalar.withBytes { body(UnsafeBufferPointer(start: $0, count: PrivateKey.byteCount)) }
  }

  /// `z` and base58btc of the private multicodec prefix and the scalar. A secret as text: for
  /// files.
  package var privateMultikey: String {
    withBytes { "z" + Base58.encode(curve.privatePrefix + $0) }
  }

  /// Reads what `privateMultikey` writes, as UTF-8 bytes, which unlike a String can be wiped.
  package init(privateMultikey text: some Collection<UInt8>) throws(KeyError) {
    var (curve, bytes) = try Multikey.decode(text, prefix: \.privatePrefix)
    defer { bytes.wipe() }
    try self.init(curve: curve, bytes: bytes)
  }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The curve and the public key; never the secret.
  public var description: String { "private key of \(publicKey.didKey)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
