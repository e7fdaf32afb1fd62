// CBORSink.swift: writing DAG-CBOR where the writer knows what comes next.
//
// For codecs written by hand; the caller keeps the canonical order and the counts. A sink is one
// growing buffer that can be emptied and used again, so that a tree's nodes share one allocation.
// Not here: encoding of values (CBOR+Encode), which checks what it is given.

/// A growing buffer of encoded items, uniquely owned.
@usableFromInline
package struct CBORSink: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  /// Bytes written so far.
  @usableFromInline package var count: Int

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
  @inlinable @inline(__always)
  mutating func room(for byteCount: Int) -> UnsafeMutableRawPointer {
    if capacity - count < byteCount { grow(by: byteCount) }
    return base + count
  }

  @inlinable @inline(__always)
  mutating func advance(_ byteCount: Int) {
    assert(byteCount <= capacity - count, "\(byteCount) bytes were written without room")
    count += byteCount
  }

  @usableFromInline @inline(never)
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
  @inlinable @inline(__always)
  package mutating func appendHead(_ major: CBORMajor, _ argument: UInt64) {
    let initial = major.rawValue << 5
    if argument < 24 {
      appendByte(initial | UInt8(truncatingIfNeeded: argument))
    } else if argument < 0x100 {
      // The two bytes as one little-endian word.
      let word = UInt16(truncatingIfNeeded: argument) << 8 | UInt16(initial | 24)
      room(for: 2).storeBytes(of: word.littleEndian, as: UInt16.self)
      advance(2)
    } else {
      appendLongHead(initial, argument)
    }
  }

  @usableFromInline @inline(never)
  mutating func appendLongHead(_ initial: UInt8, _ argument: UInt64) {
    let byteCount = CBORHead.byteCount(argument) - 1
    let start = room(for: 1 + byteCount)
    // 2, 4 and 8 bytes are announced by 25, 26 and 27; the argument's last bytes follow.
    let low = UInt8(24 + byteCount.trailingZeroBitCount)
    start.storeBytes(of: initial | low, as: UInt8.self)
    // Safe: a word has an address and eight bytes, of which the last `byteCount` are copied.
    withUnsafeBytes(of: argument.bigEndian) { word in
      // Safe: eight bytes have a base address.
      (start + 1).copyMemory(from: word.baseAddress! + (8 - byteCount), byteCount: byteCount)
    }
    advance(1 + byteCount)
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

  @inlinable @inline(__always)
  package mutating func appendNull() { appendByte(0xf6) }

  /// The head of an array; the caller appends that many items.
  @inlinable
  package mutating func appendArray(count: Int) { appendHead(.array, UInt64(count)) }

  /// The head of a map; the caller appends that many pairs, in canonical order.
  @inlinable
  package mutating func appendMap(count: Int) { appendHead(.map, UInt64(count)) }

  @inlinable @inline(__always)
  package mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    appendHead(.bytes, UInt64(bytes.count))
    appendRaw(bytes)
  }

  @inlinable @inline(__always)
  package mutating func appendBytes(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { appendBytes($0) }
  }

  @inlinable
  package mutating func appendText(_ text: String) {
    appendHead(.text, UInt64(text.utf8.count))
    appendRaw(text)
  }

  /// Text that the format fixes, usually a map key: a constant, written in one step.
  /// - Precondition: `text` is shorter than 24 bytes, so that its head is one byte.
  @inlinable @inline(__always)
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
  @inlinable @inline(__always)
  package mutating func appendLinkOrNull(_ cid: CID?) {
    if let cid { appendLink(cid) } else { appendNull() }
  }

  /// One byte that the format fixes.
  @inlinable @inline(__always)
  package mutating func appendByte(_ byte: UInt8) {
    room(for: 1).storeBytes(of: byte, as: UInt8.self)
    advance(1)
  }

  /// Bytes that are encoded already.
  @inlinable @inline(__always)
  package mutating func appendRaw(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    room(for: bytes.count).copyMemory(from: source, byteCount: bytes.count)
    advance(bytes.count)
  }

  /// The bytes of a text, without a head.
  @inlinable
  package mutating func appendRaw(_ text: String) {
    var text = text
    text.withUTF8 { appendRaw(UnsafeRawBufferPointer($0)) }
  }
}
