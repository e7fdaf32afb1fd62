// StorageKeyScan.swift: the characters of a long storage key, sixteen at a time.
//
// Every key that a tree is built of or that comes from outside is looked at; one character after
// the other, that took a fifth of a build. Comparisons are sums: of seven bits each, `x + 0x80 - a`
// has its high bit set exactly where `a <= x`, and nothing is carried into the next lane. The
// library's vector comparisons go lane by lane and are slower than no vectors at all.
// Not here: short keys, the slash's place, and what is wrong with a key (RecordPath).

/// Counts slashes and finds characters that no storage key has.
struct StorageKeyScan {
  private typealias Vector = SIMD16<UInt8>

  static let byteCountMin = 16

  /// The high bit of a lane: where a slash was seen.
  private var slashes = Vector(repeating: 0)
  /// The high bit of a lane: where a second slash was seen, or a character of no key.
  private var faults = Vector(repeating: 0)

  /// Whether `bytes`, at least `byteCountMin` of them, are a key's characters with exactly one
  /// slash.
  static func isKey(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var scan = StorageKeyScan()
    var offset = 0
    while offset + 16 <= bytes.count {
      // Safe: the vector ends within the bytes, as the loop's condition says.
      scan.take(bytes.loadUnaligned(fromByteOffset: offset, as: Vector.self), from: 0)
      offset += 16
    }
    if offset < bytes.count {
      // Safe: at least sixteen bytes are there. The first lanes of the last vector were taken.
      let last = bytes.count - 16
      scan.take(
        bytes.loadUnaligned(fromByteOffset: last, as: Vector.self), from: UInt8(offset - last))
    }
    return scan.isPassed
  }

  /// Takes a vector, of whose lanes those before `lane` have been taken.
  @inline(__always)
  private mutating func take(_ vector: Vector, from lane: UInt8) {
    let low = vector & 0x7f
    // One range holds `-./0123456789:`; letters are one when the bit of their case is set.
    let isSign = (low &+ (0x80 - 0x2d)) & ~(low &+ (0x80 - 0x3b))
    let lower = low | 0x20
    let isLetter = (lower &+ (0x80 - 0x61)) & ~(lower &+ (0x80 - 0x7b))
    let isTilde = (low &+ (0x80 - 0x7e)) & ~(low &+ (0x80 - 0x7f))
    // Zero alone leaves 0x80 as it is.
    let isUnderscore = 0x80 &- (low ^ 0x5f)
    let isNew = Vector(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) &+ (0x80 &- lane)
    let isSlash = (0x80 &- (low ^ 0x2f)) & isNew
    faults |= vector | ~(isSign | isLetter | isTilde | isUnderscore) | (slashes & isSlash)
    slashes |= isSlash
  }

  @inline(__always)
  private var isPassed: Bool {
    let faults = StorageKeyScan.highBits(faults)
    let slashes = StorageKeyScan.highBits(slashes)
    let either = slashes.0 | slashes.1
    let isOne = either & (either &- 1) == 0 && (slashes.0 == 0) != (slashes.1 == 0)
    return faults.0 | faults.1 == 0 && isOne
  }

  @inline(__always)
  private static func highBits(_ vector: Vector) -> (UInt64, UInt64) {
    // Safe: both are sixteen bytes without padding.
    let words = unsafeBitCast(vector & 0x80, to: SIMD2<UInt64>.self)
    return (words[0], words[1])
  }
}
