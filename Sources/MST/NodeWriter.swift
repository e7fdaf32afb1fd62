// NodeWriter.swift: the encoding of one node, entry by entry.
//
//   A2 61 65 <array head>                                     {"e": [
//      A4 61 6B <bytes head> suffix  61 70 <p>                  {"k": …, "p": …,
//         61 74 (F6 | link)  61 76 link                          "t": …, "v": …}, …
//      61 6C (F6 | link)                                      ], "l": …}
//
// The count stands before the entries and is known after them, so entries are written behind a gap
// and the head is put in front at the end. A link belongs to the entry before it and stands before
// that entry's value, so the value of the last entry is held back until the next call.
// Not here: reading (MSTNode+Decode). Spec: https://atproto.com/specs/repository#mst-structure
import DAGCBOR

/// An encoder of one node at a time that keeps its buffers from one node to the next.
struct NodeWriter: ~Copyable {
  /// Room for A2 61 65 and an array head of up to three bytes.
  private static let headGap = 6
  /// The bytes of an entry beside its suffix: heads, tokens and two links.
  private static let entryByteCountMax = 104

  private var buffer: UnsafeMutableRawBufferPointer
  private var end = NodeWriter.headGap
  private var entryCount = 0
  private var left: Digest?
  private var heldValue = Digest(zero: ())
  private var heldLink: Digest?

  init() { buffer = .allocate(byteCount: 4_096, alignment: 8) }

  deinit { buffer.deallocate() }

  var isEmpty: Bool { entryCount == 0 && left == nil }
  var count: Int { entryCount }

  /// Forgets the node being written.
  mutating func reset() {
    end = NodeWriter.headGap
    entryCount = 0
    left = nil
    heldLink = nil
  }

  /// Adds an entry, whose key shares its first `shared` bytes, and no more, with the key before it.
  /// The caller has checked that keys ascend, fit, and are at most 256.
  mutating func append(key: UnsafeRawBufferPointer, sharing shared: Int, value: Digest) {
    if entryCount > 0 { flushHeldEntry() }
    let suffix = UnsafeRawBufferPointer(rebasing: key[shared...])
    reserve(suffix.count + NodeWriter.entryByteCountMax)
    put(0x6b61a4, byteCount: 3)  // map(4), "k"
    putHead(major: 0x40, suffix.count)
    // Safe: room was reserved for the suffix.
    cursor.copyShort(suffix)
    end += suffix.count
    put(0x7061, byteCount: 2)  // "p"
    putHead(major: 0x00, shared)
    heldValue = value
    heldLink = nil
    entryCount += 1
  }

  /// Sets the subtree after the last entry, or before the first one.
  mutating func link(_ subtree: Digest) {
    if entryCount == 0 { left = subtree } else { heldLink = subtree }
  }

  /// Calls `body` with the finished node, whose bytes are borrowed for the call.
  mutating func finish<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    if entryCount > 0 { flushHeldEntry() }
    reserve(48)
    put(0x6c61, byteCount: 2)  // "l"
    putLink(left)
    let node = UnsafeRawBufferPointer(rebasing: buffer[putFront()..<end])
    return body(node)
  }

  /// Writes map(2), "e" and the array head so that they end where the entries begin.
  /// Byte by byte: `put` would write over the first entry.
  private mutating func putFront() -> Int {
    let gap = NodeWriter.headGap
    let start: Int
    switch entryCount {
    case ..<24:
      start = gap - 4
      buffer[gap - 1] = 0x80 | UInt8(entryCount)
    case ..<256:
      start = gap - 5
      buffer[gap - 2] = 0x98
      buffer[gap - 1] = UInt8(entryCount)
    default:
      start = gap - 6
      buffer[gap - 3] = 0x99
      buffer[gap - 2] = UInt8(truncatingIfNeeded: entryCount >> 8)
      buffer[gap - 1] = UInt8(truncatingIfNeeded: entryCount)
    }
    buffer[start] = 0xa2
    buffer[start + 1] = 0x61
    buffer[start + 2] = 0x65
    return start
  }

  private mutating func flushHeldEntry() {
    put(0x7461, byteCount: 2)  // "t"
    putLink(heldLink)
    put(0x7661, byteCount: 2)  // "v"
    putLink(heldValue)
  }

  // Safe from here on: `reserve` has made room for everything that is put until the next reserve.

  @inline(__always)
  // Safe: the buffer is never empty.
  private var cursor: UnsafeMutableRawPointer { buffer.baseAddress! + end }

  @inline(__always)
  private mutating func reserve(_ byteCount: Int) {
    if buffer.count - end < byteCount { grow(by: byteCount) }
  }

  @inline(never)
  private mutating func grow(by byteCount: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(2 * buffer.count, end + byteCount), alignment: 8)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
    buffer.deallocate()
    buffer = larger
  }

  /// The low `byteCount` bytes of `bytes`, lowest first.
  @inline(__always)
  private mutating func put(_ bytes: UInt32, byteCount: Int) {
    cursor.storeBytes(of: bytes.littleEndian, as: UInt32.self)
    end += byteCount
  }

  @inline(__always)
  private mutating func putHead(major: UInt8, _ argument: Int) {
    switch argument {
    case ..<24: put(UInt32(major) | UInt32(argument), byteCount: 1)
    case ..<256: put(UInt32(major) | 24 | UInt32(argument) << 8, byteCount: 2)
    default:
      put(UInt32(major) | 25 | UInt32(UInt16(argument).bigEndian) << 8, byteCount: 3)
    }
  }

  @inline(__always)
  private mutating func putLink(_ link: Digest?) {
    guard let link else { return put(0xf6, byteCount: 1) }
    // tag 42, bytes(37), 00 | 01 71 12 20
    cursor.storeBytes(of: UInt64(0x1271_0100_2558_2ad8).littleEndian, as: UInt64.self)
    cursor.storeBytes(of: 0x20, toByteOffset: 8, as: UInt8.self)
    link.write(to: cursor + 9)
    end += 41
  }
}
