// ActiveRun.swift: what an index keeps of the segment that is still being written, from one clean
// close to the next open.
//
//   0  magic | checksum of the rest                                        8 + 8
//  16  store id (16) | epoch | segment | first LSN | end | last checksum   56
//  72  count of entries | count of blocks                                  16
//  88  entries, 40 bytes each, as in EntryTable | blocks, as in BlockRun
//
// Derived: where it does not fit the log, the segment is read again.

struct ActiveRun: Sendable {
  private static let magic: UInt64 = 0x5652_4445_5449_4c50  // "PLITEDRV"
  private static let headerByteCount = 88
  /// A segment with fewer new entries is read again at less cost than this is written.
  static let entryCountMin = 1_024

  var identity: StoreIdentity
  /// Where the part of the segment ends that this tells of.
  var end: Int
  var contents: SegmentContents

  /// The contents as a run: what was in dictionaries is sorted.
  init(identity: StoreIdentity, end: Int, contents: SegmentContents) {
    self.identity = identity
    self.end = end
    self.contents = contents
    self.contents.settled = BlockRun(segment: contents.number, contents.allBlocks)
    self.contents.blocks = [:]
  }

  var encoded: [UInt8] {
    let blocks = contents.settled?.encoded ?? []
    var bytes = [UInt8](repeating: 0, count: ActiveRun.headerByteCount)
    bytes += EntryTable.encode(contents.entries)
    bytes += blocks
    bytes.withUnsafeMutableBytes { bytes in
      // Safe: the header's 88 bytes are there.
      bytes.store(identity.store.0, at: 16)
      bytes.store(identity.store.1, at: 24)
      bytes.store(identity.epoch, at: 32)
      bytes.store(UInt64(contents.number), at: 40)
      bytes.store(contents.firstLSN.rawValue, at: 48)
      bytes.store(UInt64(end), at: 56)
      bytes.store(contents.lastChecksum, at: 64)
      bytes.store(UInt64(contents.entries.count), at: 72)
      bytes.store(UInt64(blocks.count / BlockRun.entryByteCount), at: 80)
      bytes.store(ActiveRun.magic, at: 0)
      bytes.store(ActiveRun.checksum(UnsafeRawBufferPointer(bytes)), at: 8)
    }
    return bytes
  }

  /// nil where the bytes are not what was written.
  init?(_ bytes: [UInt8]) {
    let words = bytes.withUnsafeBytes { bytes -> [UInt64]? in
      guard bytes.count >= ActiveRun.headerByteCount, bytes.word(at: 0) == ActiveRun.magic,
        bytes.word(at: 8) == ActiveRun.checksum(bytes)
      else { return nil }
      return (0..<11).map { bytes.word(at: 8 * $0) }
    }
    guard let words else { return nil }
    let entriesEnd =
      ActiveRun.headerByteCount + Int(clamping: words[9]) * EntryTable.entryByteCount
    guard bytes.count == entriesEnd + Int(clamping: words[10]) * BlockRun.entryByteCount else {
      return nil
    }
    identity = StoreIdentity(store: (words[2], words[3]), epoch: words[4])
    end = Int(clamping: words[7])
    let number = UInt32(truncatingIfNeeded: words[5])
    contents = SegmentContents(number: number, firstLSN: LSN(rawValue: words[6]))
    contents.lastChecksum = words[8]
    contents.entries = EntryTable.decode(
      bytes[ActiveRun.headerByteCount..<entriesEnd])
    contents.settled = BlockRun(segment: number, bytes: Array(bytes[entriesEnd...]))
    contents.settledEntryCount = contents.entries.count
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[16...]), seed: magic)
  }
}

/// Entry summaries as bytes, 40 each.
enum EntryTable {
  static let entryByteCount = 40

  static func encode(_ entries: [EntrySummary]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: entries.count * entryByteCount)
    bytes.withUnsafeMutableBytes { bytes in
      // Safe: the array has room for each entry.
      for (index, entry) in entries.enumerated() {
        let start = index * entryByteCount
        bytes.store(UInt64(entry.offset), at: start)
        bytes.store(entry.seq, at: start + 8)
        bytes.store(entry.rev, at: start + 16)
        bytes.store(UInt64(entry.payloadByteCount), at: start + 24)
        bytes.store(entry.repo.rawValue, at: start + 32)
        bytes.store(entry.kind, at: start + 36)
        bytes.store(entry.stream, at: start + 37)
      }
    }
    return bytes
  }

  static func decode(_ bytes: ArraySlice<UInt8>) -> [EntrySummary] {
    bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / entryByteCount).map { index in
        // Safe: the index is below the number of whole entries.
        let start = index * entryByteCount
        let names = bytes.word(at: start + 32)
        return EntrySummary(
          offset: Int(clamping: bytes.word(at: start)),
          payloadByteCount: Int(clamping: bytes.word(at: start + 24)),
          seq: bytes.word(at: start + 8), repo: RepoID(rawValue: UInt32(truncatingIfNeeded: names)),
          rev: bytes.word(at: start + 16), kind: UInt8(truncatingIfNeeded: names >> 32),
          stream: UInt8(truncatingIfNeeded: names >> 40))
      }
    }
  }
}
