// Language.swift: language tags (BCP 47) that are well-formed by RFC 5646.
//
// Stricter than the RFC in the primary subtag, as the protocol's test vectors are: 2 or 3
// lower-case letters, or `x`; the longer ones, of which none was ever registered, are refused.
// Not here: whether subtags are registered. Spec: https://atproto.com/specs/lexicon#language

/// A well-formed language tag without repeated variants or extensions. Case is kept, and matters
/// here to equality, though not to meaning.
public struct Language: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text, as it was given.
  public let description: String

  /// - Throws: where `text` is no such tag. At most 128 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    try Language.check(text.utf8Span.span)
    description = text
  }

  public static func < (a: Language, b: Language) -> Bool { a.description < b.description }

  /// Everything before the first hyphen: the language, or `x` or `i`.
  public var primarySubtag: String {
    description.cut(Subtag(in: description.utf8Span.span, from: 0).range)
  }

  static func check(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try SyntaxError.Kind.language.checkLength(of: 0..<bytes.count, in: bytes)
    if isIrregular(bytes) { return }
    var walk = try LanguageWalk(of: bytes)
    while walk.end < bytes.count {
      // The walk stops at a hyphen or the end, so what follows is a subtag, be it an empty one.
      let subtag = Subtag(in: bytes, from: walk.end + 1)
      try subtag.check(in: bytes)
      try walk.step(over: subtag, in: bytes)
    }
    try walk.finish(in: bytes)
  }

  /// The grandfathered tags that the grammar has no place for, but for `i` and `sgn` in lower case;
  /// the other grandfathered tags are well-formed by the grammar.
  private static func isIrregular(_ bytes: Span<UInt8>) -> Bool {
    irregular.contains { tag in
      let tag = tag.utf8Span.span
      guard tag.count == bytes.count else { return false }
      let primaryEnd = Subtag(in: bytes, from: 0).range.upperBound
      for index in 0..<tag.count {
        let byte = index < primaryEnd ? bytes[index] : bytes[index].lowerCased
        guard byte == tag[index] else { return false }
      }
      return true
    }
  }

  /// RFC 5646 §2.1, `irregular`.
  private static let irregular = [
    "en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux",
    "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl",
    "sgn-ch-de",
  ]
}

/// What stands between two hyphens.
private struct Subtag {
  let range: Range<Int>
  private(set) var letterCount = 0
  private(set) var digitCount = 0

  init(in bytes: Span<UInt8>, from start: Int) {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "-") {
      if bytes[end].isLetter { letterCount += 1 }
      if bytes[end].isDigit { digitCount += 1 }
      end += 1
    }
    range = start..<end
  }

  var isLetters: Bool { letterCount == range.count }
  var isDigits: Bool { digitCount == range.count }

  func check(in bytes: Span<UInt8>) throws(SyntaxError) {
    for index in range where !bytes[index].isAlphanumeric {
      throw SyntaxError(.language, .character, at: index, in: bytes)
    }
    guard 1...8 ~= range.count else {
      throw SyntaxError(.language, .subtag, at: range.lowerBound, in: bytes)
    }
  }

  func equals(_ other: Subtag, in bytes: Span<UInt8>) -> Bool {
    guard range.count == other.range.count else { return false }
    for (mine, theirs) in zip(range, other.range)
    where bytes[mine].lowerCased != bytes[theirs].lowerCased { return false }
    return true
  }
}

/// Where in the grammar the walk over the subtags has come.
private struct LanguageWalk {
  /// In the order of the grammar; a stage is never left backwards, except for another extension.
  enum Stage: Int { case language, script, region, variant, `extension`, privateUse }

  private(set) var end: Int
  private var stage: Stage
  private var extendedCount = 0
  private var firstVariant: Int?
  /// A bit for each singleton that was met: 26 letters, 10 digits.
  private var singletons: UInt64 = 0
  /// A singleton that needs a subtag after it.
  private var isOpen = false

  /// Reads the primary subtag.
  init(of bytes: Span<UInt8>) throws(SyntaxError) {
    let primary = Subtag(in: bytes, from: 0)
    end = primary.range.upperBound
    if end == 1, bytes[0].lowerCased == UInt8(ascii: "x") {
      (stage, isOpen) = (.privateUse, true)
      return
    }
    stage = .language
    for index in primary.range where !bytes[index].isLowerLetter {
      throw SyntaxError(.language, .primarySubtag, at: index, in: bytes)
    }
    guard 2...3 ~= end else { throw SyntaxError(.language, .primarySubtag, at: 0, in: bytes) }
  }

  mutating func step(over subtag: Subtag, in bytes: Span<UInt8>) throws(SyntaxError) {
    end = subtag.range.upperBound
    if stage == .privateUse {
      isOpen = false
    } else if subtag.range.count == 1 {
      try open(bytes[subtag.range.lowerBound].lowerCased, at: subtag.range.lowerBound, in: bytes)
    } else if stage == .extension {
      isOpen = false
    } else {
      try place(subtag, in: bytes)
    }
  }

  func finish(in bytes: Span<UInt8>) throws(SyntaxError) {
    if isOpen { throw SyntaxError(.language, .emptyExtension, at: end, in: bytes) }
  }

  /// A single letter or digit opens an extension; `x` opens the private rest.
  private mutating func open(
    _ singleton: UInt8, at offset: Int, in bytes: Span<UInt8>
  ) throws(SyntaxError) {
    if isOpen { throw SyntaxError(.language, .emptyExtension, at: offset, in: bytes) }
    isOpen = true
    stage = singleton == UInt8(ascii: "x") ? .privateUse : .extension
    let bit: UInt64 =
      singleton.isDigit
      ? 1 << (26 + singleton - UInt8(ascii: "0")) : 1 << (singleton - UInt8(ascii: "a"))
    if singletons & bit != 0 {
      throw SyntaxError(.language, .repeatedSingleton, at: offset, in: bytes)
    }
    singletons |= bit
  }

  /// language, extended language (at most three), script, region, variants.
  private mutating func place(_ subtag: Subtag, in bytes: Span<UInt8>) throws(SyntaxError) {
    let count = subtag.range.count
    let start = subtag.range.lowerBound
    if count == 3, subtag.isLetters, stage == .language, extendedCount < 3 {
      extendedCount += 1
    } else if count == 4, subtag.isLetters, stage.rawValue < Stage.script.rawValue {
      stage = .script
    } else if count == 2 && subtag.isLetters || count == 3 && subtag.isDigits,
      stage.rawValue < Stage.region.rawValue
    {
      stage = .region
    } else if count >= 5 || count == 4 && bytes[start].isDigit {
      try checkVariant(subtag, in: bytes)
      stage = .variant
    } else {
      throw SyntaxError(.language, .subtag, at: start, in: bytes)
    }
  }

  /// Compares with every variant before it: fewer than 26 fit into a tag.
  private mutating func checkVariant(
    _ subtag: Subtag, in bytes: Span<UInt8>
  ) throws(SyntaxError) {
    var start = firstVariant ?? subtag.range.lowerBound
    firstVariant = start
    while start < subtag.range.lowerBound {
      let earlier = Subtag(in: bytes, from: start)
      if earlier.equals(subtag, in: bytes) {
        throw SyntaxError(.language, .repeatedVariant, at: subtag.range.lowerBound, in: bytes)
      }
      start = earlier.range.upperBound + 1
    }
  }
}
