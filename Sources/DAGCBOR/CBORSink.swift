// CBORSink.swift: writing DAG-CBOR where the writer knows what comes next.
//
// For codecs written by hand; the caller keeps the canonical order and the counts. A sink is one
// growing buffer that can be emptied and used again, so that a tree's nodes share one allocation.
// Not here: encoding of values (CBOR+Encode), which checks what it is given.

/// A growing buffer of encoded items, uniquely owned.
package struct CBORSink: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  /// Bytes written so far.
  package private(set) var count: Int

  /// - Precondition: `capacity` is positive.
  package init(capacity: Int = 512) {
    precondition(capacity > 0, "a sink for \(capacity) bytes")
    base = .allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
    count = 0
  }

  deinit { base.deallocate() }

  /// A copy of what has been written, of exactly that size.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Safe: `count` bytes of `base` are written, and the array has room for as many.
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: written)
      initialized = count
    }
  }

  /// Lends what has been written.
  @inlinable
  package func withBytes<E: Error, R>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try body(written)
  }

  @inlinable
  var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Forgets what has been written and keeps the memory.
  @inlinable
  package mutating func removeAll() { count = 0 }

  /// Makes room for `byteCount` more bytes and returns where they go; `advance` makes them count.
  @inlinable
  mutating func room(for byteCount: Int) -> UnsafeMutableRawPointer {
    if capacity - count < byteCount { grow(by: byteCount) }
    return base + count
  }

  @inlinable
  mutating func advance(_ byteCount: Int) {
    assert(byteCount <= capacity - count, "\(byteCount) bytes were written without room")
    count += byteCount
  }

  @usableFromInline
  mutating func grow(by byteCount: Int) {
    let larger = max(2 * capacity, count + byteCount)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    moved.copyMemory(from: base, byteCount: count)
    base.deallocate()
    (base, capacity) = (moved, larger)
  }
}

extension CBORSink {
  /// The shortest head of kind `major`.
  @inlinable
  package mutating func appendHead(_ major: CBORMajor, _ argument: UInt64) {
    let head = room(for: 9)
    let initial = major.rawValue << 5
    switch argument {
    case 0..<24:
      head.storeBytes(of: initial | UInt8(truncatingIfNeeded: argument), as: UInt8.self)
      advance(1)
    case 24..<0x100:
      head.storeBytes(of: initial | 24, as: UInt8.self)
      let value = UInt8(truncatingIfNeeded: argument)
      head.storeBytes(of: value, toByteOffset: 1, as: UInt8.self)
      advance(2)
    case 0x100..<0x1_0000:
      head.storeBytes(of: initial | 25, as: UInt8.self)
      let value = UInt16(truncatingIfNeeded: argument).bigEndian
      head.storeBytes(of: value, toByteOffset: 1, as: UInt16.self)
      advance(3)
    case 0x1_0000..<0x1_0000_0000:
      head.storeBytes(of: initial | 26, as: UInt8.self)
      let value = UInt32(truncatingIfNeeded: argument).bigEndian
      head.storeBytes(of: value, toByteOffset: 1, as: UInt32.self)
      advance(5)
    default:
      head.storeBytes(of: initial | 27, as: UInt8.self)
      head.storeBytes(of: argument.bigEndian, toByteOffset: 1, as: UInt64.self)
      advance(9)
    }
  }

  @inlinable
  package mutating func appendInteger(_ value: Int64) {
    if value >= 0 {
      appendHead(.unsigned, UInt64(value))
    } else {
      appendHead(.negative, UInt64(~value))
    }
  }

  @inlinable
  package mutating func appendBool(_ value: Bool) { appendByte(value ? 0xf5 : 0xf4) }

  @inlinable
  package mutating func appendNull() { appendByte(0xf6) }

  /// The head of an array; the caller appends that many items.
  @inlinable
  package mutating func appendArray(count: Int) { appendHead(.array, UInt64(count)) }

  /// The head of a map; the caller appends that many pairs, in canonical order.
  @inlinable
  package mutating func appendMap(count: Int) { appendHead(.map, UInt64(count)) }

  @inlinable
  package mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    appendHead(.bytes, UInt64(bytes.count))
    appendRaw(bytes)
  }

  @inlinable
  package mutating func appendBytes(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { appendBytes($0) }
  }

  @inlinable
  package mutating func appendText(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      appendHead(.text, UInt64(utf8.count))
      appendRaw(UnsafeRawBufferPointer(utf8))
    }
  }

  /// Text that the format fixes, usually a map key: a constant, written in one step.
  /// - Precondition: `text` is shorter than 24 bytes, so that its head is one byte.
  @inlinable
  package mutating func appendKey(_ text: StaticString) {
    let byteCount = text.utf8CodeUnitCount
    precondition(byteCount < 24, "\(text) has a head of two bytes")
    let start = room(for: 1 + byteCount)
    start.storeBytes(of: 0x60 | UInt8(byteCount), as: UInt8.self)
    (start + 1).copyMemory(from: text.utf8Start, byteCount: byteCount)
    advance(1 + byteCount)
  }

  /// A link: tag 42 over `00` and the binary CID, 41 bytes.
  @inlinable
  package mutating func appendLink(_ cid: CID) {
    let start = room(for: CBORCursor.linkByteCount)
    // In memory order: D8 2A 58 25 00 01 <codec> 12, 20, digest.
    let word = 0x1200_0100_2558_2ad8 | UInt64(cid.codec.rawValue) << 48
    start.storeBytes(of: word.littleEndian, as: UInt64.self)
    start.storeBytes(of: 0x20, toByteOffset: 8, as: UInt8.self)
    cid.digest.write(to: start + 9)
    advance(CBORCursor.linkByteCount)
  }

  /// A link, or `null` for none.
  @inlinable
  package mutating func appendLinkOrNull(_ cid: CID?) {
    if let cid { appendLink(cid) } else { appendNull() }
  }

  /// One byte that the format fixes.
  @inlinable
  package mutating func appendByte(_ byte: UInt8) {
    room(for: 1).storeBytes(of: byte, as: UInt8.self)
    advance(1)
  }

  /// Bytes that are encoded already.
  @inlinable
  package mutating func appendRaw(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    room(for: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    advance(bytes.count)
  }
}
