// BlockRun.swift: the places of many blocks as one sorted array of bytes, searched where it lies.
//
//   0  repo (4, big-endian) | digest (32) | bytes (4) | offset (8)      48 bytes a block
//
// It needs no building when it is read from a file, which is why opening a large store is quick.
import DAGCBOR

struct BlockRun: Sendable {
  static let entryByteCount = 48

  let segment: UInt32
  private let bytes: [UInt8]

  var count: Int { bytes.count / BlockRun.entryByteCount }

  init(segment: UInt32, bytes: [UInt8]) {
    self.segment = segment
    self.bytes = bytes
  }

  /// Sorts blocks of one segment.
  init(segment: UInt32, _ blocks: [BlockKey: BlockLocation]) {
    self.segment = segment
    let sorted = blocks.sorted { $0.key < $1.key }
    var bytes = [UInt8](repeating: 0, count: sorted.count * BlockRun.entryByteCount)
    bytes.withUnsafeMutableBytes { bytes in
      // Safe: the array has room for each block.
      for (index, block) in sorted.enumerated() {
        let entry = UnsafeMutableRawBufferPointer(
          rebasing: bytes[(index * BlockRun.entryByteCount)...])
        entry.storeBytes(of: block.key.repo.rawValue.bigEndian, as: UInt32.self)
        if let base = entry.baseAddress { block.key.digest.write(to: base + 4) }
        entry.store(UInt32(block.value.byteCount), at: 36)
        entry.store(UInt64(block.value.offset), at: 40)
      }
    }
    self.bytes = bytes
  }

  func location(of key: BlockKey) -> BlockLocation? {
    bytes.withUnsafeBytes { bytes in
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        let entry = BlockRun.entry(middle, in: bytes)
        if entry.key == key { return entry.location(in: segment) }
        if entry.key < key { low = middle + 1 } else { high = middle }
      }
      return nil
    }
  }

  func forEach(_ body: (BlockKey, BlockLocation) -> Void) {
    bytes.withUnsafeBytes { bytes in
      for index in 0..<count {
        let entry = BlockRun.entry(index, in: bytes)
        body(entry.key, entry.location(in: segment))
      }
    }
  }

  /// What a file holds of it.
  var encoded: [UInt8] { bytes }

  private struct Entry {
    var key: BlockKey
    var byteCount: UInt32
    var offset: UInt64

    func location(in segment: UInt32) -> BlockLocation {
      BlockLocation(file: .segment(segment), offset: Int(offset), byteCount: Int(byteCount))
    }
  }

  private static func entry(_ index: Int, in bytes: UnsafeRawBufferPointer) -> Entry {
    // Safe: the caller's index is below count.
    let entry = UnsafeRawBufferPointer(rebasing: bytes[(index * entryByteCount)...])
    let repo = entry.loadUnaligned(as: UInt32.self).bigEndian
    let digest = entry.baseAddress.map { Digest(copying: $0 + 4) } ?? Digest(zero: ())
    return Entry(
      key: BlockKey(repo: RepoID(rawValue: repo), digest: digest),
      byteCount: entry.loadUnaligned(fromByteOffset: 36, as: UInt32.self).littleEndian,
      offset: entry.word(at: 40))
  }
}

extension SegmentContents {
  /// Where a block is in this segment.
  func location(of key: BlockKey) -> BlockLocation? {
    blocks[key] ?? settled?.location(of: key)
  }

  /// Every block, each once.
  var allBlocks: [BlockKey: BlockLocation] {
    var all = blocks
    settled?.forEach { key, location in
      if all[key] == nil { all[key] = location }
    }
    return all
  }
}
