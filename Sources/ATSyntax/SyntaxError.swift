// SyntaxError.swift: what a text failed to be, by which rule, and at which byte.
//
// Not here: the grammars. Evidence is stored as bytes; the sentence is made in `description`.

/// A text from outside that is not the identifier it was read as.
public struct SyntaxError: Error, Hashable, Sendable {
  /// What was expected. The raw value is its name in messages.
  public enum Kind: String, Sendable {
    case did = "DID"
    case handle = "handle"
    case nsid = "NSID"
    case recordKey = "record key"
    case tid = "TID"
    case atURI = "AT-URI"
    case recordPath = "record path"
    case storageKey = "repo storage key"
    case datetime = "datetime"
    case language = "language tag"
    case uri = "URI"
    case cid = "CID text"
  }

  /// The rule that was broken. The raw value says what the rule expects.
  public enum Rule: String, Sendable {
    case length = "another number of bytes"
    case character = "a character that is allowed here"
    case prefix = "its prefix"
    case methodName = "a method name in lower-case letters, then a colon"
    case lastCharacter = "a last character other than a colon or percent sign"
    case labelLength = "a label of 1 to 63 characters"
    case labelHyphen = "a label that neither starts nor ends with a hyphen"
    case labelCount = "more labels, separated by dots"
    case leadingLetter = "a label that starts with a letter"
    case dotName = "a name other than . and .."
    case firstDigit = "a first character of 234567abcdefghij"
    case lowerCaseAuthority = "an authority in lower case"
    case slash = "one slash between two parts that are not empty"
    case digit = "a decimal digit"
    case punctuation = "the punctuation of YYYY-MM-DDTHH:MM:SS"
    case date = "a day that the calendar has"
    case time = "a time from 00:00:00 to 23:59:59"
    case zone = "Z, or an offset from -23:59 to +23:59"
    case unknownOffset = "an offset other than -00:00"
    case yearZero = "an instant that is not before the year 0"
    case instant = "an instant in the range of this format"
    case clockID = "a clock identifier of 10 bits"
    case primarySubtag = "a primary subtag of 2 or 3 lower-case letters, or x"
    case subtag = "a subtag that RFC 5646 allows here"
    case emptyExtension = "a subtag after the singleton"
    case repeatedVariant = "a variant that is not repeated"
    case repeatedSingleton = "an extension that is not repeated"
    case scheme = "a scheme that starts with a letter and ends with a colon"
    case version = "a CID of version 1"
  }

  /// The longest excerpt that an error keeps, in bytes.
  public static let foundByteCountMax = 24

  /// The type that the text was read as; inside an AT-URI or a path, the part that failed.
  public let expected: Kind
  public let rule: Rule
  /// In bytes of UTF-8 from the start of the text; the text's length where something is missing.
  public let offset: Int
  /// What stood at `offset`: at most `foundByteCountMax` bytes.
  public let found: [UInt8]
  /// Length of the whole text in bytes.
  public let byteCount: Int

  init(_ expected: Kind, _ rule: Rule, at offset: Int, in bytes: Span<UInt8>) {
    self.expected = expected
    self.rule = rule
    self.offset = offset
    byteCount = bytes.count
    var excerpt: [UInt8] = []
    for index in offset..<min(offset + SyntaxError.foundByteCountMax, bytes.count) {
      excerpt.append(bytes[index])
    }
    found = excerpt
  }

  /// For a value that was not read from text but cannot be written as one.
  init(_ expected: Kind, _ rule: Rule, number: some BinaryInteger) {
    let text = String(number)
    self.init(expected, rule, at: 0, in: text.utf8Span.span)
  }
}

extension SyntaxError: CustomStringConvertible {
  /// What was expected, what was found (anything but visible ASCII escaped, at most 24 bytes),
  /// where.
  public var description: String {
    "\(expected.rawValue): expected \(expectation), found \(finding), at byte \(offset)"
  }

  private var expectation: String {
    guard rule == .length else { return rule.rawValue }
    let bounds = expected.byteCounts
    return bounds.count == 1
      ? "\(bounds.lowerBound) bytes" : "\(bounds.lowerBound) to \(bounds.upperBound) bytes"
  }

  private var finding: String {
    if rule == .length { return "\(byteCount)" }
    if found.isEmpty { return "the end of the text" }
    let more = offset + found.count < byteCount ? "…" : ""
    return "\"" + found.map(SyntaxError.escaped).joined() + more + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
    case 0x20...0x7e: String(UnicodeScalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
}

extension SyntaxError.Kind {
  /// How many bytes a text of this kind may have.
  public var byteCounts: ClosedRange<Int> {
    switch self {
    case .did: SyntaxLimits.did
    case .handle: SyntaxLimits.handle
    case .nsid: SyntaxLimits.nsid
    case .recordKey: SyntaxLimits.recordKey
    case .tid: SyntaxLimits.tid
    case .atURI: SyntaxLimits.atURI
    case .recordPath: SyntaxLimits.recordPath
    case .storageKey: SyntaxLimits.storageKey
    case .datetime: SyntaxLimits.datetime
    case .language: SyntaxLimits.language
    case .uri: SyntaxLimits.uri
    case .cid: SyntaxLimits.cid
    }
  }

  /// Called before a text is walked, so that no parser walks more than its limit.
  func checkLength(of range: Range<Int>, in bytes: Span<UInt8>) throws(SyntaxError) {
    let bounds = byteCounts
    if bounds.contains(range.count) { return }
    let offset = min(range.upperBound, range.lowerBound + bounds.upperBound)
    throw SyntaxError(self, .length, at: offset, in: bytes)
  }
}
