// CBORValidator.swift: one pass over one item of any shape.
//
// Iterative: the containers that are open are a fixed array of levels on the stack, so input
// decides neither stack depth nor memory. What records are made of (short text under short keys) is
// looked at in place; everything else, and all that is wrong, goes through CBORCursor.
// Not here: the public doors and their size limits (CBOR.swift).

struct CBORValidator {
  /// An open container. All zeros is a valid level, so that 32 of them cost one memset.
  private struct Level {
    /// Elements or entries still to come.
    var left: UInt32 = 0
    /// Items in an element: 1, or 2 for the entries of a map.
    var itemsEach: UInt32 = 0
    /// The text of the key before, from the start of the item: 0 if there is none, since the map's
    /// own head comes before every key.
    var keyOffset: UInt32 = 0
    var keyByteCount: UInt32 = 0
  }

  /// The item's bytes, and any that follow: at most `Limits.itemByteCountMax`.
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Checks the item and returns its size. Offsets in errors count from the item's start.
  func validateItem() throws(CBORError) -> Int {
    assert(Limits.nestingMax == 32, "one level for each container that may be open")
    var outer = InlineArray<32, Level>(repeating: Level())
    var level = Level(left: 1, itemsEach: 1)
    var depth = 0
    var offset = 0
    // Items that the open containers still need: each takes a byte at least.
    var owed = 1
    while true {
      if level.left == 0 {
        if depth == 0 { return offset }
        depth -= 1
        level = outer[depth]
        continue
      }
      level.left -= 1
      owed -= Int(level.itemsEach)
      if level.itemsEach == 2 { offset = try endOfKey(at: offset, in: &level) }
      if let text = shortText(at: offset) {
        guard UTF8Text.isValid(text) else { throw CBORError(.utf8, at: offset) }
        offset += (text.count < 24 ? 1 : 2) + text.count
        continue
      }
      guard let inner = try container(at: &offset, depth: depth) else { continue }
      owed += Int(inner.left * inner.itemsEach)
      guard owed <= bytes.count - offset else {
        throw CBORError(.truncated, at: offset - CBORHead.byteCount(UInt64(inner.left)))
      }
      outer[depth] = level
      depth += 1
      level = inner
    }
  }
}

// MARK: Values

extension CBORValidator {
  /// The text at `offset` if it has a head of one or two bytes and is all there.
  @inline(always)
  private func shortText(at offset: Int) -> UnsafeRawBufferPointer? {
    let rest = bytes.count - offset
    guard rest > 1 else { return nil }
    // 60...77 is a head by itself; 78 has the count, 24 or more, in the next byte.
    let low = bytes[offset] &- 0x60
    let (start, count): (Int, Int)
    if low < 24 {
      (start, count) = (1, Int(low))
    } else if low == 24, bytes[offset + 1] >= 24 {
      (start, count) = (2, Int(bytes[offset + 1]))
    } else {
      return nil
    }
    guard count <= rest - start else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[(offset + start)..<(offset + start + count)])
  }

  /// Moves past the head of a container and returns it, or past any other item and returns nil.
  @inline(always)
  private func container(at offset: inout Int, depth: Int) throws(CBORError) -> Level? {
    guard offset < bytes.count else { throw CBORError(.truncated, at: offset) }
    let initial = bytes[offset]
    guard initial & 0xc0 == 0x80 else {
      offset = try endOfLeaf(at: offset)
      return nil
    }
    let count = initial & 0x1f < 24 ? Int(initial & 0x1f) : try longCount(at: offset)
    guard depth < Limits.nestingMax else { throw CBORError(.nesting, at: offset) }
    guard count <= Limits.containerCountMax else {
      throw CBORError(.containerTooLarge, at: offset)
    }
    offset += CBORHead.byteCount(UInt64(count))
    return Level(
      left: UInt32(truncatingIfNeeded: count), itemsEach: initial & 0x20 == 0 ? 1 : 2)
  }

  /// The count of a container whose head is longer than a byte; more than any limit is `Int.max`.
  @inline(never)
  private func longCount(at offset: Int) throws(CBORError) -> Int {
    var cursor = CBORCursor(bytes, at: offset)
    return Int(clamping: try cursor.readHead().argument)
  }

  /// Checks an item that is not a container and returns where it ends.
  @inline(never)
  private func endOfLeaf(at offset: Int) throws(CBORError) -> Int {
    var cursor = CBORCursor(bytes, at: offset)
    switch CBORMajor(initial: bytes[offset]) {
    case .tag:
      if cursor.blessedLink != nil { return offset + CBORCursor.linkByteCount }
      _ = try cursor.readAnyLink()
    case .bytes: _ = try cursor.readBytes()
    case .text: _ = try cursor.readText()
    case .unsigned, .negative: _ = try cursor.readInteger()
    case .simple, .array, .map: _ = try cursor.readHead()
    }
    return cursor.offset
  }
}

// MARK: Keys

extension CBORValidator {
  /// Checks the key at `offset` against the one before and returns where it ends.
  @inline(always)
  private func endOfKey(at offset: Int, in level: inout Level) throws(CBORError) -> Int {
    let text: UnsafeRawBufferPointer
    if let short = shortText(at: offset) {
      guard UTF8Text.isValid(short) else { throw CBORError(.utf8, at: offset) }
      text = short
    } else {
      text = try longKey(at: offset)
    }
    if text.count <= Int(level.keyByteCount) { try checkOrder(text, at: offset, after: level) }
    let start = offset + (text.count < 24 ? 1 : text.count < 256 ? 2 : 3)
    level.keyOffset = UInt32(truncatingIfNeeded: start)
    level.keyByteCount = UInt32(truncatingIfNeeded: text.count)
    return start + text.count
  }

  /// A key that is longer than 255 bytes, or wrong.
  @inline(never)
  private func longKey(at offset: Int) throws(CBORError) -> UnsafeRawBufferPointer {
    var cursor = CBORCursor(bytes, at: offset)
    if let first = cursor.nextByte, CBORMajor(initial: first) != .text {
      throw CBORError(.mapKeyType, at: offset)
    }
    return try cursor.readText(max: Limits.mapKeyByteCountMax, over: .mapKeyTooLong)
  }

  /// Throws unless `text`, a key at `offset` that is no longer than the one before, may follow it.
  @inline(never)
  private func checkOrder(
    _ text: UnsafeRawBufferPointer, at offset: Int, after level: Level
  ) throws(CBORError) {
    if level.keyOffset == 0 { return }
    guard text.count == Int(level.keyByteCount) else { throw CBORError(.mapKeyOrder, at: offset) }
    for index in 0..<text.count {
      let (before, now) = (bytes[Int(level.keyOffset) + index], text[index])
      if before < now { return }
      guard before == now else { throw CBORError(.mapKeyOrder, at: offset) }
    }
    throw CBORError(.mapKeyRepeated, at: offset)
  }
}
