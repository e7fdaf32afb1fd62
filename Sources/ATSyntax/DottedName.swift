// DottedName.swift: labels separated by dots, which handles, NSIDs and host names have in common.
//
// Not here: how many labels there must be, and which may start with a digit (Handle, NSID).

/// What a walk over `label.label.label` learned. It ends at the first byte of another kind, which
/// the caller judges.
struct DottedName {
  private(set) var labelCount = 0
  private(set) var lastStart: Int
  private(set) var end: Int
  /// The first hyphen of the last label.
  private(set) var lastHyphen: Int?
  private(set) var hasUpperCaseBeforeLast = false
  private(set) var hasUpperCaseInLast = false

  /// Walks from `start`, never reading at or after `limit`.
  /// - Throws: for an empty or long label, or a hyphen at the edge of one.
  init(
    of kind: SyntaxError.Kind, in bytes: Span<UInt8>, from start: Int, to limit: Int
  ) throws(SyntaxError) {
    lastStart = start
    end = start
    try walkLabel(of: kind, in: bytes, to: limit)
    while end < limit, bytes[end] == UInt8(ascii: ".") {
      lastStart = end + 1
      end = lastStart
      try walkLabel(of: kind, in: bytes, to: limit)
    }
  }

  private mutating func walkLabel(
    of kind: SyntaxError.Kind, in bytes: Span<UInt8>, to limit: Int
  ) throws(SyntaxError) {
    hasUpperCaseBeforeLast = hasUpperCaseBeforeLast || hasUpperCaseInLast
    hasUpperCaseInLast = false
    lastHyphen = nil
    labelCount += 1
    while end < limit {
      let byte = bytes[end]
      if byte == UInt8(ascii: "-") {
        lastHyphen = lastHyphen ?? end
      } else if !byte.isAlphanumeric {
        break
      } else if byte.isUpperLetter {
        hasUpperCaseInLast = true
      }
      end += 1
    }
    try checkLabel(of: kind, in: bytes, to: limit)
  }

  private func checkLabel(
    of kind: SyntaxError.Kind, in bytes: Span<UInt8>, to limit: Int
  ) throws(SyntaxError) {
    if end == lastStart {
      let isSeparated = end == limit || bytes[end] == UInt8(ascii: ".")
      throw SyntaxError(kind, isSeparated ? .labelLength : .character, at: end, in: bytes)
    }
    let lengthMax = SyntaxLimits.label.upperBound
    if end - lastStart > lengthMax {
      throw SyntaxError(kind, .labelLength, at: lastStart + lengthMax, in: bytes)
    }
    if lastHyphen == lastStart {
      throw SyntaxError(kind, .labelHyphen, at: lastStart, in: bytes)
    }
    if bytes[end - 1] == UInt8(ascii: "-") {
      throw SyntaxError(kind, .labelHyphen, at: end - 1, in: bytes)
    }
  }
}
