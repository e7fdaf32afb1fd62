// StreamFields.swift: the fields of a map from outside, by name and in canonical order.
//
// Whoever asks for fields in canonical order passes over the map once: what it does not ask for is
// skipped, which is how fields of a later protocol are ignored. No allocation, no tree of values.
// Not here: which fields there are (StreamFrame+Read).
import ATSyntax
import DAGCBOR

/// A walk over one map in borrowed bytes, which it must not outlive.
struct StreamFields {
  private let bytes: UnsafeRawBufferPointer
  private let mapOffset: Int
  private var cursor: CBORCursor
  /// Entries whose key has not been read.
  private var left: Int
  /// Where the item last asked for begins.
  private(set) var itemOffset: Int

  /// Begins at the head of a map, which need not have been validated.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StreamFrameError) {
    self.bytes = bytes
    mapOffset = offset
    itemOffset = offset
    cursor = CBORCursor(bytes, at: offset)
    do throws(CBORError) {
      left = try cursor.readMapCount()
    } catch {
      throw StreamFrameError(error)
    }
  }

  /// Moves to the value of field `name`; false if there is no such field.
  private mutating func seek(_ name: StaticString) throws(StreamFrameError) -> Bool {
    do throws(CBORError) {
      while left > 0 {
        var ahead = cursor
        let order = StreamFields.compare(try ahead.readText(), name)
        if order > 0 { return false }
        cursor = ahead
        left -= 1
        itemOffset = cursor.offset
        if order == 0 { return true }
        cursor.offset = try CBOR.validateItem(in: bytes, at: cursor.offset)
      }
      return false
    } catch {
      throw StreamFrameError(error)
    }
  }

  /// The order of keys in DAG-CBOR: by length, then bytewise.
  private static func compare(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Int {
    guard key.count == name.utf8CodeUnitCount else { return key.count - name.utf8CodeUnitCount }
    // Safe: both have as many bytes.
    for index in 0..<key.count where key[index] != name.utf8Start[index] {
      return Int(key[index]) - Int(name.utf8Start[index])
    }
    return 0
  }

  /// Passes over what is left and returns where the map ends.
  mutating func end() throws(StreamFrameError) -> Int {
    do throws(CBORError) {
      while left > 0 {
        _ = try cursor.readText()
        left -= 1
        cursor.offset = try CBOR.validateItem(in: bytes, at: cursor.offset)
      }
    } catch {
      throw StreamFrameError(error)
    }
    return cursor.offset
  }
}

// MARK: Values

extension StreamFields {
  typealias Read<Value> = (inout CBORCursor) throws(CBORError) -> Value

  private mutating func item<Value>(
    _ read: Read<Value>
  ) throws(StreamFrameError) -> Value {
    do throws(CBORError) {
      return try read(&cursor)
    } catch {
      throw StreamFrameError(error)
    }
  }

  private mutating func demand(_ name: StaticString) throws(StreamFrameError) {
    guard try seek(name) else {
      throw StreamFrameError(.fieldMissing(name.description), at: mapOffset)
    }
  }

  /// A field that must be there.
  mutating func value<Value>(
    _ name: StaticString, _ read: Read<Value>
  ) throws(StreamFrameError) -> Value {
    try demand(name)
    return try item(read)
  }

  /// A field that must be there and may be null.
  mutating func nullable<Value>(
    _ name: StaticString, _ read: Read<Value>
  ) throws(StreamFrameError) -> Value? {
    try demand(name)
    return cursor.skipNull() ? nil : try item(read)
  }

  /// A field that may be missing. Null is not the same and is never written, but some encoders
  /// cannot leave a field out, and what they mean is clear.
  mutating func optional<Value>(
    _ name: StaticString, _ read: Read<Value>
  ) throws(StreamFrameError) -> Value? {
    guard try seek(name) else { return nil }
    return cursor.skipNull() ? nil : try item(read)
  }

  /// The elements of an array that must be there, each of them a map.
  mutating func maps<Element>(
    _ name: StaticString, max: Int,
    _ read: (inout StreamFields) throws(StreamFrameError) -> Element
  ) throws(StreamFrameError) -> [Element] {
    let count = try value(name) { (cursor) throws(CBORError) in
      try cursor.readArrayCount(max: max)
    }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count {
      var fields = try StreamFields(bytes, at: cursor.offset)
      elements.append(try read(&fields))
      cursor.offset = try fields.end()
    }
    return elements
  }
}

// MARK: Values of one kind

extension StreamFields {
  mutating func text(_ name: StaticString) throws(StreamFrameError) -> String {
    try value(name) { (cursor) throws(CBORError) in
      String(decoding: try cursor.readText(), as: UTF8.self)
    }
  }

  mutating func optionalText(_ name: StaticString) throws(StreamFrameError) -> String? {
    try optional(name) { (cursor) throws(CBORError) in
      String(decoding: try cursor.readText(), as: UTF8.self)
    }
  }

  mutating func byteString(_ name: StaticString, max: Int) throws(StreamFrameError) -> [UInt8] {
    try value(name) { (cursor) throws(CBORError) in Array(try cursor.readBytes(max: max)) }
  }

  /// Text that must be there and be an identifier.
  mutating func identifier<Value>(
    _ name: StaticString, _ parse: (UnsafeRawBufferPointer) throws(SyntaxError) -> Value
  ) throws(StreamFrameError) -> Value {
    let text = try value(name) { (cursor) throws(CBORError) in try cursor.readText() }
    return try parsed(text, parse)
  }

  /// The identifier in `text`, which was the item last asked for.
  func parsed<Value>(
    _ text: UnsafeRawBufferPointer, _ parse: (UnsafeRawBufferPointer) throws(SyntaxError) -> Value
  ) throws(StreamFrameError) -> Value {
    do throws(SyntaxError) {
      return try parse(text)
    } catch {
      throw StreamFrameError(.identifier(error), at: itemOffset)
    }
  }

  func error(_ rule: StreamFrameError.Rule) -> StreamFrameError {
    StreamFrameError(rule, at: mapOffset)
  }
}
