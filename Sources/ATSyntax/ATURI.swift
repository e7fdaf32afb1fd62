// ATURI.swift: `at://account[/collection[/key]]`, as lexicons allow it.
//
// Parsed by hand: the colons of a DID are a port to a general URI parser.
// Not here: queries and fragments, which the specification keeps for later.
// Spec: https://atproto.com/specs/at-uri-scheme

/// An AT-URI, held as its text with handle and NSID authority in lower case.
public struct ATURI: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let description: String

  /// - Throws: where `text` is no AT-URI; the error names the part that failed. O(length), at most
  ///   8 192 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    let bytes = text.utf8Span.span
    let upperCase = try ATURI.check(bytes)
    description = upperCase.isEmpty ? text : String(bytes, lowerCasing: upperCase)
  }

  /// Names an account's repo or, with `collection`, one of its collections.
  public init(authority: ATIdentifier, collection: NSID? = nil) {
    description = "at://\(authority)" + (collection.map { "/\($0)" } ?? "")
  }

  /// Names a record.
  public init(authority: ATIdentifier, path: RecordPath) {
    description = "at://\(authority)/\(path)"
  }

  public static func < (a: ATURI, b: ATURI) -> Bool { a.description < b.description }

  /// Whose repo it is.
  public var authority: ATIdentifier {
    let text = description.cut(ATURI.schemeByteCount..<slash(from: ATURI.schemeByteCount))
    return DID.startsLikeDID(text.utf8Span.span, at: 0)
      ? .did(DID(checked: text)) : .handle(Handle(checked: text))
  }

  /// Nil for the URI of a repo.
  public var collection: NSID? {
    let start = pathStart
    guard start < description.utf8.count else { return nil }
    return NSID(checked: description.cut(start..<slash(from: start)))
  }

  /// Nil unless this is the URI of a record.
  public var path: RecordPath? {
    let start = pathStart
    let count = description.utf8.count
    guard start < count, slash(from: start) < count else { return nil }
    return RecordPath(checked: description.cut(start..<count))
  }

  /// Nil unless this is the URI of a record.
  public var rkey: RecordKey? { path?.rkey }

  private static let schemeByteCount = 5

  /// The offset after the slash that ends the authority; past the end where there is none.
  private var pathStart: Int { slash(from: ATURI.schemeByteCount) + 1 }

  /// The offset of the next slash, or the length.
  private func slash(from start: Int) -> Int {
    ATURI.slash(in: description.utf8Span.span, from: start)
  }

  private static func slash(in bytes: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != UInt8(ascii: "/") { index += 1 }
    return index
  }
}

extension ATURI {
  /// - Returns: the range to lower-case: empty, or all that does not depend on case.
  static func check(_ bytes: Span<UInt8>) throws(SyntaxError) -> Range<Int> {
    try SyntaxError.Kind.atURI.checkLength(of: 0..<bytes.count, in: bytes)
    let start = schemeByteCount
    guard bytes[0] == UInt8(ascii: "a"), bytes[1] == UInt8(ascii: "t"),
      bytes[2] == UInt8(ascii: ":"), bytes[3] == UInt8(ascii: "/"), bytes[4] == UInt8(ascii: "/")
    else { throw SyntaxError(.atURI, .prefix, at: 0, in: bytes) }

    let authorityEnd = slash(in: bytes, from: start)
    var upperCase = authorityEnd..<authorityEnd
    if DID.startsLikeDID(bytes, at: start) {
      try DID.check(bytes, in: start..<authorityEnd)
    } else if try Handle.check(bytes, in: start..<authorityEnd) {
      upperCase = start..<authorityEnd
    }
    guard authorityEnd < bytes.count else { return upperCase }

    let collection = try NSID.walk(bytes, from: authorityEnd + 1, to: bytes.count)
    if collection.hasUpperCaseBeforeLast { upperCase = upperCase.lowerBound..<collection.lastStart }
    guard collection.end < bytes.count else { return upperCase }
    guard bytes[collection.end] == UInt8(ascii: "/") else {
      throw SyntaxError(.nsid, .character, at: collection.end, in: bytes)
    }
    try RecordKey.check(bytes, in: collection.end + 1..<bytes.count)
    return upperCase
  }
}
