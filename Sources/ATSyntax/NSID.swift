// NSID.swift: namespaced identifiers, the names of collections, methods and schemas.
//
// The specification also bounds the authority as a domain name (253 bytes), but the community's
// vectors hold a valid one of 283: only the whole is bounded.
// Not here: fragments (`#main`) and patterns (`app.example.*`), which are not NSIDs.
// Spec: https://atproto.com/specs/nsid

/// An NSID: a domain in reverse order (the authority), in lower case, and a name whose case
/// matters.
public struct NSID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text, its authority in lower case.
  public let description: String

  /// - Throws: where `text` is no NSID. O(length), at most 317 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    let bytes = text.utf8Span.span
    let name = try NSID.check(bytes)
    description =
      name.hasUpperCaseBeforeLast ? String(bytes, lowerCasing: 0..<name.lastStart) : text
  }

  /// Reads the UTF-8 text of an NSID; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    let span = bytes.assumingMemoryBound(to: UInt8.self).span
    let name = try NSID.check(span)
    description = String(span, lowerCasing: 0..<name.lastStart)
  }

  /// For the cuts of a text whose grammar was checked as a whole.
  init(checked text: String) { description = text }

  public static func < (a: NSID, b: NSID) -> Bool { a.description < b.description }

  /// All segments but the last, such as `com.example` in `com.example.note`.
  public var authority: String { description.cut(0..<nameStart - 1) }

  /// The last segment: a letter, then letters and digits.
  public var name: String { description.cut(nameStart..<description.utf8.count) }

  private var nameStart: Int {
    let bytes = description.utf8Span.span
    var start = bytes.count
    // Ends: an NSID has two dots.
    while bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
    return start
  }
}

extension NSID {
  static func check(_ bytes: Span<UInt8>) throws(SyntaxError) -> DottedName {
    try SyntaxError.Kind.nsid.checkLength(of: 0..<bytes.count, in: bytes)
    let name = try walk(bytes, from: 0, to: bytes.count)
    guard name.end == bytes.count else {
      throw SyntaxError(.nsid, .character, at: name.end, in: bytes)
    }
    return name
  }

  /// Walks an NSID that starts at `start` and ends where its characters do.
  static func walk(
    _ bytes: Span<UInt8>, from start: Int, to limit: Int
  ) throws(SyntaxError) -> DottedName {
    let name = try DottedName(of: .nsid, in: bytes, from: start, to: limit)
    guard name.labelCount >= 3 else {
      throw SyntaxError(.nsid, .labelCount, at: name.end, in: bytes)
    }
    guard bytes[start].isLetter else {
      throw SyntaxError(.nsid, .leadingLetter, at: start, in: bytes)
    }
    guard bytes[name.lastStart].isLetter else {
      throw SyntaxError(.nsid, .leadingLetter, at: name.lastStart, in: bytes)
    }
    if let hyphen = name.lastHyphen {
      throw SyntaxError(.nsid, .character, at: hyphen, in: bytes)
    }
    return name
  }
}
