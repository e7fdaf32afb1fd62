// CBORValidator.swift: one pass over one item of any shape.
//
// Iterative: the containers that are open are a fixed array of levels in the validator itself, so
// input decides neither stack depth nor memory. Heads, strings and links are read by CBORCursor.
// Not here: the public doors and their size limits (CBOR.swift).

struct CBORValidator {
  /// An open container.
  private struct Level {
    /// Elements or entries still to come.
    var left: Int32
    var isMap: Bool
    /// Where the text of the entry before begins, and its bytes: nothing precedes the first.
    var keyOffset: Int = 0
    var keyByteCount: Int16 = -1
  }

  private let bytes: UnsafeRawBufferPointer
  private var cursor: CBORCursor
  /// Items that the open containers still need: each takes a byte at least.
  private var owed = 0
  private var depth = 0
  private var level = Level(left: 0, isMap: false)
  /// The levels around `level`, outermost first; `depth` of them are in use.
  private var outer = InlineArray<32, Level>(repeating: Level(left: 0, isMap: false))

  /// - Precondition: `offset` is not negative.
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    self.bytes = bytes
    cursor = CBORCursor(bytes, at: offset)
  }

  /// Checks the item at the cursor and returns where it ends.
  @inline(__always)
  mutating func validateItem() throws(CBORError) -> Int {
    assert(outer.count == Limits.nestingMax, "one level for each container that may be open")
    try value()
    while depth > 0 {
      if level.left == 0 {
        depth -= 1
        level = outer[depth]
        continue
      }
      level.left -= 1
      if level.isMap { try key() }
      owed -= 1
      try value()
    }
    return cursor.offset
  }

  @inline(__always)
  private mutating func value() throws(CBORError) {
    let start = cursor.offset
    let head = try cursor.readHead()
    switch head.major {
    case .unsigned, .negative:
      guard head.argument <= UInt64(Int64.max) else { throw CBORError(.integerRange, at: start) }
    case .text:
      let text = try string(head.argument, at: start)
      guard UTF8Text.isValid(text) else { throw CBORError(.utf8, at: start) }
    case .bytes: _ = try string(head.argument, at: start)
    case .array: try open(head.argument, isMap: false, at: start)
    case .map: try open(head.argument, isMap: true, at: start)
    case .tag:
      cursor.offset = try CBORValidator.endOfLink(in: bytes, at: start)
    case .simple: break
    }
  }

  @inline(__always)
  private mutating func string(
    _ count: UInt64, at start: Int
  ) throws(CBORError) -> UnsafeRawBufferPointer {
    guard count <= UInt64(Limits.itemByteCountMax) else {
      throw CBORError(.itemTooLarge, at: start)
    }
    guard count <= UInt64(cursor.remaining) else { throw CBORError(.truncated, at: start) }
    cursor.offset += Int(count)
    return UnsafeRawBufferPointer(rebasing: bytes[cursor.offset - Int(count)..<cursor.offset])
  }

  @inline(__always)
  private mutating func open(_ count: UInt64, isMap: Bool, at start: Int) throws(CBORError) {
    guard depth < Limits.nestingMax else { throw CBORError(.nesting, at: start) }
    guard count <= UInt64(Limits.containerCountMax) else {
      throw CBORError(.containerTooLarge, at: start)
    }
    owed += isMap ? 2 * Int(count) : Int(count)
    guard owed <= cursor.remaining else { throw CBORError(.truncated, at: start) }
    outer[depth] = level
    depth += 1
    level = Level(left: Int32(truncatingIfNeeded: count), isMap: isMap)
  }

  @inline(__always)
  private mutating func key() throws(CBORError) {
    let start = cursor.offset
    owed -= 1
    if let first = cursor.nextByte, CBORMajor(initial: first) != .text {
      throw CBORError(.mapKeyType, at: start)
    }
    let count = try cursor.readHead().argument
    guard count <= UInt64(Limits.mapKeyByteCountMax) else {
      throw CBORError(.mapKeyTooLong, at: start)
    }
    let text = try string(count, at: start)
    guard UTF8Text.isValid(text) else { throw CBORError(.utf8, at: start) }
    if text.count <= Int(level.keyByteCount) {
      let before = bytes[level.keyOffset..<level.keyOffset + Int(level.keyByteCount)]
      try CBORValidator.order(UnsafeRawBufferPointer(rebasing: before), text, at: start)
    }
    level.keyByteCount = Int16(truncatingIfNeeded: text.count)
    level.keyOffset = cursor.offset - text.count
  }

  private static func endOfLink(
    in bytes: UnsafeRawBufferPointer, at start: Int
  ) throws(CBORError) -> Int {
    var cursor = CBORCursor(bytes, at: start)
    if cursor.blessedLink != nil { return start + CBORCursor.linkByteCount }
    _ = try cursor.readAnyLink()
    return cursor.offset
  }

  /// Throws unless `now`, the text of a key at `start` that is not longer than `before`, follows it.
  private static func order(
    _ before: UnsafeRawBufferPointer, _ now: UnsafeRawBufferPointer, at start: Int
  ) throws(CBORError) {
    guard now.count == before.count else { throw CBORError(.mapKeyOrder, at: start) }
    for index in 0..<now.count {
      if before[index] < now[index] { return }
      guard before[index] == now[index] else { throw CBORError(.mapKeyOrder, at: start) }
    }
    throw CBORError(.mapKeyRepeated, at: start)
  }
}
