// MSTKey.swift: a key of the tree and the layer that it belongs to.
//
// Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-1
import ATSyntax
import DAGCBOR

/// A key that may stand in a tree: 1...1024 bytes of `[A-Za-z0-9_~\-:.]` on both sides of one
/// slash.
///
/// This is the storage layer's rule, laxer than a record path: the part before the slash need not
/// be an NSID. Keys are ordered by their bytes.
public struct MSTKey: Hashable, Sendable {
  public let bytes: [UInt8]

  /// - Throws: `.key` with the rule and the offset of the first byte that breaks it.
  public init(_ bytes: [UInt8]) throws(MSTError) {
    try MSTKey.check(bytes.span.bytes)
    self.bytes = bytes
  }

  /// - Throws: as `init(_: [UInt8])`.
  public init(_ text: String) throws(MSTError) { try self.init(Array(text.utf8)) }

  /// Every record path is a key.
  public init(_ path: RecordPath) { bytes = Array(path.description.utf8) }

  /// Takes bytes that came out of a checked node or key.
  init(checked bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The layer of this key: half the leading zero bits of its SHA-256, rounded down. Costs one
  /// hash.
  public var height: Int { bytes.withUnsafeBytes { MSTKey.height(of: $0) } }

  static func check(_ key: RawSpan) throws(MSTError) {
    do throws(SyntaxError) {
      try key.withUnsafeBytes { bytes throws(SyntaxError) in
        try RecordPath.checkStorageKey(bytes)
      }
    } catch {
      throw .key(error)
    }
  }

  /// INV-1: a key stands at layer ⌊leading zero bits of SHA-256(key) ÷ 2⌋ and at no other.
  static func height(of key: UnsafeRawBufferPointer) -> Int {
    Digest(of: key).leadingZeroBitCount / 2
  }
}

extension MSTKey: Comparable, CustomStringConvertible {
  /// All bytes at once: one by one costs several times as much.
  public func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  public static func < (a: MSTKey, b: MSTKey) -> Bool {
    a.bytes.withUnsafeBytes { a in b.bytes.withUnsafeBytes { b in KeyOrder.compare(a, b) < 0 } }
  }

  public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// How keys compare, on borrowed bytes.
enum KeyOrder {
  /// Negative, zero or positive as `a` is before, equal to or after `b` bytewise.
  @inline(__always)
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let shared = commonPrefix(a, b)
    if shared < a.count && shared < b.count { return Int(a[shared]) - Int(b[shared]) }
    return a.count - b.count
  }

  /// The number of leading bytes that both share, found eight at a time.
  @inline(__always)
  static func commonPrefix(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let limit = min(a.count, b.count)
    guard limit > 0, let a = a.baseAddress, let b = b.baseAddress else { return 0 }
    var offset = 0
    while offset + 8 <= limit {
      let difference =
        a.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        ^ b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      // Little-endian: the first differing byte is the lowest one that is not zero.
      if difference != 0 { return offset + difference.littleEndian.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < limit,
      a.load(fromByteOffset: offset, as: UInt8.self)
        == b.load(fromByteOffset: offset, as: UInt8.self)
    {
      offset += 1
    }
    return offset
  }
}
