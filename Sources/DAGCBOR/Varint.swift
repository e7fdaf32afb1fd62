// Varint.swift: unsigned LEB128 as CAR and CID use it.
// Spec: https://github.com/multiformats/unsigned-varint

/// An unsigned varint: seven bits a byte, least significant first, at most nine bytes (63 bits).
public enum Varint {
  /// What was found at an offset; only `value` moves it.
  public enum Reading: Equatable, Sendable {
    case value(UInt64)
    /// The bytes end before the varint does.
    case incomplete
    /// More than nine bytes.
    case tooLong
    /// A last byte of zero: a shorter form exists.
    case notMinimal
  }

  /// Reads at `offset` and, where a value is found, moves `offset` past it.
  public static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> Reading {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var index = offset
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 {
        if byte == 0 && shift > 0 { return .notMinimal }
        offset = index
        return .value(value)
      }
      shift += 7
      if shift == 63 { return .tooLong }
    }
    return .incomplete
  }

  /// Appends the shortest form, 1 to 10 bytes; `read` accepts only values below 2⁶³.
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
