// Base32.swift: RFC 4648 base32, lower case, without padding: the text of CIDs and of did:plc.

/// RFC 4648 §6 in lower case without padding. Decoding is strict: one text for one value.
public enum Base32 {
  @usableFromInline static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// Eight characters for five bytes; the last character's unused low bits are zero.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var accumulator: UInt32 = 0
    var bitCount = 0
    for byte in bytes {
      accumulator = (accumulator << 8) | UInt32(byte)
      bitCount += 8
      while bitCount >= 5 {
        bitCount -= 5
        text.append(alphabet[Int((accumulator >> UInt32(bitCount)) & 31)])
      }
      accumulator &= (1 << UInt32(bitCount)) - 1
    }
    if bitCount > 0 { text.append(alphabet[Int((accumulator << UInt32(5 - bitCount)) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for a character outside the alphabet, an impossible length, or left-over bits
  ///   that are not zero.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var accumulator: UInt32 = 0
    var bitCount = 0
    for character in text {
      let digit: UInt8
      switch character {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = character - UInt8(ascii: "a")
      case UInt8(ascii: "2")...UInt8(ascii: "7"): digit = character - UInt8(ascii: "2") + 26
      default: return nil
      }
      accumulator = (accumulator << 5) | UInt32(digit)
      bitCount += 5
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bitCount)))
        accumulator &= (1 << UInt32(bitCount)) - 1
      }
    }
    return bitCount < 5 && accumulator == 0 ? bytes : nil
  }
}
