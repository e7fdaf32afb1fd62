// CBORValidator.swift: one pass over one item of any shape.
//
// Iterative: the containers that are open are a fixed array of levels in the validator itself, so
// input decides neither stack depth nor memory. Heads, strings and links are read by CBORCursor.
// Not here: the public doors and their size limits (CBOR.swift).

struct CBORValidator {
  /// An open container.
  private struct Level {
    /// Elements or entries still to come.
    var left: Int
    var isMap: Bool
    /// Where the text of the entry before begins, and its bytes: nothing precedes the first.
    var keyOffset = 0
    var keyByteCount = -1
  }

  private var cursor: CBORCursor
  private let bytes: UnsafeRawBufferPointer
  /// Items that the open containers still need: each takes a byte at least.
  private var owed = 0
  private var depth = 0
  private var level = Level(left: 0, isMap: false)
  /// The levels around `level`, outermost first; `depth` of them are in use.
  private var outer = InlineArray<32, Level>(repeating: Level(left: 0, isMap: false))

  /// - Precondition: `offset` is not negative.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    self.bytes = bytes
    cursor = CBORCursor(bytes, at: offset)
  }

  /// Checks the item at the cursor and returns where it ends.
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
      guard head.argument == 42 else { throw CBORError(.tag, at: start) }
      cursor.offset = start
      if cursor.blessedLink != nil {
        cursor.offset += CBORCursor.linkByteCount
      } else {
        _ = try cursor.readAnyLink()
      }
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
    defer { cursor.offset += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[cursor.offset..<cursor.offset + Int(count)])
  }

  private mutating func open(_ count: UInt64, isMap: Bool, at start: Int) throws(CBORError) {
    guard depth < Limits.nestingMax else { throw CBORError(.nesting, at: start) }
    guard count <= UInt64(Limits.containerCountMax) else {
      throw CBORError(.containerTooLarge, at: start)
    }
    owed += isMap ? 2 * Int(count) : Int(count)
    guard owed <= cursor.remaining else { throw CBORError(.truncated, at: start) }
    outer[depth] = level
    depth += 1
    level = Level(left: Int(count), isMap: isMap)
  }

  @inline(__always)
  private mutating func key() throws(CBORError) {
    let start = cursor.offset
    owed -= 1
    if let first = cursor.nextByte, first >> 5 != CBORMajor.text.rawValue {
      throw CBORError(.mapKeyType, at: start)
    }
    let text = try cursor.readText(max: Limits.mapKeyByteCountMax, over: .mapKeyTooLong)
    if text.count <= level.keyByteCount { try order(text, at: start) }
    level.keyByteCount = text.count
    level.keyOffset = cursor.offset - text.count
  }

  /// A key that is not longer than the one before.
  private func order(_ text: UnsafeRawBufferPointer, at start: Int) throws(CBORError) {
    guard text.count == level.keyByteCount else { throw CBORError(.mapKeyOrder, at: start) }
    for index in 0..<text.count {
      let (before, now) = (bytes[level.keyOffset + index], text[index])
      if before < now { return }
      guard before == now else { throw CBORError(.mapKeyOrder, at: start) }
    }
    throw CBORError(.mapKeyRepeated, at: start)
  }
}
