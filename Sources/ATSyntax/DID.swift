// DID.swift: decentralized identifiers, `did:method:identifier`.
//
// Not here: resolving one, or what a method demands beyond the two that the protocol supports.
// Spec: https://atproto.com/specs/did

/// A DID in the protocol's syntax: at most 2 048 bytes, no path, query or fragment. Case matters.
public struct DID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The whole text, as it was given.
  public let description: String

  /// - Throws: where `text` is no DID. O(length), at most 2 048 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    let bytes = text.utf8Span.span
    try DID.check(bytes, in: 0..<bytes.count)
    description = text
  }

  /// Reads the UTF-8 text of a DID; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    try DID.check(bytes.assumingMemoryBound(to: UInt8.self).span, in: 0..<bytes.count)
    description = String(decoding: bytes, as: UTF8.self)
  }

  /// For the cuts of a text whose grammar was checked as a whole.
  init(checked text: String) { description = text }

  public static func < (a: DID, b: DID) -> Bool { a.description < b.description }

  /// Lower-case letters, such as `plc`.
  public var method: String { description.cut(4..<methodEnd) }

  /// What follows the method: never empty.
  public var identifier: String {
    description.cut(methodEnd + 1..<description.utf8.count)
  }

  /// Whether this is a did:plc identifier: 24 characters of `[a-z2-7]`.
  public var isPLC: Bool {
    let bytes = description.utf8Span.span
    guard bytes.count == 32, description.hasPrefix("did:plc:") else { return false }
    for index in 8..<32 {
      let isDigit = UInt8(ascii: "2")...UInt8(ascii: "7") ~= bytes[index]
      guard bytes[index].isLowerLetter || isDigit else { return false }
    }
    return true
  }

  /// Whether this is a did:web that the protocol supports: a host name, or `localhost` with at
  /// most a port (`%3A8080`); never a path.
  public var isWeb: Bool {
    guard description.hasPrefix("did:web:") else { return false }
    let bytes = description.utf8Span.span
    if description == "did:web:localhost" { return true }
    if description.hasPrefix("did:web:localhost%3A") { return DID.isPort(bytes, from: 20) }
    do throws(SyntaxError) {
      _ = try Handle.check(bytes, in: 8..<bytes.count)
      return true
    } catch {
      return false
    }
  }

  private var methodEnd: Int {
    let bytes = description.utf8Span.span
    var end = 4
    // Ends: `check` has found the colon.
    while bytes[end] != UInt8(ascii: ":") { end += 1 }
    return end
  }

  /// A port number, 1 to 65 535 without leading zeros.
  private static func isPort(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    guard 1...5 ~= bytes.count - start, bytes[start] != UInt8(ascii: "0") else { return false }
    var port = 0
    for index in start..<bytes.count {
      guard bytes[index].isDigit else { return false }
      port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    return 1...65_535 ~= port
  }
}

extension DID {
  static func startsLikeDID(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    bytes.count - start >= 4 && bytes[start] == UInt8(ascii: "d")
      && bytes[start + 1] == UInt8(ascii: "i") && bytes[start + 2] == UInt8(ascii: "d")
      && bytes[start + 3] == UInt8(ascii: ":")
  }

  /// `did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]`
  static func check(_ bytes: Span<UInt8>, in range: Range<Int>) throws(SyntaxError) {
    try SyntaxError.Kind.did.checkLength(of: range, in: bytes)
    guard startsLikeDID(bytes, at: range.lowerBound) else {
      throw SyntaxError(.did, .prefix, at: range.lowerBound, in: bytes)
    }
    let methodStart = range.lowerBound + 4
    var index = methodStart
    while index < range.upperBound, bytes[index].isLowerLetter { index += 1 }
    guard index > methodStart, index < range.upperBound, bytes[index] == UInt8(ascii: ":") else {
      throw SyntaxError(.did, .methodName, at: index, in: bytes)
    }
    index += 1
    while index < range.upperBound {
      guard
        bytes[index].isRecordKeyByte && bytes[index] != UInt8(ascii: "~")
          || bytes[index] == UInt8(ascii: "%")
      else { throw SyntaxError(.did, .character, at: index, in: bytes) }
      index += 1
    }
    // The byte before is there: it is the identifier's last, or the colon of an empty one.
    let last = bytes[index - 1]
    if last == UInt8(ascii: ":") || last == UInt8(ascii: "%") {
      throw SyntaxError(.did, .lastCharacter, at: index - 1, in: bytes)
    }
  }
}
