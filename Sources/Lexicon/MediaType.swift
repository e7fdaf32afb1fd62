// MediaType.swift: the media types of blobs and bodies, exact or as a pattern.
//
// Not here: parameters such as `; charset=utf-8`, which a server cuts off before it asks.

/// `type/subtype`, `type/*` or `*/*`.
public struct MediaType: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// Nil unless `text` is two tokens of RFC 9110 with a slash between, of which the second, or
  /// both, may be `*`.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 255 else { return nil }
    for part in parts where !part.allSatisfy(MediaType.isTokenByte) || part.isEmpty { return nil }
    let star = [UInt8(ascii: "*")]
    if parts[0].elementsEqual(star), !parts[1].elementsEqual(star) { return nil }
    description = text
  }

  /// Whether `type`, an exact media type as a blob names it, is one of these. Case is ignored, as
  /// RFC 9110 §8.3.1 says.
  public func matches(_ type: String) -> Bool {
    let (pattern, found) = (description.utf8, type.utf8)
    if description == "*/*" { return true }
    guard description.hasSuffix("/*") else {
      return pattern.count == found.count
        && zip(pattern, found).allSatisfy { MediaType.lower($0) == MediaType.lower($1) }
    }
    let prefix = pattern.dropLast()
    return found.count > prefix.count
      && zip(prefix, found).allSatisfy { MediaType.lower($0) == MediaType.lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    byte.isASCIILetter || (0x30...0x39).contains(byte)
      || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
