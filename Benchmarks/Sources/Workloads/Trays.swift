// Trays.swift: where the bytes of a workload go: appended, or kept to be hashed.
import DAGCBOR

/// What would go to the log: blocks appended to one buffer, and counted.
struct BlockTray {
  private(set) var nodeCount = 0
  private(set) var byteCount = 0
  private var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1 << 20) }

  mutating func append(_ block: RawSpan) {
    nodeCount += 1
    byteCount += block.byteCount
    block.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// Forgets the bytes, not the counts.
  mutating func empty() { bytes.removeAll(keepingCapacity: true) }
}

/// Byte strings end to end, to be hashed one by one.
struct ByteArena {
  private var bytes: [UInt8] = []
  private var ends: [Int] = [0]

  mutating func append(_ string: RawSpan) {
    string.withUnsafeBytes { bytes.append(contentsOf: $0) }
    ends.append(bytes.count)
  }

  func hash() {
    bytes.withUnsafeBytes { bytes in
      for index in 1..<ends.count {
        use(Digest(of: UnsafeRawBufferPointer(rebasing: bytes[ends[index - 1]..<ends[index]])))
      }
    }
  }
}
