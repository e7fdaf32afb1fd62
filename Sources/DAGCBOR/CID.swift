// CID.swift: the one form of content identifier that this system makes and follows.
//
// CIDv1, SHA-256, codec dag-cbor (objects) or raw (blobs): `01 <codec> 12 20 <32 bytes>`, as text
// `b` and lower-case base32. Anything else is a ForeignCID, which is carried but never followed.
// Spec: https://atproto.com/specs/data-model#link-and-cid-formats

/// A content identifier in the "blessed" form of the AT Protocol: 33 inline bytes of information.
public struct CID: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// What the identified bytes are. The raw value is the multicodec code.
  public enum Codec: UInt8, Sendable, BitwiseCopyable {
    case raw = 0x55
    case dagCBOR = 0x71
  }

  /// `01 <codec> 12 20` and the digest.
  public static let byteCount = 36

  public var digest: Digest
  public var codec: Codec

  /// The identifier of bytes that were hashed before; nothing is checked.
  @inlinable
  public init(digest: Digest, codec: Codec = .dagCBOR) {
    self.digest = digest
    self.codec = codec
  }

  /// The identifier of `block`, which is hashed.
  @inlinable
  public init(of block: [UInt8], codec: Codec = .dagCBOR) {
    self.init(digest: Digest(of: block), codec: codec)
  }

  /// Reads the 36-byte binary form.
  /// - Returns: nil unless `bytes` is exactly one blessed CID.
  @inlinable
  public init?(binary bytes: UnsafeRawBufferPointer) {
    guard bytes.count == CID.byteCount, bytes[0] == 0x01, let codec = Codec(rawValue: bytes[1]),
      bytes[2] == 0x12, bytes[3] == 0x20
    else { return nil }
    // Safe: 36 bytes are there, so 32 follow offset 4.
    self.init(digest: Digest(copying: bytes.baseAddress! + 4), codec: codec)
  }

  public init?(binary bytes: [UInt8]) {
    guard let cid = bytes.withUnsafeBytes({ CID(binary: $0) }) else { return nil }
    self = cid
  }

  /// The 36-byte binary form.
  public var binary: [UInt8] { [0x01, codec.rawValue, 0x12, 0x20] + digest.bytes }

  /// The digest alone: what has the same one under another codec is rare and told apart by `==`.
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  @inlinable
  public static func < (a: CID, b: CID) -> Bool {
    a.codec == b.codec ? a.digest < b.digest : a.codec.rawValue < b.codec.rawValue
  }
}

extension CID: LosslessStringConvertible {
  /// The text form: 59 characters, `bafyrei…` for dag-cbor and `bafkrei…` for raw.
  public var description: String { "b" + Base32.encode(binary) }

  /// - Returns: nil unless `text` is the canonical text of a blessed CID.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 59, text.utf8.first == UInt8(ascii: "b"),
      let bytes = Base32.decode(text.utf8.dropFirst())
    else { return nil }
    self.init(binary: bytes)
  }

  public init?(_ description: String) {
    self.init(description[...])
  }
}
