// CBORCursorTests.swift: the cursor and the sink that codecs of fixed shape are written with.
import DAGCBOR
import TestKit
import Testing
import ValueKit

@Suite("Cursor and sink")
struct CBORCursorTests {
  /// Reads from `text` and gives what was read and where the cursor then stands.
  private func read<R>(
    _ text: String, at offset: Int = 0,
    _ body: (inout CBORCursor) throws(CBORError) -> R
  ) throws(CBORError) -> (R, Int) {
    let input = bytes(hexWords: text)
    return try input.span.bytes.withUnsafeBytes { (buffer) throws(CBORError) in
      var cursor = CBORCursor(buffer, at: offset)
      return (try body(&cursor), cursor.offset)
    }
  }

  /// Expects `rule` at `offset`, and that the cursor stays there.
  private func refuses<R>(
    _ text: String, _ rule: CBORError.Rule, at offset: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (inout CBORCursor) throws(CBORError) -> R
  ) throws {
    _ = try read(text, at: offset) { (cursor) throws(CBORError) in
      do throws(CBORError) {
        _ = try body(&cursor)
        Issue.record("\(text) was read", sourceLocation: sourceLocation)
      } catch {
        #expect(error == CBORError(rule, at: offset), sourceLocation: sourceLocation)
        #expect(cursor.offset == offset, sourceLocation: sourceLocation)
      }
    }
  }

