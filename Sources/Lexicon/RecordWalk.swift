// RecordWalk.swift: an encoded record against a compiled schema, in one pass and without a value.
//
// The walk says yes, or that it does not know: then the record is decoded and ValueCheck, the
// judge, names what is wrong or accepts after all. So a fault here can make a check slow and never
// wrong in what it refuses. INV-L1: it never says yes where the judge says no; the tests compare
// the two. The bytes have passed `CBOR.validate`: they are canonical and nested at most 32 deep.
import ATSyntax
import DAGCBOR

struct RecordWalk {
  private let program: SchemaProgram.View
  private let bytes: UnsafeRawBufferPointer
  private var cursor: CBORCursor

  init(_ bytes: UnsafeRawBufferPointer, by program: SchemaProgram.View) {
    self.bytes = bytes
    self.program = program
    cursor = CBORCursor(bytes)
  }

  /// Whether the item is surely valid for the step `entry`; `type` is what its `$type` must be.
  mutating func isValid(for entry: Int32, type: String? = nil) -> Bool {
    do throws(CBORError) {
      if var type {
        guard let found = try typeName() else { return false }
        guard type.withUTF8({ RecordWalk.isSame(found, UnsafeRawBufferPointer($0)) }) else {
          return false
        }
      }
      guard try isItem(of: entry, depth: 0) else { return false }
      return cursor.remaining == 0
    } catch {
      return false
    }
  }

  /// Moves past one item and says whether it is surely valid.
  private mutating func isItem(of index: Int32, depth: Int) throws(CBORError) -> Bool {
    let step = program.steps[Int(index)]
    switch step.kind {
    case .string: return try isString(step)
    case .object: return try isObject(step, depth)
    case .array: return try isArray(step, depth)
    case .union: return try isUnion(step, depth)
    case .integer:
      let value = try cursor.readInteger()
      return value >= step.min && value <= step.max
        && (step.entries.isEmpty || isChoice(value, step.entries))
    case .boolean:
      let value: Int64 = try cursor.readBool() ? 1 : 0
      return value >= step.min && value <= step.max
    case .bytes:
      let count = Int64(try cursor.readBytes().count)
      return count >= step.min && count <= step.max
    case .link:
      if cursor.nextByte == 0xd8 {
        try skip()
        return true
      }
      return false
    case .blob: return try isBlob(program.blobs[Int(step.detail)])
    case .unknown:
      guard cursor.nextByte.map({ $0 >> 5 == CBORMajor.map.rawValue }) ?? false else {
        return false
      }
      if let type = try typeName(), RecordWalk.isSame(type, "blob") { return false }
      try skip()
      return true
    case .unresolved: return false
    }
  }
}

// MARK: Containers

extension RecordWalk {
  private mutating func isArray(_ step: SchemaStep, _ depth: Int) throws(CBORError) -> Bool {
    let count = Int64(try cursor.readArrayCount())
    guard depth < Limits.nestingMax, count >= step.min, count <= step.max else { return false }
    for _ in 0..<count {
      guard try isItem(of: step.detail, depth: depth + 1) else { return false }
    }
    return true
  }

  private mutating func isObject(_ step: SchemaStep, _ depth: Int) throws(CBORError) -> Bool {
    guard depth < Limits.nestingMax else { return false }
    var missing = step.detail
    // Both sides ascend: what comes next is usually the next property.
    var next = step.entries.lowerBound
    for _ in 0..<(try cursor.readMapCount()) {
      let key = try text()
      guard let index = property(key, from: next, to: step.entries.upperBound) else {
        try skip()
        continue
      }
      next = index + 1
      let property = program.properties[Int(index)]
      if property.isRequired { missing -= 1 }
      if cursor.skipNull() {
        guard property.isNullable else { return false }
      } else {
        guard try isItem(of: property.step, depth: depth + 1) else { return false }
      }
    }
    return missing == 0
  }

  private mutating func isUnion(_ step: SchemaStep, _ depth: Int) throws(CBORError) -> Bool {
    guard let type = try typeName(), !type.isEmpty else { return false }
    if let member = member(called: type, in: step.entries) {
      return try isItem(of: member, depth: depth)
    }
    if step.isClosed { return false }
    if RecordWalk.hasSuffix(type, "#main") {
      // The name of a member, written wrongly, is none of a stranger.
      let short = UnsafeRawBufferPointer(rebasing: type[..<(type.count - 5)])
      if member(called: short, in: step.entries) != nil { return false }
    }
    try skip()
    return true
  }

