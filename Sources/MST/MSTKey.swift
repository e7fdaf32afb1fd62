// MSTKey.swift: a key of the tree and the layer that it belongs to.
//
// Spec: https://atproto.com/specs/repository#mst-structure   Invariants: INV-1
import ATSyntax
import DAGCBOR

/// A key that may stand in a tree: 1...1024 bytes of `[A-Za-z0-9_~\-:.]` on both sides of one slash.
///
/// This is the storage layer's rule, laxer than a record path: the part before the slash need not be
/// an NSID. Keys are ordered by their bytes.
public struct MSTKey: Hashable, Sendable {
  public let bytes: [UInt8]

  /// - Throws: `.key` naming the rule and the offset of the first byte that breaks it.
  public init(_ bytes: [UInt8]) throws(MSTError) {
    if let fault = bytes.withUnsafeBytes({ MSTKey.fault(in: $0) }) { throw .key(fault) }
    self.bytes = bytes
  }

  /// - Throws: as `init(_: [UInt8])`.
  public init(_ text: String) throws(MSTError) { try self.init(Array(text.utf8)) }

  /// Takes bytes that came out of a checked node or key.
  init(checked bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The layer of this key: half the leading zero bits of its SHA-256, rounded down. Costs one hash.
  public var height: Int { bytes.withUnsafeBytes { MSTKey.height(of: $0) } }

  /// INV-1: a key stands at layer ⌊leading zero bits of SHA-256(key) ÷ 2⌋ and at no other.
  static func height(of key: UnsafeRawBufferPointer) -> Int {
    Digest(of: key).leadingZeroBitCount / 2
  }
}

extension MSTKey: Comparable, CustomStringConvertible {
  public static func < (a: MSTKey, b: MSTKey) -> Bool {
    a.bytes.withUnsafeBytes { a in b.bytes.withUnsafeBytes { b in KeyOrder.compare(a, b) < 0 } }
  }

  public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension MSTKey {
  /// What is wrong with a key, and at which of its bytes.
  public struct Fault: Hashable, Sendable {
    public enum Rule: String, Sendable {
      case empty = "a key holds at least one byte"
      case tooLong = "a key holds at most 1024 bytes"
      case character = "a key holds letters, digits and . - _ : ~ beside its slash"
      case slashes = "a key holds exactly one slash, with something on both sides"
    }
    public var rule: Rule
    public var offset: Int
  }

  /// - Returns: nil for a well-formed key. Costs one look-up per byte.
  static func fault(in key: UnsafeRawBufferPointer) -> Fault? {
    if key.isEmpty { return Fault(rule: .empty, offset: 0) }
    if key.count > MSTLimits.keyByteCountMax {
      return Fault(rule: .tooLong, offset: MSTLimits.keyByteCountMax)
    }
    var slash: Int?
    for (offset, byte) in key.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        continue
      case UInt8(ascii: "/"):
        if slash != nil || offset == 0 { return Fault(rule: .slashes, offset: offset) }
        slash = offset
      default: return Fault(rule: .character, offset: offset)
      }
    }
    guard let slash, slash + 1 < key.count else { return Fault(rule: .slashes, offset: key.count) }
    return nil
  }
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
    while offset < limit, a.load(fromByteOffset: offset, as: UInt8.self)
      == b.load(fromByteOffset: offset, as: UInt8.self)
    {
      offset += 1
    }
    return offset
  }
}
