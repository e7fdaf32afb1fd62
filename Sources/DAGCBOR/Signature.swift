// Signature.swift: an ECDSA signature as 64 inline bytes.
//
// It is here, below the keys, because commits carry one; what it means is known to ATCrypto alone.

/// The compact form `r ‖ s` of an ECDSA signature, 32 big-endian bytes each.
/// Holding one says nothing about its validity.
public struct Signature: Hashable, Sendable, BitwiseCopyable {
  public static let byteCount = 64

  public var r: Digest
  public var s: Digest

  /// - Returns: nil unless `bytes` holds exactly 64 bytes (DER is longer, and refused by length).
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Signature.byteCount, let r = Digest(bytes.prefix(32)),
      let s = Digest(bytes.dropFirst(32))
    else { return nil }
    self.r = r
    self.s = s
  }

  /// - Returns: as `init(_:)` of a collection; without a copy in between.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Signature.byteCount, let start = bytes.baseAddress else { return nil }
    // Safe: 64 bytes are there.
    r = Digest(copying: start)
    s = Digest(copying: start + Digest.byteCount)
  }

  public var bytes: [UInt8] { r.bytes + s.bytes }
}
