// TID.swift: timestamp identifiers: a 64-bit number whose text sorts as it does.
//
//   bit 63   62 … 10                        9 … 0
//   0        microseconds since the epoch   clock identifier
//
// Text: 13 digits of base 32, the most significant first, so the first digit holds four bits.
// Not here: making the next one (TIDClock). Spec: https://atproto.com/specs/tid

/// A TID: microseconds since the Unix epoch and a clock identifier in one word.
public struct TID: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
  /// The last microsecond that a new TID can carry (53 bits): in the year 2255.
  public static let microsecondsMax: UInt64 = (1 << 53) - 1
  /// Clock identifiers have 10 bits.
  public static let clockIDMax: UInt16 = 1_023

  /// The number that the text writes. Bit 63 is zero in every TID made here, but not in every text
  /// that the specification's grammar admits.
  public let rawValue: UInt64

  /// Any 64-bit number has a text, so this never fails.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// - Throws: `.instant` for more than 53 bits of `microseconds`, `.clockID` for more than 10
  ///   bits.
  public init(microseconds: UInt64, clockID: UInt16) throws(SyntaxError) {
    guard microseconds <= TID.microsecondsMax else {
      throw SyntaxError(.tid, .instant, number: microseconds)
    }
    guard clockID <= TID.clockIDMax else { throw SyntaxError(.tid, .clockID, number: clockID) }
    rawValue = microseconds << 10 | UInt64(clockID)
  }

  /// - Throws: unless `text` is 13 digits of `234567abcdefghijklmnopqrstuvwxyz`, the first of them
  ///   before `k`.
  public init(_ text: String) throws(SyntaxError) {
    rawValue = try TID.value(of: text.utf8Span.span)
  }

  /// Reads the UTF-8 text of a TID; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    rawValue = try TID.value(of: bytes.assumingMemoryBound(to: UInt8.self).span)
  }

  /// Since the Unix epoch; at most 54 bits for a text from outside.
  public var microseconds: UInt64 { rawValue >> 10 }

  /// 0...1023.
  public var clockID: UInt16 { UInt16(rawValue & UInt64(TID.clockIDMax)) }

  /// The 13 digits.
  public var description: String {
    String(unsafeUninitializedCapacity: 13) { buffer in
      var rest = rawValue
      // Safe: the capacity is 13, and every index below it is written once.
      for index in (0..<13).reversed() {
        let digit = UInt8(rest & 31)
        buffer[index] = digit < 6 ? digit + UInt8(ascii: "2") : digit - 6 + UInt8(ascii: "a")
        rest >>= 5
      }
      return 13
    }
  }

  /// By number, which is the order of the texts.
  public static func < (a: TID, b: TID) -> Bool { a.rawValue < b.rawValue }

  static func value(of bytes: Span<UInt8>) throws(SyntaxError) -> UInt64 {
    try SyntaxError.Kind.tid.checkLength(of: 0..<bytes.count, in: bytes)
    guard bytes[0] < UInt8(ascii: "k") else {
      throw SyntaxError(.tid, .firstDigit, at: 0, in: bytes)
    }
    var value: UInt64 = 0
    for index in 0..<13 {
      let byte = bytes[index]
      if byte.isLowerLetter {
        value = value << 5 | UInt64(byte - UInt8(ascii: "a") + 6)
      } else if UInt8(ascii: "2")...UInt8(ascii: "7") ~= byte {
        value = value << 5 | UInt64(byte - UInt8(ascii: "2"))
      } else {
        throw SyntaxError(.tid, .character, at: index, in: bytes)
      }
    }
    return value
  }
}
