// ASCII.swift: the classes of bytes that the grammars are made of, and cuts of ASCII text.
//
// Every identifier of the protocol is ASCII, so bytes are characters and byte order is text order.

extension UInt8 {
  var isLowerLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
  var isUpperLetter: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }
  var isLetter: Bool { isLowerLetter || isUpperLetter }
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  var isAlphanumeric: Bool { isLetter || isDigit }

  /// Visible ASCII: neither a space nor a control character.
  var isGraphic: Bool { 0x21...0x7e ~= self }

  /// A byte of a record key, and of either side of a storage key: `[A-Za-z0-9._:~-]`.
  /// A bit for each, since a tree's walk asks this of every byte of every key.
  var isRecordKeyByte: Bool {
    let digitsAndSigns: UInt64 = 0x07ff_6000_0000_0000
    let lettersAndSigns: UInt64 = 0x47ff_fffe_87ff_fffe
    let bits = self < 64 ? digitsAndSigns : lettersAndSigns
    return self < 128 && bits >> UInt64(self & 63) & 1 == 1
  }

  /// The lower-case form of an ASCII letter; any other byte is itself.
  var lowerCased: UInt8 { isUpperLetter ? self | 0x20 : self }
}

extension String {
  /// Copies `bytes`, which a grammar has found to be ASCII, and lower-cases those in `range`.
  init(_ bytes: Span<UInt8>, lowerCasing range: Range<Int>) {
    self.init(unsafeUninitializedCapacity: bytes.count) { buffer in
      // Safe: the capacity is the count, and every index below it is written once.
      for index in 0..<bytes.count {
        buffer[index] = range.contains(index) ? bytes[index].lowerCased : bytes[index]
      }
      return bytes.count
    }
  }

  /// The text between two byte offsets, for ASCII text whose grammar proves that they exist.
  func cut(_ range: Range<Int>) -> String {
    let start = utf8.index(startIndex, offsetBy: range.lowerBound)
    return String(self[start..<utf8.index(start, offsetBy: range.count)])
  }
}
