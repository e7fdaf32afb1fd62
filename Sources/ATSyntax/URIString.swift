// URIString.swift: URIs of any scheme, checked as far as a record needs and no further.
//
// Not here: the grammar that a scheme has for itself, and percent-encoding: a link in a record is
// shown or followed by others, and refusing it helps nobody. Spec:
// https://atproto.com/specs/lexicon#uri

/// A scheme (RFC 3986 §3.1), a colon and visible ASCII; at most 8 192 bytes.
public struct URIString: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text, as it was given.
  public let description: String

  /// - Throws: where `text` is no URI. O(length), at most 8 192 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    try URIString.check(text.utf8Span.span)
    description = text
  }

  public static func < (a: URIString, b: URIString) -> Bool { a.description < b.description }

  /// What stands before the first colon, as it was written; schemes mean the same in any case.
  public var scheme: String {
    description.cut(0..<URIString.schemeEnd(in: description.utf8Span.span))
  }

  static func check(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try SyntaxError.Kind.uri.checkLength(of: 0..<bytes.count, in: bytes)
    let end = schemeEnd(in: bytes)
    guard bytes[0].isLetter else { throw SyntaxError(.uri, .scheme, at: 0, in: bytes) }
    guard end < bytes.count, bytes[end] == UInt8(ascii: ":") else {
      throw SyntaxError(.uri, .scheme, at: end, in: bytes)
    }
    guard end + 1 < bytes.count else { throw SyntaxError(.uri, .character, at: end + 1, in: bytes) }
    for index in end + 1..<bytes.count where !bytes[index].isGraphic {
      throw SyntaxError(.uri, .character, at: index, in: bytes)
    }
  }

  private static func schemeEnd(in bytes: Span<UInt8>) -> Int {
    var end = 0
    while end < bytes.count {
      switch bytes[end] {
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-"): break
      case let byte where byte.isAlphanumeric: break
      default: return end
      }
      end += 1
    }
    return end
  }
}
