// Base58.swift: numbers in base 58, with Bitcoin's alphabet, as multikeys are written.
//
// Cost is quadratic in the length, so the length is bounded; keys need less than half of the bound.
// Not here: the multibase prefix `z` (PublicKey+Text.swift).

package enum Base58 {
  /// Characters of the longest text that is decoded: an uncompressed point of 65 bytes takes 89.
  package static let characterCountMax = 192
  /// Bytes of the longest input that is encoded; its text has less than `characterCountMax` digits.
  package static let byteCountMax = 128

  private static let digits = Array(
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

  /// The value of each byte as a digit; 255 for those that are none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: .max, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// - Precondition: at most `byteCountMax` bytes: only our own keys are written.
  package static func encode(_ bytes: [UInt8]) -> String {
    precondition(bytes.count <= byteCountMax, "base58 of \(bytes.count) bytes")
    let zeroCount = bytes.prefix { $0 == 0 }.count
    var number: [UInt8] = []  // digits, least significant first
    for byte in bytes.dropFirst(zeroCount) {
      var carry = Int(byte)
      for index in number.indices {
        carry += Int(number[index]) << 8
        number[index] = UInt8(carry % 58)
        carry /= 58
      }
      while carry > 0 {
        number.append(UInt8(carry % 58))
        carry /= 58
      }
    }
    let text =
      [UInt8](repeating: digits[0], count: zeroCount) + number.reversed().map { digits[Int($0)] }
    return String(decoding: text, as: UTF8.self)
  }

  /// Every byte string has one text: leading zero bytes are leading `1`s, and the rest is a number.
  ///
  /// - Parameter offset: where `text` begins in what the caller was given, for the error.
  /// - Throws: `.textTooLong` before any work is done; `.character` at the first wrong one.
  package static func decode(
    _ text: some Collection<UInt8>, at offset: Int = 0
  ) throws(KeyError) -> [UInt8] {
    let count = text.count
    guard count <= characterCountMax else {
      throw .textTooLong(byteCount: count + offset, byteCountMax: characterCountMax + offset)
    }
    let zeroCount = text.prefix { $0 == digits[0] }.count
    var number: [UInt8] = []  // bytes, least significant first
    for (index, character) in text.enumerated() {
      var carry = Int(values[Int(character)])
      guard carry < 58 else { throw .character(offset: offset + index) }
      for place in number.indices {
        carry += Int(number[place]) * 58
        number[place] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
      if carry > 0 { number.append(UInt8(carry)) }
    }
    return [UInt8](repeating: 0, count: zeroCount) + number.reversed()
  }
}
