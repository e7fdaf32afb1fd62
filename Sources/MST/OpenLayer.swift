// OpenLayer.swift: what a builder holds of one layer: the open node and the key that it ends in.
import DAGCBOR

/// The open node of one layer; none is open where `writer` is empty.
struct OpenLayer: ~Copyable {
  private(set) var writer = NodeWriter()
  private let lastKey: UnsafeMutableRawPointer
  /// Zero where no node is open, or one that has no key yet.
  private var lastKeyCount = 0

  init() { lastKey = .allocate(byteCount: MSTLimits.keyByteCountMax, alignment: 8) }

  deinit { lastKey.deallocate() }

  /// The number of bytes that `key` shares with the last key.
  @inline(__always)
  func sharedCount(with key: UnsafeRawBufferPointer) -> Int {
    KeyOrder.commonPrefix(UnsafeRawBufferPointer(start: lastKey, count: lastKeyCount), key)
  }

  /// Whether `key` comes after the last key, with which it shares its first `shared` bytes.
  @inline(__always)
  func isFollowed(by key: UnsafeRawBufferPointer, sharing shared: Int) -> Bool {
    guard shared < key.count else { return false }
    // Safe: `shared` is less than lastKeyCount where the byte is read.
    return shared == lastKeyCount
      || lastKey.load(fromByteOffset: shared, as: UInt8.self) < key[shared]
  }

  /// Adds an entry, whose key shares its first `shared` bytes, and no more, with the last key.
  mutating func append(key: UnsafeRawBufferPointer, sharing shared: Int, value: Digest) {
    writer.append(key: key, sharing: shared, value: value)
    // Safe: a key has at most keyByteCountMax bytes, and the first ones are there already.
    (lastKey + shared).copyShort(UnsafeRawBufferPointer(rebasing: key[shared...]))
    lastKeyCount = key.count
  }

  /// Sets the subtree after the last entry, or before the first one.
  mutating func link(_ subtree: Digest) { writer.link(subtree) }

  /// Closes the node and hands its bytes to `emit`; the layer is empty again.
  mutating func close(_ emit: (CID, RawSpan) -> Void) -> Digest {
    let digest = writer.finish { bytes in
      let digest = Digest(of: bytes)
      emit(CID(digest: digest), bytes.bytes)
      return digest
    }
    writer.reset()
    lastKeyCount = 0
    return digest
  }
}
