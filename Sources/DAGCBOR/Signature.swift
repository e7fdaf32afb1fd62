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
    let signature =
      bytes.withContiguousStorageIfAvailable { Signature(UnsafeRawBufferPointer($0)) }
      ?? Array(bytes).withUnsafeBytes { Signature($0) }
    guard let signature else { return nil }
    self = signature
  }

  /// - Returns: as `init(_:)` of a collection.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Signature.byteCount, let start = bytes.baseAddress else { return nil }
    // Safe: 64 bytes are there.
    r = Digest(copying: start)
    s = Digest(copying: start + Digest.byteCount)
  }

  /// `r ‖ s`; each call allocates an array.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Signature.byteCount) { buffer, count in
      // Safe: the buffer has room for byteCount bytes, and one of that size has an address.
      let start = UnsafeMutableRawPointer(buffer.baseAddress!)
      r.write(to: start)
      s.write(to: start + Digest.byteCount)
      count = Signature.byteCount
    }
  }
}
