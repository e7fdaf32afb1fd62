// Handle.swift: handles, which are host names with at least two labels.
//
// Not here: whether a handle resolves, and to whom. Spec: https://atproto.com/specs/handle

/// A handle, lower-cased: at most 253 bytes, labels of 1 to 63 bytes.
public struct Handle: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text in lower case.
  public let description: String

  /// What stands for a handle that does not resolve to its account, and never resolves itself.
  public static let invalid = Handle(checked: "handle.invalid")

  /// - Throws: where `text` is no handle. O(length), at most 253 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    let bytes = text.utf8Span.span
    let hasUpperCase = try Handle.check(bytes, in: 0..<bytes.count)
    description = hasUpperCase ? String(bytes, lowerCasing: 0..<bytes.count) : text
  }

  /// Reads the UTF-8 text of a handle; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    let span = bytes.assumingMemoryBound(to: UInt8.self).span
    _ = try Handle.check(span, in: 0..<span.count)
    description = String(span, lowerCasing: 0..<span.count)
  }

  /// For text that is a handle in lower case already.
  init(checked text: String) { description = text }

  public static func < (a: Handle, b: Handle) -> Bool { a.description < b.description }

  /// The last label.
  public var topLevelDomain: String {
    let bytes = description.utf8Span.span
    var start = bytes.count
    // Ends: a handle has a dot.
    while bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
    return description.cut(start..<bytes.count)
  }

  /// Whether the top-level domain is one that is reserved and can be neither registered nor
  /// resolved. `test` is not among them: it serves development.
  public var hasReservedTopLevelDomain: Bool {
    switch topLevelDomain {
    case "alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion": true
    default: false
    }
  }
}

extension Handle {
  /// - Returns: whether there is an upper-case letter to lower.
  static func check(_ bytes: Span<UInt8>, in range: Range<Int>) throws(SyntaxError) -> Bool {
    try SyntaxError.Kind.handle.checkLength(of: range, in: bytes)
    let name = try DottedName(of: .handle, in: bytes, from: range.lowerBound, to: range.upperBound)
    guard name.end == range.upperBound else {
      throw SyntaxError(.handle, .character, at: name.end, in: bytes)
    }
    guard name.labelCount >= 2 else {
      throw SyntaxError(.handle, .labelCount, at: name.end, in: bytes)
    }
    guard bytes[name.lastStart].isLetter else {
      throw SyntaxError(.handle, .leadingLetter, at: name.lastStart, in: bytes)
    }
    return name.hasUpperCaseBeforeLast || name.hasUpperCaseInLast
  }
}
