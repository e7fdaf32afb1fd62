// Checksum.swift: XXH3-64 of bytes at a place, so that neither stale bytes nor a record's content
// can pass for an entry.
import CXXHash

enum Checksum {
  /// - Parameter seed: where the bytes stand, mixed with what only this file knows.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    // Safe: the library reads exactly `count` bytes; null is allowed for none.
    UInt64(XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed))
  }
}
