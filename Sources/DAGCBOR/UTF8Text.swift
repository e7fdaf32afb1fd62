// UTF8Text.swift: is this UTF-8?
//
// Strict in the sense of the Unicode Standard, table 3-7: no surrogates, no overlong forms, nothing
// above U+10FFFF. Records are mostly ASCII, so that is looked at eight bytes at a time first.

@usableFromInline
package enum UTF8Text {
  /// Cost: about a quarter of a nanosecond per byte for ASCII, two for the rest. No allocation.
  @inlinable @inline(always)
  package static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
    isASCII(text) || isValidMultibyte(text)
  }

  @inlinable @inline(always)
  package static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool {
    let count = text.count
    guard let start = text.baseAddress else { return true }
    // Safe in every branch: no load begins below 0 or ends above `count`; the last one may overlap.
    if count >= 8 {
      var bits = start.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      var offset = 0
      while offset < count - 8 {
        bits |= start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset += 8
      }
      return bits & 0x8080_8080_8080_8080 == 0
    }
    if count >= 4 {
      let bits =
        start.loadUnaligned(as: UInt32.self)
        | start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
      return bits & 0x8080_8080 == 0
    }
    var bits: UInt8 = 0
    for index in 0..<count { bits |= text[index] }
    return bits < 0x80
  }

  /// The whole check, character by character.
  @usableFromInline @inline(never)
  static func isValidMultibyte(_ text: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while offset < text.count {
      let first = text[offset]
      if first < 0x80 {
        offset += 1
        continue
      }
      guard let character = Multibyte(first), character.byteCount <= text.count - offset,
        character.second.contains(text[offset + 1])
      else { return false }
      for index in 2..<max(2, character.byteCount) where text[offset + index] & 0xc0 != 0x80 {
        return false
      }
      offset += character.byteCount
    }
    return true
  }

  /// What the first byte of a character of two to four bytes says about the others. Every third
  /// and fourth byte is 80...BF; the second's range is what shuts out overlong forms and
  /// surrogates.
  private struct Multibyte {
    var byteCount: Int
    var second: ClosedRange<UInt8>

    init?(_ first: UInt8) {
      switch first {
      case 0xc2...0xdf: (byteCount, second) = (2, 0x80...0xbf)
      case 0xe0: (byteCount, second) = (3, 0xa0...0xbf)
      case 0xed: (byteCount, second) = (3, 0x80...0x9f)
      case 0xe1...0xef: (byteCount, second) = (3, 0x80...0xbf)
      case 0xf0: (byteCount, second) = (4, 0x90...0xbf)
      case 0xf1...0xf3: (byteCount, second) = (4, 0x80...0xbf)
      case 0xf4: (byteCount, second) = (4, 0x80...0x8f)
      default: return nil
      }
    }
  }
}
