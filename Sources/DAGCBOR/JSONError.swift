// JSONError.swift: what can be wrong with a JSON text, and where.

/// A violation of JSON or of the data model's JSON form: which rule, and at which byte.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rules, of RFC 8259 first, then of the data model.
  public enum Rule: String, Sendable {
    case truncated = "the text ends inside a value"
    case trailingText = "text follows the value"
    case unexpectedByte = "a byte that JSON does not allow here"
    case numberForm = "a number that is not written as JSON writes numbers"
    case escape = "an unknown or incomplete escape"
    case controlCharacter = "a control character that is not escaped"
    case loneSurrogate = "an escaped surrogate without its other half"
    case utf8 = "text that is not UTF-8"

    case fraction = "a number that is not an integer"
    case integerRange = "an integer outside of signed 64 bits"
    case keyRepeated = "a repeated key"
    case keyTooLong = "a key over the limit"
    case nesting = "nesting deeper than the limit"
    case containerTooLarge = "a container with more elements than the limit"
    case textTooLarge = "a text over the size limit"
    case link = "$link that is not alone in its object, or not the text of a CID"
    case bytes = "$bytes that is not alone in its object, or not base64"
  }

  public var rule: Rule
  /// Offset in bytes from the start of the text: at the head of the offending token or container,
  /// or at its end for a text that ends too early.
  public var offset: Int

  public init(_ rule: Rule, at offset: Int) {
    self.rule = rule
    self.offset = offset
  }

  public var description: String { "JSON: \(rule.rawValue), at byte \(offset)" }
}
