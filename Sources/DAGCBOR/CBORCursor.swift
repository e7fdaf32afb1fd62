// CBORCursor.swift: reading DAG-CBOR where the reader knows what must come next.
//
// For codecs written by hand (tree nodes, commits, frame headers): no tree of values, no
// allocation, strict heads. Every read either moves past one item or throws and stays at that
// item's head. Not here: whole items of unknown shape (CBORValidator) and values (CBOR+Decode).
// Spec: RFC 8949 §3, https://atproto.com/specs/data-model

/// The eight kinds of CBOR item, RFC 8949 §3.1. The raw value is the top three bits of a head.
@usableFromInline
package enum CBORMajor: UInt8, Sendable {
  case unsigned, negative, bytes, text, array, map, tag, simple

  /// The kind of the item of which `initial` is the first byte.
  @inlinable @inline(__always)
  package init(initial: UInt8) {
    switch initial >> 5 {
    case 0: self = .unsigned
    case 1: self = .negative
    case 2: self = .bytes
    case 3: self = .text
    case 4: self = .array
    case 5: self = .map
    case 6: self = .tag
    default: self = .simple
    }
  }
}

/// The first bytes of an item: its kind, and a value, a length or a count.
///
/// For `.simple` the argument is 20 (false), 21 (true) or 22 (null): no other gets this far.
@usableFromInline
package struct CBORHead: Sendable {
  @usableFromInline package var major: CBORMajor
  @usableFromInline package var argument: UInt64

  @inlinable
  package init(_ major: CBORMajor, _ argument: UInt64) {
    self.major = major
    self.argument = argument
  }
}

/// A position in borrowed bytes. It must not outlive them.
///
/// A codec that expects one exact shape gets `.unexpected` for everything else; where the precise
/// rule matters to a person, `CBOR.validate` over the same bytes names it.
@usableFromInline
package struct CBORCursor {
  @usableFromInline let bytes: UnsafeRawBufferPointer
  /// Where the next item begins: bytes from the start of the borrowed bytes.
  @usableFromInline package var offset: Int

  /// - Precondition: `offset` is not negative. Beyond the end every read throws `.truncated`.
  @inlinable
  package init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0, "a cursor at \(offset)")
    self.bytes = bytes
    self.offset = offset
  }

  @inlinable
  package var remaining: Int { bytes.count - offset }

  /// The first byte of the next item, if there is one.
  @inlinable
  package var nextByte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// Throws `.trailingBytes` unless every byte has been read.
  @inlinable
  package func finish() throws(CBORError) {
    guard offset == bytes.count else { throw CBORError(.trailingBytes, at: offset) }
  }
}

// MARK: Heads

extension CBORCursor {
  /// Reads one head of any kind, in its shortest form.
  @inlinable @inline(__always)
  package mutating func readHead() throws(CBORError) -> CBORHead {
    guard offset < bytes.count else { throw CBORError(.truncated, at: offset) }
    let initial = bytes[offset]
    let major = CBORMajor(initial: initial)
    let low = initial & 0x1f
    if low < 24, major != .simple || (20...22).contains(low) {
      offset += 1
      return CBORHead(major, UInt64(low))
    }
    if low == 24, major != .simple, remaining >= 2, bytes[offset + 1] >= 24 {
      offset += 2
      return CBORHead(major, UInt64(bytes[offset - 1]))
    }
    let argument = try longArgument(major, low)
    offset += CBORHead.byteCount(argument)
    return CBORHead(major, argument)
  }

  /// Heads of three bytes and more, and everything that is wrong with a head.
  @usableFromInline @inline(never)
  func longArgument(_ major: CBORMajor, _ low: UInt8) throws(CBORError) -> UInt64 {
    switch (major, low) {
    case (_, 31): throw CBORError(.indefiniteLength, at: offset)
    case (_, 28...30): throw CBORError(.reservedHead, at: offset)
    case (.simple, 25...27): throw CBORError(.float, at: offset)
    case (.simple, _): throw CBORError(.simpleValue, at: offset)
    default: break
    }
    let byteCount = 1 << Int(low - 24)
    guard remaining > byteCount else { throw CBORError(.truncated, at: offset) }
    var argument: UInt64 = 0
    for index in 1...byteCount { argument = argument << 8 | UInt64(bytes[offset + index]) }
    guard CBORHead.byteCount(argument) == 1 + byteCount else {
      throw CBORError(.notMinimal, at: offset)
    }
    return argument
  }

  /// Reads a head that must be of kind `major`, and gives its argument.
  @inlinable @inline(__always)
  package mutating func readHead(of major: CBORMajor) throws(CBORError) -> UInt64 {
    let start = offset
    let head = try readHead()
    guard head.major == major else { throw fail(.unexpected, at: start) }
    return head.argument
  }