  /// The step of the member of a union that `$type` names.
  private func member(called type: UnsafeRawBufferPointer, in range: Range<Int32>) -> Int32? {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      let member = program.members[Int(middle)]
      switch compare(member.name, to: type) {
      case 0: return member.step
      case ..<0: low = middle + 1
      default: high = middle
      }
    }
    return nil
  }

  private mutating func isBlob(_ schema: BlobSchema) throws(CBORError) -> Bool {
    guard try cursor.readMapCount() == 4 else { return false }
    try cursor.expectKey("ref")
    guard cursor.nextByte == 0xd8 else { return false }
    try skip()
    try cursor.expectKey("size")
    let size = Int64(try cursor.readUnsigned())
    if let maxSize = schema.maxSize, size > maxSize { return false }
    try cursor.expectKey("$type")
    try cursor.expectKey("blob")
    try cursor.expectKey("mimeType")
    let type = try text()
    guard !type.isEmpty else { return false }
    guard let accept = schema.accept else { return true }
    let name = String(decoding: type, as: UTF8.self)
    return accept.contains { $0.matches(name) }
  }

  /// The `$type` of the map that comes next, without moving: nil where there is none, or no map.
  private func typeName() throws(CBORError) -> UnsafeRawBufferPointer? {
    var ahead = self
    guard let first = ahead.cursor.nextByte, first >> 5 == CBORMajor.map.rawValue else {
      return nil
    }
    for _ in 0..<(try ahead.cursor.readMapCount()) {
      let key = try ahead.text()
      // Keys ascend by length: beyond this one it cannot come.
      if key.count > 5 { return nil }
      if RecordWalk.isSame(key, "$type") {
        guard let head = ahead.cursor.nextByte, head >> 5 == CBORMajor.text.rawValue else {
          return nil
        }
        return try ahead.text()
      }
      try ahead.skip()
    }
    return nil
  }
}

// MARK: Scalars

extension RecordWalk {
  private mutating func isString(_ step: SchemaStep) throws(CBORError) -> Bool {
    let text = try text()
    let count = Int64(text.count)
    guard count >= step.min, count <= step.max else { return false }
    guard count <= step.maxGraphemes && step.minGraphemes <= 0 || hasGraphemes(text, step) else {
      return false
    }
    if !step.entries.isEmpty, !isChoice(text, step.entries) { return false }
    guard let format = step.format else { return true }
    do throws(SyntaxError) {
      // Safe: bytes of text are initialised bytes.
      try format.check(text.assumingMemoryBound(to: UInt8.self).span)
      return true
    } catch {
      return false
    }
  }

  /// Whether there are as many grapheme clusters as there should be. A cluster has at least a byte,
  /// and ASCII without carriage returns has one a byte: both are decided without counting.
  private func hasGraphemes(_ text: UnsafeRawBufferPointer, _ step: SchemaStep) -> Bool {
    let count = Int64(text.count)
    if count < step.minGraphemes { return false }
    if count <= step.maxGraphemes, step.minGraphemes <= 1 { return true }
    if UTF8Text.isASCII(text), !text.contains(0x0d) { return count <= step.maxGraphemes }
    let clusters = Int64(String(decoding: text, as: UTF8.self).count)
    return clusters >= step.minGraphemes && clusters <= step.maxGraphemes
  }

  private func isChoice(_ value: Int64, _ range: Range<Int32>) -> Bool {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      let choice = program.integerChoices[Int(middle)]
      if choice == value { return true }
      if choice < value { low = middle + 1 } else { high = middle }
    }
    return false
  }

  private func isChoice(_ text: UnsafeRawBufferPointer, _ range: Range<Int32>) -> Bool {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      switch compare(program.textChoices[Int(middle)], to: text) {
      case 0: return true
      case ..<0: low = middle + 1
      default: high = middle
      }
    }
    return false
  }

  /// Which property `key` is, of those from `next` on.
  @inline(__always)
  private func property(
    _ key: UnsafeRawBufferPointer, from next: Int32, to end: Int32
  ) -> Int32? {
    guard next < end else { return nil }
    var (low, high) = (next, end)
    var probe = next
    while true {
      switch compare(program.properties[Int(probe)].name, to: key) {
      case 0: return probe
      case ..<0: low = probe + 1
      default: high = probe
      }
      guard low < high else { return nil }
      probe = low + (high - low) / 2
    }
  }
}

// MARK: Bytes

extension RecordWalk {
  /// Moves past a text whose UTF-8 was checked before.
  @inline(__always)
  private mutating func text() throws(CBORError) -> UnsafeRawBufferPointer {
    let count = try cursor.readHead(of: .text)
    guard count <= UInt64(cursor.remaining) else {
      throw CBORError(.truncated, at: cursor.offset)
    }
    let start = cursor.offset
    cursor.offset += Int(count)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<cursor.offset])
  }

  /// Moves past one item of any shape.
  private mutating func skip() throws(CBORError) {
    var left: UInt64 = 1
    while left > 0 {
      left -= 1
      let head = try cursor.readHead()
      switch head.major {
      case .unsigned, .negative, .simple: continue
      case .array: left += head.argument
      case .map: left += 2 * head.argument
      case .tag: left += 1
      case .bytes, .text:
        guard head.argument <= UInt64(cursor.remaining) else {
          throw CBORError(.truncated, at: cursor.offset)
        }
        cursor.offset += Int(head.argument)
      }
    }
  }

  /// The order of a text of the program and one of the record: by length, then bytewise.
  @inline(__always)
  private func compare(_ slice: TextSlice, to text: UnsafeRawBufferPointer) -> Int {
    let count = Int(slice.count)
    if count != text.count { return count - text.count }
    for index in 0..<count {
      let (a, b) = (program.texts[Int(slice.offset) + index], text[index])
      if a != b { return Int(a) - Int(b) }
    }
    return 0
  }

  private static func isSame(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    a.count == b.count && a.elementsEqual(b)
  }

  private static func isSame(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    isSame(text, UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  private static func hasSuffix(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    return text.count >= count
      && isSame(UnsafeRawBufferPointer(rebasing: text[(text.count - count)...]), word)
  }
}
