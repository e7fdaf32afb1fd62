// KeyRoom.swift: where the keys of a node are laid out while it is decoded.

/// Memory for keys end to end: lent by the caller, and our own where that is too little.
struct KeyRoom: ~Copyable {
  /// Bytes to lend: enough for the keys of most nodes, and on the stack.
  static let lentByteCount = 1_024

  private var room: UnsafeMutableRawBufferPointer
  private var isOurs = false

  init(borrowing room: UnsafeMutableRawBufferPointer) { self.room = room }

  deinit { if isOurs { room.deallocate() } }

  /// Makes room for `byteCount` bytes, of which the first `keptCount` stay as they are.
  @inline(__always)
  mutating func reserve(_ byteCount: Int, keeping keptCount: Int) {
    if room.count < byteCount { grow(to: byteCount, keeping: keptCount) }
  }

  @inline(never)
  private mutating func grow(to byteCount: Int, keeping keptCount: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(byteCount, 4 * room.count), alignment: 8)
    larger.copyMemory(from: bytes(..<keptCount))
    if isOurs { room.deallocate() }
    (room, isOurs) = (larger, true)
  }

  func byte(at offset: Int) -> UInt8 { room[offset] }

  func bytes(_ range: PartialRangeUpTo<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: room[range])
  }

  /// Puts the bytes of `range` once more at `offset`, which is not before their end.
  func duplicate(_ range: Range<Int>, at offset: Int) {
    put(UnsafeRawBufferPointer(rebasing: room[range]), at: offset)
  }

  /// Puts `source` at `offset`, where room was made for it.
  @inline(__always)
  func put(_ source: UnsafeRawBufferPointer, at offset: Int) {
    // Safe: the slice traps where room is missing, and an empty one is not copied.
    let target = UnsafeMutableRawBufferPointer(rebasing: room[offset..<offset + source.count])
    target.baseAddress?.copyShort(source)
  }
}