  /// Steps back to `start` and names what is wrong there.
  @inlinable @inline(__always)
  mutating func fail(_ rule: CBORError.Rule, at start: Int) -> CBORError {
    offset = start
    return CBORError(rule, at: start)
  }
}

extension CBORHead {
  /// The bytes of the longest head.
  static var byteCountMax: Int { 9 }

  /// The bytes of the shortest head that holds `argument`: 1, 2, 3, 5 or 9.
  @inlinable
  package static func byteCount(_ argument: UInt64) -> Int {
    switch argument {
    case 0..<24: 1
    case 24..<0x100: 2
    case 0x100..<0x1_0000: 3
    case 0x1_0000..<0x1_0000_0000: 5
    default: 9
    }
  }
}

// MARK: Items of one kind

extension CBORCursor {
  /// An unsigned integer up to `max`, at most the signed 64 bits of the data model.
  @inlinable @inline(__always)
  package mutating func readUnsigned(
    max: UInt64 = UInt64(Int64.max)
  ) throws(CBORError) -> UInt64 {
    let start = offset
    let value = try readHead(of: .unsigned)
    guard value <= max, value <= UInt64(Int64.max) else { throw fail(.integerRange, at: start) }
    return value
  }

  /// Any integer of the data model.
  @inlinable
  package mutating func readInteger() throws(CBORError) -> Int64 {
    let start = offset
    let head = try readHead()
    guard head.major == .unsigned || head.major == .negative else {
      throw fail(.unexpected, at: start)
    }
    guard let value = Int64(exactly: head.argument) else { throw fail(.integerRange, at: start) }
    return head.major == .unsigned ? value : ~value
  }

  @inlinable
  package mutating func readBool() throws(CBORError) -> Bool {
    switch nextByte {
    case 0xf4, 0xf5:
      offset += 1
      return bytes[offset - 1] == 0xf5
    case nil: throw CBORError(.truncated, at: offset)
    default: throw CBORError(.unexpected, at: offset)
    }
  }

  /// A byte string of at most `max` bytes, borrowed. Throws `.itemTooLarge` over it.
  @inlinable @inline(__always)
  package mutating func readBytes(
    max: Int = Limits.itemByteCountMax
  ) throws(CBORError) -> UnsafeRawBufferPointer {
    try readString(.bytes, max: max, over: .itemTooLarge)
  }

  /// Text of at most `max` bytes, borrowed and valid UTF-8. Throws `rule` over the bound.
  @inlinable
  package mutating func readText(
    max: Int = Limits.itemByteCountMax, over rule: CBORError.Rule = .itemTooLarge
  ) throws(CBORError) -> UnsafeRawBufferPointer {
    let start = offset
    let text = try readString(.text, max: max, over: rule)
    guard UTF8Text.isValid(text) else { throw fail(.utf8, at: start) }
    return text
  }

  @inlinable @inline(__always)
  mutating func readString(
    _ major: CBORMajor, max: Int, over rule: CBORError.Rule
  ) throws(CBORError) -> UnsafeRawBufferPointer {
    let start = offset
    let count = try readHead(of: major)
    guard count <= UInt64(max) else { throw fail(rule, at: start) }
    guard count <= UInt64(remaining) else { throw fail(.truncated, at: start) }
    defer { offset += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
  }

  /// The number of elements of an array, at most `max`; an element takes at least one byte, so a
  /// count that the remaining bytes cannot hold is `.truncated` at once.
  @inlinable
  package mutating func readArrayCount(
    max: Int = Limits.containerCountMax
  ) throws(CBORError) -> Int {
    try readCount(.array, max: max, itemsEach: 1)
  }

  /// The number of entries of a map, as for an array.
  @inlinable
  package mutating func readMapCount(
    max: Int = Limits.containerCountMax
  ) throws(CBORError) -> Int {
    try readCount(.map, max: max, itemsEach: 2)
  }

  @inlinable @inline(__always)
  mutating func readCount(
    _ major: CBORMajor, max: Int, itemsEach: Int
  ) throws(CBORError) -> Int {
    let start = offset
    let count = try readHead(of: major)
    guard count <= UInt64(max) else { throw fail(.containerTooLarge, at: start) }
    guard count <= UInt64(remaining / itemsEach) else { throw fail(.truncated, at: start) }
    return Int(count)
  }
}

// MARK: Fixed bytes

extension CBORCursor {
  @inlinable
  package mutating func expectNull() throws(CBORError) { try expectByte(0xf6) }

