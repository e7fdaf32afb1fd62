// Base64.swift: RFC 4648 base64 in both alphabets, the text of bytes in JSON and of signatures.
//
// Not here: what the bytes mean. Spec: RFC 4648 §4 (standard) and §5 (url).

/// RFC 4648 base64. Decoding is strict: apart from padding, one text for one value.
public enum Base64 {
  /// Which two characters stand for 62 and 63.
  public enum Alphabet: Hashable, Sendable {
    /// `+` and `/` (RFC 4648 §4): the text of `$bytes`.
    case standard
    /// `-` and `_` (RFC 4648 §5): the text of did:plc signatures and of tokens.
    case url
  }

  /// What a decoder makes of `=` at the end.
  public enum Padding: Hashable, Sendable {
    /// None is allowed.
    case none
    /// The text is filled up to a multiple of four characters.
    case required
    /// All of it or none of it.
    case optional
  }

  /// The text of `bytes`; padded with `=` only where asked. Linear.
  public static func encode(
    _ bytes: some Collection<UInt8>, alphabet: Alphabet = .standard, isPadded: Bool = false
  ) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var accumulator: UInt32 = 0
    var bitCount: UInt32 = 0
    for byte in bytes {
      accumulator = (accumulator << 8) | UInt32(byte)
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        text.append(alphabet.character(of: UInt8((accumulator >> bitCount) & 63)))
      }
      accumulator &= (1 << bitCount) - 1
    }
    if bitCount > 0 {
      text.append(alphabet.character(of: UInt8((accumulator << (6 - bitCount)) & 63)))
    }
    while isPadded && text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for a character outside the alphabet (white space too), an impossible length,
  ///   left-over bits that are not zero, or padding other than `padding` allows.
  public static func decode(
    _ text: some Sequence<UInt8>, alphabet: Alphabet = .standard, padding: Padding
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.underestimatedCount / 4 * 3 + 3)
    var accumulator: UInt32 = 0
    var (digitCount, paddingCount) = (0, 0)
    for character in text {
      if character == UInt8(ascii: "=") {
        paddingCount += 1
        continue
      }
      guard paddingCount == 0, let digit = alphabet.digit(of: character) else { return nil }
      accumulator = (accumulator << 6) | UInt32(digit)
      digitCount += 1
      // Of the four digits that make three bytes, each but the first completes one.
      let bitCount = UInt32(3 - (digitCount + 3) % 4) * 2
      guard digitCount % 4 != 1 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: accumulator >> bitCount))
      accumulator &= (1 << bitCount) - 1
    }
    let paddingNeeded = (4 - digitCount % 4) % 4
    guard digitCount % 4 != 1, accumulator == 0 else { return nil }
    switch padding {
    case .none: return paddingCount == 0 ? bytes : nil
    case .required: return paddingCount == paddingNeeded ? bytes : nil
    case .optional: return paddingCount == 0 || paddingCount == paddingNeeded ? bytes : nil
    }
  }
}

extension Base64.Alphabet {
  /// - Precondition: `digit` is below 64.
  fileprivate func character(of digit: UInt8) -> UInt8 {
    switch digit {
    case 0..<26: UInt8(ascii: "A") + digit
    case 26..<52: UInt8(ascii: "a") + digit - 26
    case 52..<62: UInt8(ascii: "0") + digit - 52
    case 62: self == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
    default: self == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
    }
  }

  fileprivate func digit(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case self == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-"): 62
    case self == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
