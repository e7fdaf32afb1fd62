// ForeignCID.swift: links of other kinds, found inside other people's records.
//
// Old records link with other codecs and hashes. Their bytes must survive a copy, so a link that is
// well formed is kept whole; nothing here resolves it. Repo structure never uses one.

/// A CIDv1 that is not in the blessed form: any codec, any multihash, at most 100 bytes.
public struct ForeignCID: Hashable, Sendable {
  /// The binary form, without the multibase prefix `0x00` of DAG-CBOR.
  public let binary: [UInt8]

  /// - Returns: nil unless `binary` is well formed and not a blessed CID.
  public init?(binary: [UInt8]) {
    guard CID(binary: binary) == nil, binary.withUnsafeBytes(ForeignCID.isWellFormed) else {
      return nil
    }
    self.binary = binary
  }

  /// Whether `bytes` is `01 <codec> <hash code> <length> <that many bytes>` with minimal varints,
  /// at most `Limits.cidByteCountMax` bytes: true for blessed CIDs too. No allocation.
  static func isWellFormed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    guard bytes.count <= Limits.cidByteCountMax,
      case .value(1) = Varint.read(bytes, at: &offset),
      case .value = Varint.read(bytes, at: &offset),
      case .value = Varint.read(bytes, at: &offset),
      case .value(let hashByteCount) = Varint.read(bytes, at: &offset)
    else { return false }
    return UInt64(bytes.count - offset) == hashByteCount
  }

  /// Parses the canonical base32 text (`b…`).
  public init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "b"), text.utf8.count <= 2 * Limits.cidByteCountMax,
      let bytes = Base32.decode(text.utf8.dropFirst())
    else { return nil }
    self.init(binary: bytes)
  }
}

extension ForeignCID: CustomStringConvertible {
  public var description: String { "b" + Base32.encode(binary) }
}
