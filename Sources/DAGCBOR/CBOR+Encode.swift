// CBOR+Encode.swift: values to their one encoding.
//
// Heads are written by libcbor's encoders; a value's own order (CBORMap) is canonical already. What
// a value can still get wrong, nesting and sizes, is refused.
import CCBOR

extension CBOR {
  /// Encodes `value`.
  ///
  /// - Complexity: O(bytes), one buffer.
  /// - Throws: `.nesting`, `.containerTooLarge`, `.mapKeyTooLong` or `.itemTooLarge` for what
  ///   `decode` would not read back; the offset is that of the item in the encoding.
  public static func encode(_ value: CBORValue) throws(CBORError) -> [UInt8] {
    var encoder = CBOREncoder()
    try encoder.append(value, depth: 0)
    return encoder.sink.bytes
  }
}

private struct CBOREncoder: ~Copyable {
  var sink = CBORSink()

  /// Appends a value inside of `depth` containers; the recursion ends at the nesting limit.
  mutating func append(_ value: borrowing CBORValue, depth: Int) throws(CBORError) {
    switch value {
    case .null: sink.appendNull()
    case .bool(let value): sink.appendBool(value)
    case .integer(let value): appendInteger(value)
    case .string(let text): try append(text, max: Limits.itemByteCountMax, over: .itemTooLarge)
    case .bytes(let bytes): try append(bytes)
    case .array(let values):
      try open(values.count, depth: depth, cbor_encode_array_start)
      for value in values { try append(value, depth: depth + 1) }
    case .map(let map):
      try open(map.count, depth: depth, cbor_encode_map_start)
      for (key, value) in map {
        try append(key, max: Limits.mapKeyByteCountMax, over: .mapKeyTooLong)
        try append(value, depth: depth + 1)
      }
    case .link(let cid): sink.appendLink(cid)
    case .foreignLink(let cid):
      head(42, cbor_encode_tag)
      try append([0] + cid.binary)
    }
    // One value may hold another many times: its size in memory does not bound the encoding's.
    guard sink.count <= Limits.itemByteCountMax else {
      throw CBORError(.itemTooLarge, at: sink.count)
    }
  }

  private mutating func appendInteger(_ value: Int64) {
    if value >= 0 {
      head(UInt64(value), cbor_encode_uint)
    } else {
      head(UInt64(~value), cbor_encode_negint)
    }
  }

  private mutating func append(
    _ text: String, max: Int, over rule: CBORError.Rule
  ) throws(CBORError) {
    let count = text.utf8.count
    guard count <= max else { throw CBORError(rule, at: sink.count) }
    head(count, cbor_encode_string_start)
    sink.appendRaw(text)
  }

  private mutating func append(_ bytes: [UInt8]) throws(CBORError) {
    guard bytes.count <= Limits.itemByteCountMax else {
      throw CBORError(.itemTooLarge, at: sink.count)
    }
    head(bytes.count, cbor_encode_bytestring_start)
    bytes.withUnsafeBytes { sink.appendRaw($0) }
  }

  private mutating func open(
    _ count: Int, depth: Int, _ encode: Encode<Int>
  ) throws(CBORError) {
    guard depth < Limits.nestingMax else { throw CBORError(.nesting, at: sink.count) }
    guard count <= Limits.containerCountMax else {
      throw CBORError(.containerTooLarge, at: sink.count)
    }
    head(count, encode)
  }

  /// One of libcbor's encoders: the argument, where to write, the room there; the bytes written.
  private typealias Encode<Argument> = (Argument, UnsafeMutablePointer<UInt8>?, Int) -> Int

  @inline(always)
  private mutating func head<Argument>(_ argument: Argument, _ encode: Encode<Argument>) {
    let room = sink.room(for: CBORHead.byteCountMax)
    // Safe: libcbor writes at most the room it is told of, and no head needs more.
    let count = encode(argument, room.assumingMemoryBound(to: UInt8.self), CBORHead.byteCountMax)
    precondition(count > 0, "libcbor wrote no head")
    sink.advance(count)
  }
}
