// BlockLocation.swift: the name of a block in a store, and where its bytes are.
//
// Blocks are never shared between repos, so the name begins with the repo's. A location points at
// the CAR section that holds the block: its CID and its bytes, so what is found there is compared
// with what was asked for.
import DAGCBOR

/// A repo's block, by its digest: 36 bytes, ordered as its encoding is.
struct BlockKey: Hashable, Comparable, Sendable {
  var repo: RepoID
  var digest: Digest

  static let byteCount = 36

  static func < (a: BlockKey, b: BlockKey) -> Bool {
    a.repo != b.repo ? a.repo < b.repo : a.digest < b.digest
  }
}

/// A file that holds blocks.
enum BlockFile: Hashable, Sendable {
  /// A segment by number and generation (`SegmentMark.file`).
  case segment(UInt32)
  case pack(UInt32)

  init(code: UInt32) {
    self = code & 0x8000_0000 == 0 ? .segment(code) : .pack(code & 0x7fff_ffff)
  }

  /// One number for both; a pack's has the highest bit set.
  var code: UInt32 {
    switch self {
    case .segment(let number): number
    case .pack(let number): number | 0x8000_0000
    }
  }
}

/// The CID and bytes of one block, without the length before them.
struct BlockLocation: Hashable, Sendable {
  var file: BlockFile
  var offset: Int
  /// 36 for the CID, and the block's bytes.
  var byteCount: Int
}

/// A block that an entry or a pack brought.
struct IndexedBlock: Sendable {
  var key: BlockKey
  var location: BlockLocation
}

/// What the log says about one entry without reading its payload again.
struct EntrySummary: Hashable, Sendable {
  /// Of the entry's header in its segment.
  var offset: Int
  var payloadByteCount: Int
  /// Zero where the public stream does not show it.
  var seq: UInt64
  var repo: RepoID
  /// The rev of a commit or sync event, else zero.
  var rev: UInt64
  var kind: UInt8
  var stream: UInt8
}

/// Everything that an index holds of one segment: its entries in order, from `firstLSN` on, and the
/// blocks they brought.
struct SegmentContents: Sendable {
  /// What the segment's file is called by.
  var number: UInt32
  var firstLSN: LSN
  var entries: [EntrySummary] = []
  var blocks: [BlockKey: BlockLocation] = [:]
  /// Blocks from before the store was opened, where they were kept sorted.
  var settled: BlockRun?
  /// How many of the entries were kept with them.
  var settledEntryCount = 0
  /// The checksum of the last entry's header.
  var lastChecksum: UInt64 = 0

  var lastLSN: LSN { LSN(rawValue: firstLSN.rawValue + UInt64(entries.count) - 1) }
  var endLSN: LSN { firstLSN.advanced(by: entries.count) }

  func summary(of lsn: LSN) -> EntrySummary? {
    guard lsn >= firstLSN, lsn < endLSN else { return nil }
    return entries[Int(lsn.rawValue - firstLSN.rawValue)]
  }
}
