// RecordPath.swift: where a record is in its repo: `collection/key`, the keys of the tree.
//
// Two strictnesses: a RecordPath names a record that we write or serve; a storage key is all that
// the tree itself demands, because trees of other servers hold keys whose collection is no NSID.
// Spec: https://atproto.com/specs/repository

/// A repo path: a normalised NSID, one slash and a record key, held as its text alone.
public struct RecordPath: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text, as it was given: the bytes of the tree's key.
  public let description: String

  /// - Throws: where `text` is no path; the error names the part that failed. A collection whose
  ///   authority is not in lower case is refused rather than changed: these bytes are a tree's key.
  ///   O(length), at most 830 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    try RecordPath.check(text.utf8Span.span)
    description = text
  }

  /// Reads the UTF-8 text of a path, such as a key of the tree; throws as `init(_:)` does.
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    try RecordPath.check(bytes.assumingMemoryBound(to: UInt8.self).span)
    description = String(decoding: bytes, as: UTF8.self)
  }

  public init(collection: NSID, rkey: RecordKey) {
    description = collection.description + "/" + rkey.description
  }

  /// For the cuts of a text whose grammar was checked as a whole.
  init(checked text: String) { description = text }

  /// By bytes, which is the order of the tree.
  public static func < (a: RecordPath, b: RecordPath) -> Bool { a.description < b.description }

  /// What stands before the slash. O(length).
  public var collection: NSID { NSID(checked: description.cut(0..<slash)) }

  /// What follows the slash. O(length).
  public var rkey: RecordKey {
    RecordKey(checked: description.cut(slash + 1..<description.utf8.count))
  }

  private var slash: Int {
    let bytes = description.utf8Span.span
    var index = 0
    // Ends: a path has a slash.
    while bytes[index] != UInt8(ascii: "/") { index += 1 }
    return index
  }

  private static func check(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try SyntaxError.Kind.recordPath.checkLength(of: 0..<bytes.count, in: bytes)
    let collection = try NSID.walk(bytes, from: 0, to: bytes.count)
    guard collection.end < bytes.count else {
      throw SyntaxError(.recordPath, .slash, at: collection.end, in: bytes)
    }
    guard bytes[collection.end] == UInt8(ascii: "/") else {
      throw SyntaxError(.nsid, .character, at: collection.end, in: bytes)
    }
    if collection.hasUpperCaseBeforeLast {
      throw SyntaxError(.nsid, .lowerCaseAuthority, at: 0, in: bytes)
    }
    try RecordKey.check(bytes, in: collection.end + 1..<bytes.count)
  }
}

extension RecordPath {
  /// Whether the tree accepts `bytes` as a key: 1 to 1 024 bytes of `[A-Za-z0-9._:~-]` with
  /// exactly one slash, something on either side of it. Every record path is a storage key.
  public static func isStorageKey(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard SyntaxError.Kind.storageKey.byteCounts.contains(bytes.count) else { return false }
    let slash = UInt8(ascii: "/")
    guard bytes[0] != slash, bytes[bytes.count - 1] != slash else { return false }
    if bytes.count >= StorageKeyScan.byteCountMin { return StorageKeyScan.isKey(bytes) }
    var slashCount = 0
    for byte in bytes where !byte.isRecordKeyByte {
      guard byte == slash else { return false }
      slashCount += 1
    }
    return slashCount == 1
  }

  /// As `isStorageKey`, saying what is wrong. O(length), at most 1 024 bytes are read.
  public static func checkStorageKey(_ bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
    if isStorageKey(bytes) { return }
    let span = bytes.assumingMemoryBound(to: UInt8.self).span
    try SyntaxError.Kind.storageKey.checkLength(of: 0..<span.count, in: span)
    var slash: Int?
    for index in 0..<span.count where !span[index].isRecordKeyByte {
      guard span[index] == UInt8(ascii: "/") else {
        throw SyntaxError(.storageKey, .character, at: index, in: span)
      }
      guard slash == nil, index > 0 else {
        throw SyntaxError(.storageKey, .slash, at: index, in: span)
      }
      slash = index
    }
    guard let slash, slash + 1 < span.count else {
      throw SyntaxError(.storageKey, .slash, at: span.count, in: span)
    }
  }
}
