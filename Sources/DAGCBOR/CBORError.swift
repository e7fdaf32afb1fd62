// CBORError.swift: what can be wrong with encoded bytes, and where.

/// A violation of DAG-CBOR (DRISL): which rule, and at which byte.
public struct CBORError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rules of the encoding. Source: data model specification, "Data Encoding".
  public enum Rule: String, Sendable {
    case truncated = "the bytes end inside an item"
    case trailingBytes = "bytes follow the item"
    case notMinimal = "a length or integer is not in its shortest form"
    case reservedHead = "reserved additional information 28...30"
    case indefiniteLength = "indefinite length"
    case integerRange = "an integer outside of signed 64 bits"
    case float = "a floating-point number"
    case simpleValue = "a simple value other than false, true and null"
    case tag = "a tag other than 42"
    case link = "tag 42 without a well-formed CID in a byte string"
    case utf8 = "text that is not UTF-8"
    case mapKeyType = "a map key that is not text"
    case mapKeyOrder = "map keys out of canonical order"
    case mapKeyRepeated = "a repeated map key"
    case mapKeyTooLong = "a map key over the limit"
    case nesting = "nesting deeper than the limit"
    case containerTooLarge = "a container with more elements than the limit"
    case itemTooLarge = "an item over the size limit"
    /// Well formed as far as was read, but this place in a fixed shape calls for something else.
    case unexpected = "another item than this place calls for"
  }

  public var rule: Rule
  /// Offset in bytes from the start of the input, at the head of the offending item.
  public var offset: Int

  /// `offset` counts from the start of the whole input, not of the item being read.
  @inlinable
  public init(_ rule: Rule, at offset: Int) {
    self.rule = rule
    self.offset = offset
  }

  public var description: String { "DAG-CBOR: \(rule.rawValue), at byte \(offset)" }
}