  /// Moves past `null` if it comes next.
  @inlinable @inline(__always)
  package mutating func skipNull() -> Bool {
    guard nextByte == 0xf6 else { return false }
    offset += 1
    return true
  }

  /// A head of one byte that the format fixes, such as `0xa2` for a map of two.
  @inlinable @inline(__always)
  package mutating func expectByte(_ byte: UInt8) throws(CBORError) {
    guard let next = nextByte else { throw CBORError(.truncated, at: offset) }
    guard next == byte else { throw CBORError(.unexpected, at: offset) }
    offset += 1
  }

  /// Text that the format fixes, usually a map key.
  /// - Precondition: `text` is shorter than 24 bytes, so that its head is one byte.
  @inlinable @inline(__always)
  package mutating func expectKey(_ text: StaticString) throws(CBORError) {
    let count = text.utf8CodeUnitCount
    precondition(count < 24, "\(text) has a head of two bytes")
    guard let head = nextByte else { throw CBORError(.truncated, at: offset) }
    guard head == 0x60 | UInt8(count) else { throw CBORError(.unexpected, at: offset) }
    guard remaining > count else { throw CBORError(.truncated, at: offset) }
    for index in 0..<count where bytes[offset + 1 + index] != text.utf8Start[index] {
      throw CBORError(.unexpected, at: offset)
    }
    offset += 1 + count
  }
}

// MARK: Links

extension CBORCursor {
  /// A link in the blessed form: `D8 2A 58 25 00`, and the 36 bytes of the CID.
  ///
  /// Throws `.unexpected` for a well-formed link of another form, as for any other item.
  @inlinable @inline(__always)
  package mutating func readLink() throws(CBORError) -> CID {
    if let cid = blessedLink {
      offset += CBORCursor.linkByteCount
      return cid
    }
    throw linkRefusal()
  }

  /// A blessed link, or nil for `null`.
  @inlinable @inline(__always)
  package mutating func readLinkOrNull() throws(CBORError) -> CID? {
    if skipNull() { return nil }
    return try readLink()
  }

  /// The encoded size of a blessed link.
  @inlinable
  package static var linkByteCount: Int { 5 + CID.byteCount }

  /// The blessed link that comes next, if one does.
  @inlinable @inline(__always)
  var blessedLink: CID? {
    guard remaining >= CBORCursor.linkByteCount else { return nil }
    // Safe: 41 bytes are there. In memory order: D8 2A 58 25 00 01 <codec> 12, 20, digest.
    let start = bytes.baseAddress! + offset
    let word = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
    guard word & 0xff00_ffff_ffff_ffff == 0x1200_0100_2558_2ad8,
      start.load(fromByteOffset: 8, as: UInt8.self) == 0x20,
      let codec = CID.Codec(rawValue: UInt8(truncatingIfNeeded: word >> 48))
    else { return nil }
    return CID(digest: Digest(copying: start + 9), codec: codec)
  }

  /// A link of any form: its binary CID, without the leading zero, borrowed.
  package mutating func readAnyLink() throws(CBORError) -> UnsafeRawBufferPointer {
    let start = offset
    guard let first = nextByte else { throw CBORError(.truncated, at: start) }
    guard CBORMajor(initial: first) == .tag else { throw CBORError(.unexpected, at: start) }
    let tag = try readHead().argument
    guard tag == 42 else { throw fail(.tag, at: start) }
    return try readLinkContent(taggedAt: start)
  }

  /// The byte string after tag 42, of which the head is at `start`.
  mutating func readLinkContent(taggedAt start: Int) throws(CBORError) -> UnsafeRawBufferPointer {
    guard let first = nextByte else { throw fail(.truncated, at: start) }
    guard CBORMajor(initial: first) == .bytes else { throw fail(.link, at: start) }
    let content: UnsafeRawBufferPointer
    do throws(CBORError) {
      content = try readBytes(max: 1 + Limits.cidByteCountMax)
    } catch {
      throw fail(error.rule == .itemTooLarge ? .link : error.rule, at: start)
    }
    guard content.first == 0, content.count > 1 else { throw fail(.link, at: start) }
    let binary = UnsafeRawBufferPointer(rebasing: content[1...])
    guard ForeignCID.isWellFormed(binary) else { throw fail(.link, at: start) }
    return binary
  }

  /// Why the next item is not a blessed link.
  @usableFromInline @inline(never)
  func linkRefusal() -> CBORError {
    var reader = self
    do throws(CBORError) {
      _ = try reader.readAnyLink()
      return CBORError(.unexpected, at: offset)
    } catch {
      return error
    }
  }
}
