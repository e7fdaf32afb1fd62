// Lines.swift: lines in, lines out, and hexadecimal between bytes and lines.

struct Usage: Error, CustomStringConvertible {
  let description: String
}

/// Answers each line of standard input with one line.
func answerLines(_ answer: (Substring) throws -> String) rethrows {
  while let line = readLine(strippingNewline: true) { print(try answer(line[...])) }
}

/// - Returns: nil unless `text` is an even number of hexadecimal digits.
func parseHex(_ text: Substring) -> [UInt8]? {
  let digits = text.utf8.map {
    UInt8(ascii: "0") <= $0 ? Character(UnicodeScalar($0)).hexDigitValue : nil
  }
  guard digits.count.isMultiple(of: 2) else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = digits[index], let low = digits[index + 1] else { return nil }
    bytes.append(UInt8(high << 4 | low))
  }
  return bytes
}
