// CARError.swift: what can be wrong with a CAR file, and where.

/// A violation of CAR v1, or of what this system accepts of it: which rule, and at which byte.
public struct CARError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rules of the format and the bounds of this reader.
  public enum Rule: String, Sendable {
    case truncated = "the file ends inside a section, or before its header"
    case sectionLength = "a section length over nine bytes, or not in its shortest form"
    case sectionTooShort = "a section too short for what it must hold"
    case headerTooLong = "a header over the size limit"
    case blockTooLarge = "a block over the size limit"
    case header = "a header that is not the DAG-CBOR map {roots: [links], version: 1}"
    case version = "a version other than 1"
    case unsupportedCID = "a CID that is not v1, SHA-256, dag-cbor or raw"
    case hash = "a block whose bytes do not hash to its CID"
  }

  public var rule: Rule
  /// Offset in bytes from the start of the file: of the section, or in the header of the token.
  public var offset: UInt64

  public init(_ rule: Rule, at offset: UInt64) {
    self.rule = rule
    self.offset = offset
  }

  public var description: String { "CAR: \(rule.rawValue), at byte \(offset)" }
}