  @Test("integers, in range and of the right kind")
  func integers() throws {
    #expect(try read("1903e8") { c throws(CBORError) in try c.readUnsigned() } == (1000, 3))
    #expect(try read("17") { c throws(CBORError) in try c.readUnsigned(max: 23) } == (23, 1))
    #expect(
      try read("3b7fffffffffffffff") { c throws(CBORError) in try c.readInteger() } == (.min, 9))
    try refuses("1818", .integerRange) { c throws(CBORError) in try c.readUnsigned(max: 23) }
    try refuses("1bffffffffffffffff", .integerRange) { c throws(CBORError) in
      try c.readUnsigned(max: .max)
    }
    try refuses("3bffffffffffffffff", .integerRange) { c throws(CBORError) in try c.readInteger() }
    try refuses("20", .unexpected) { c throws(CBORError) in try c.readUnsigned() }
    try refuses("f6 1800", .notMinimal, at: 1) { c throws(CBORError) in try c.readUnsigned() }
    try refuses("19ff", .truncated) { c throws(CBORError) in try c.readInteger() }
    try refuses("60", .unexpected) { c throws(CBORError) in try c.readInteger() }
  }

  @Test("strings, within their bounds")
  func strings() throws {
    #expect(
      try read("430a0b0c") { c throws(CBORError) in Array(try c.readBytes()) } == ([10, 11, 12], 4))
    #expect(
      try read("6161") { c throws(CBORError) in Array(try c.readText(max: 1)) } == ([0x61], 2))
    try refuses("430a0b0c", .itemTooLarge) { c throws(CBORError) in try c.readBytes(max: 2) }
    try refuses("430a0b", .truncated) { c throws(CBORError) in try c.readBytes() }
    try refuses("5bffffffffffffffff", .itemTooLarge) { c throws(CBORError) in try c.readBytes() }
    try refuses("6161", .unexpected) { c throws(CBORError) in try c.readBytes() }
    try refuses("61ff", .utf8) { c throws(CBORError) in try c.readText() }
    try refuses("626161", .mapKeyTooLong) { c throws(CBORError) in
      try c.readText(max: 1, over: .mapKeyTooLong)
    }
  }

  @Test("counts that the rest can hold")
  func counts() throws {
    #expect(try read("82 00 00") { c throws(CBORError) in try c.readArrayCount() } == (2, 1))
    #expect(try read("a1 60 00") { c throws(CBORError) in try c.readMapCount() } == (1, 1))
    try refuses("82 00", .truncated) { c throws(CBORError) in try c.readArrayCount() }
    try refuses("a1 60", .truncated) { c throws(CBORError) in try c.readMapCount() }
    try refuses("83 000000", .containerTooLarge) { c throws(CBORError) in
      try c.readArrayCount(max: 2)
    }
    try refuses("9bffffffffffffffff", .containerTooLarge) { c throws(CBORError) in
      try c.readArrayCount()
    }
    try refuses("a0", .unexpected) { c throws(CBORError) in try c.readArrayCount() }
    try refuses("9f", .indefiniteLength) { c throws(CBORError) in try c.readArrayCount() }
  }

  @Test("links in the blessed form, or null where it may be")
  func links() throws {
    let cid = CBORDecodeTests.cid
    #expect(try read(CBORVectors.link) { c throws(CBORError) in try c.readLink() } == (cid, 41))
    #expect(try read("f6") { c throws(CBORError) in try c.readLinkOrNull() } == (nil, 1))
    #expect(
      try read(CBORVectors.link) { c throws(CBORError) in try c.readLinkOrNull() } == (cid, 41))
    let binary = try read("d82a45 00 01550000") { c throws(CBORError) in Array(try c.readAnyLink())
    }
    #expect(binary == ([0x01, 0x55, 0, 0], 8))
    try refuses("f6", .unexpected) { c throws(CBORError) in try c.readLink() }
    try refuses("", .truncated) { c throws(CBORError) in try c.readLink() }
    try refuses("d82a45 00 01550000", .unexpected) { c throws(CBORError) in try c.readLink() }
    try refuses("d82b40", .tag) { c throws(CBORError) in try c.readLink() }
    try refuses("d82a4100", .link) { c throws(CBORError) in try c.readLink() }
    try refuses(String(CBORVectors.link.dropLast(2)), .truncated) { c throws(CBORError) in
      try c.readLink()
    }
    // Version 2 and a digest of another length: the word-wise comparison must see each byte.
    let link = bytes(hexWords: CBORVectors.link)
    for index in 0..<9 {
      for delta in 1...255 as ClosedRange<UInt8> where index != 6 || link[6] ^ delta != 0x55 {
        var changed = link
        changed[index] ^= delta
        #expect(throws: CBORError.self) {
          try read(hex(changed)) { c throws(CBORError) in try c.readLink() }
        }
      }
    }
  }

  @Test("bytes and texts that a format fixes")
  func fixed() throws {
    let end = try read("a1 6474726565 f6") { c throws(CBORError) in
      try c.expectByte(0xa1)
      try c.expectKey("tree")
      try c.expectNull()
      try c.finish()
    }
    #expect(end.1 == 7)
    for text in ["63747265", "65 7472656565", "6474726566", "44 74726565"] {
      try refuses(text, .unexpected) { c throws(CBORError) in try c.expectKey("tree") }
    }
    try refuses("64747265", .truncated) { c throws(CBORError) in try c.expectKey("tree") }
    try refuses("f5", .unexpected) { c throws(CBORError) in try c.expectNull() }
    try refuses("f6 00", .trailingBytes, at: 1) { c throws(CBORError) in try c.finish() }
    #expect(try read("f5") { c throws(CBORError) in try c.readBool() } == (true, 1))
    #expect(try read("f4") { c throws(CBORError) in try c.readBool() } == (false, 1))
    try refuses("f6", .unexpected) { c throws(CBORError) in try c.readBool() }
  }

  @Test("reading beyond the end is an error at any offset")
  func beyond() throws {
    try refuses("00", .truncated, at: 9) { c throws(CBORError) in try c.readHead() }
    try refuses("00", .truncated, at: 9) { c throws(CBORError) in try c.readLink() }
    try refuses("00", .truncated, at: 9) { c throws(CBORError) in try c.expectKey("a") }
    try refuses("00", .truncated, at: 9) { c throws(CBORError) in try c.readBool() }
  }

  @Test("a sink writes what the encoder writes")
  func sink() throws {
    var values = RandomValue(SplitMix64.printed("sink"))
    var sink = CBORSink(capacity: 1)
    for _ in 0..<scaled(2000) {
      let value = values.value()
      sink.removeAll()
      write(value, to: &sink)
      #expect(try sink.bytes == CBOR.encode(value))
      #expect(sink.withBytes { Array($0) } == sink.bytes)
    }
  }

  private func write(_ value: CBORValue, to sink: inout CBORSink) {
    switch value {
    case .null: sink.appendLinkOrNull(nil)
    case .bool(let value): sink.appendBool(value)
    case .integer(let value): sink.appendInteger(value)
    case .string(let text): sink.appendText(text)
    case .bytes(let bytes): sink.appendBytes(bytes)
    case .array(let values):
      sink.appendArray(count: values.count)
      for value in values { write(value, to: &sink) }
    case .map(let map):
      sink.appendMap(count: map.count)
      for (key, value) in map {
        sink.appendText(key)
        write(value, to: &sink)
      }
    case .link(let cid): sink.appendLinkOrNull(cid)
    case .foreignLink(let cid):
      sink.appendHead(.tag, 42)
      sink.appendBytes([0] + cid.binary)
    }
  }

  @Test("fixed keys are text")
  func keys() {
    var sink = CBORSink()
    sink.appendKey("")
    sink.appendKey("prevData")
    #expect(sink.bytes == bytes(hexWords: "60 68 7072657644617461"))
  }
}

@Suite("UTF-8")
struct UTF8TextTests {
  /// The standard library's decoder, which is not ours.
  private func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  private func check(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { UTF8Text.isValid($0) } == isValid(bytes)
  }

  @Test("every sequence of one and two bytes, and the edges of three and four")
  func sequences() {
    let all = 0...255 as ClosedRange<UInt8>
    let edges: [UInt8] = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff,
    ]
    var wrong = 0
    for a in all {
      if !check([a]) { wrong += 1 }
      for b in all {
        if !check([a, b]) { wrong += 1 }
        for c in edges {
          if !check([a, b, c]) { wrong += 1 }
          for d in edges where a >= 0xe0 && !check([a, b, c, d]) { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test("one bad byte is found wherever it stands in text of any length")
  func positions() {
    for count in 1...70 {
      var text = [UInt8](repeating: 0x61, count: count)
      #expect(check(text) && isValid(text))
      for index in 0..<count {
        text[index] = 0xff
        #expect(check(text) && !isValid(text))
        text[index] = 0x61
      }
    }
  }
}
