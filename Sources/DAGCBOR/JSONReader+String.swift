// JSONReader+String.swift: strings and their escapes.
//
// Text is kept as it is: nothing is normalised or repaired. Without escapes it is copied once.

extension JSONReader {
  /// Reads a string from its opening quote past its closing one.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    while true {
      switch try peek() {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        return String(decoding: text[start..<offset], as: UTF8.self)
      case UInt8(ascii: "\\"): return try unescapedString(from: start)
      case 0..<0x20: throw JSONError(.controlCharacter, at: offset)
      default: offset += 1
      }
    }
  }

  /// Goes on where the first escape was met; `start` is after the opening quote.
  private mutating func unescapedString(from start: Int) throws(JSONError) -> String {
    var bytes = Array(text[start..<offset])
    while true {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"): try appendEscaped(to: &bytes)
      case 0..<0x20: throw JSONError(.controlCharacter, at: offset)
      default:
        bytes.append(byte)
        offset += 1
      }
    }
  }

  private mutating func appendEscaped(to bytes: inout [UInt8]) throws(JSONError) {
    let start = offset
    offset += 1
    let byte = try peek()
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "n"): bytes.append(0x0a)
    case UInt8(ascii: "f"): bytes.append(0x0c)
    case UInt8(ascii: "r"): bytes.append(0x0d)
    case UInt8(ascii: "u"): bytes.append(contentsOf: try scalar(escapedAt: start).utf8)
    default: throw JSONError(.escape, at: start)
    }
  }

  /// Reads the digits after `\u`, and for a high surrogate the low one's escape too.
  private mutating func scalar(escapedAt start: Int) throws(JSONError) -> Unicode.Scalar {
    var value = try codeUnit(escapedAt: start)
    if UTF16.isLeadSurrogate(value.unit) {
      guard offset + 1 < text.count, text[offset] == UInt8(ascii: "\\"),
        text[offset + 1] == UInt8(ascii: "u")
      else { throw JSONError(.loneSurrogate, at: start) }
      offset += 2
      let low = try codeUnit(escapedAt: offset - 2)
      guard UTF16.isTrailSurrogate(low.unit) else { throw JSONError(.loneSurrogate, at: start) }
      value = 0x10000 + ((value & 0x3ff) << 10) + (low & 0x3ff)
    }
    // Nil for a low surrogate that came first: all else is in range.
    guard let scalar = Unicode.Scalar(value) else { throw JSONError(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func codeUnit(escapedAt start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 0x61 + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 0x41 + 10)
      default: throw JSONError(.escape, at: start)
      }
      offset += 1
    }
    return value
  }
}

extension UInt32 {
  /// The UTF-16 code unit of an escape, which four hexadecimal digits make.
  fileprivate var unit: UInt16 { UInt16(truncatingIfNeeded: self) }
}
