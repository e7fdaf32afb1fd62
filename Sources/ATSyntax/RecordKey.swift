// RecordKey.swift: the name of a record in its collection.
//
// Not here: which keys a collection's schema allows (`tid`, `nsid`, `literal:`…).
// Spec: https://atproto.com/specs/record-key

/// A record key: 1 to 512 bytes of `[A-Za-z0-9._:~-]`, but not `.` or `..`. Case matters.
public struct RecordKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text, as it was given.
  public let description: String

  /// - Throws: where `text` is no record key. O(length), at most 512 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    let bytes = text.utf8Span.span
    try RecordKey.check(bytes, in: 0..<bytes.count)
    description = text
  }

  /// Reads the UTF-8 text of a record key; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    try RecordKey.check(bytes.assumingMemoryBound(to: UInt8.self).span, in: 0..<bytes.count)
    description = String(decoding: bytes, as: UTF8.self)
  }

  /// The key that most collections use: every TID is one.
  public init(_ tid: TID) { description = tid.description }

  /// For the cuts of a text whose grammar was checked as a whole.
  init(checked text: String) { description = text }

  public static func < (a: RecordKey, b: RecordKey) -> Bool { a.description < b.description }
}

extension RecordKey {
  static func check(_ bytes: Span<UInt8>, in range: Range<Int>) throws(SyntaxError) {
    try SyntaxError.Kind.recordKey.checkLength(of: range, in: bytes)
    for index in range where !bytes[index].isRecordKeyByte {
      throw SyntaxError(.recordKey, .character, at: index, in: bytes)
    }
    let dot = UInt8(ascii: ".")
    if range.count <= 2, bytes[range.lowerBound] == dot, bytes[range.upperBound - 1] == dot {
      throw SyntaxError(.recordKey, .dotName, at: range.lowerBound, in: bytes)
    }
  }
}
