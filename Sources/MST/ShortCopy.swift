// ShortCopy.swift: copying keys and parts of keys, most of which are shorter than a call is worth.

extension UnsafeMutableRawPointer {
  /// Copies `source`, which does not overlap with the room for it here. Up to 32 bytes are two
  /// words, or two pairs of them, that overlap in the middle.
  @inline(__always)
  func copyShort(_ source: UnsafeRawBufferPointer) {
    let count = source.count
    guard let start = source.baseAddress else { return }
    // Safe throughout: each word begins and ends within the `count` bytes of both sides.
    switch count {
    case 17...32:
      copyWord(SIMD2<UInt64>.self, start, at: 0)
      copyWord(SIMD2<UInt64>.self, start, at: count - 16)
    case 8...16:
      copyWord(UInt64.self, start, at: 0)
      copyWord(UInt64.self, start, at: count - 8)
    case 4...7:
      copyWord(UInt32.self, start, at: 0)
      copyWord(UInt32.self, start, at: count - 4)
    case 0...3:
      for offset in 0..<count { copyWord(UInt8.self, start, at: offset) }
    default: copyMemory(from: start, byteCount: count)
    }
  }

  @inline(__always)
  private func copyWord<Word: BitwiseCopyable>(
    _: Word.Type, _ source: UnsafeRawPointer, at offset: Int
  ) {
    storeBytes(
      of: source.loadUnaligned(fromByteOffset: offset, as: Word.self), toByteOffset: offset,
      as: Word.self)
  }
}
