// EntryDraft.swift: entries before they have a place in the log, and the batch that places them.
//
// Numbers, time and offsets are known only here, so a drafted event is copied around them; nothing
// is encoded twice. Not here: writing the bytes (LogWriter).
import ATSyntax
import MST

/// An entry without its numbers.
struct EntryDraft: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// An event, and where the blocks of its CAR lie in it: digests with offsets in the CAR.
    case frame(DraftedFrame, blocks: [DraftedBlock], rev: TID?)
  }

  var repo: RepoID
  var kind: EntryKind
  var stream: EventStream
  var flags: EntryFlags = []
  var body: Body

  /// Only what the public stream shows takes a number of it.
  var takesSeq: Bool { kind == .frame && stream == .public }
}

/// A block in a CAR that is part of an event: where its CID begins in the CAR, and how many bytes
/// CID and block take.
struct DraftedBlock: Hashable, Sendable {
  var key: BlockKey
  var offset: Int
  var byteCount: Int
}

/// An entry that has its place.
struct PlacedEntry: Sendable {
  var header: EntryHeader
  /// Of the header in the segment.
  var offset: Int
  var checksum: UInt64
  var rev: TID?
  var blocks: [IndexedBlock]

  var summary: EntrySummary {
    EntrySummary(
      offset: offset, payloadByteCount: header.payloadByteCount, seq: header.seq,
      repo: header.repo, rev: rev?.rawValue ?? 0, kind: header.kind, stream: header.stream)
  }
}

/// The bytes of one batch as they go to the disk: entry after entry, padded to a page.
struct Batch: Sendable {
  static let draftCountMax = 256
  static let byteCountMax = 8 << 20

  private(set) var bytes: [UInt8] = []
  private(set) var entries: [PlacedEntry] = []
  let segment: UInt32
  let start: Int
  private let salt: UInt64
  private let first: LSN
  private(set) var nextSeq: UInt64
  private let time: UInt64
  private let timeText: String
  private let flags: EntryFlags

  /// - Parameters:
  ///   - start: where the batch begins in its segment, on a page.
  ///   - time: of every entry, in microseconds since 1970.
  ///   - flags: of every entry, beside its own.
  init(
    segment: UInt32, salt: UInt64, start: Int, next: LSN, nextSeq: UInt64, time: UInt64,
    flags: EntryFlags = []
  ) {
    self.flags = flags
    self.segment = segment
    self.salt = salt
    self.start = start
    first = next
    self.nextSeq = nextSeq
    self.time = time
    timeText = Batch.text(of: time)
    bytes.reserveCapacity(16 << 10)
  }

  var nextLSN: LSN { first.advanced(by: entries.count) }
  var byteCount: Int { bytes.count }

  /// An upper bound of what `draft` adds.
  static func byteCountMax(of draft: EntryDraft) -> Int {
    let payload =
      switch draft.body {
      case .bytes(let bytes): bytes.count
      case .frame(let frame, _, _): frame.byteCount(seq: .max >> 11)
      }
    return LogFormat.entryHeaderByteCount + payload + LogFormat.entryAlignment
  }

  mutating func append(_ draft: EntryDraft) {
    let lsn = nextLSN
    let seq = draft.takesSeq ? nextSeq : 0
    let headerStart = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: LogFormat.entryHeaderByteCount))
    let payloadStart = bytes.count
    var blocks: [IndexedBlock] = []
    var rev: TID?
    switch draft.body {
    case .bytes(let payload): bytes.append(contentsOf: payload)
    case .frame(let frame, let drafted, let frameRev):
      let shown = draft.stream == .public ? seq : lsn.rawValue
      frame.append(seq: shown, time: timeText, to: &bytes)
      rev = frameRev
      let car = start + payloadStart + (frame.blocksOffset(seq: shown) ?? 0)
      blocks = drafted.map { block in
        IndexedBlock(
          key: block.key,
          location: BlockLocation(
            file: .segment(segment), offset: car + block.offset, byteCount: block.byteCount))
      }
    }
    if draft.takesSeq { nextSeq += 1 }
    let header = EntryHeader(
      lsn: lsn, batch: first, seq: seq, repo: draft.repo, kind: draft.kind, stream: draft.stream,
      flags: draft.flags.union(flags), time: time, payloadByteCount: bytes.count - payloadStart)
    seal(header, from: headerStart, rev: rev, blocks: blocks)
  }

  /// Adds an entry whose numbers and payload are as they were elsewhere, and will be durable here.
  mutating func append(header: EntryHeader, payload: [UInt8]) {
    var header = header
    header.batch = first
    header.flags.remove(.relaxed)
    let headerStart = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: LogFormat.entryHeaderByteCount))
    bytes.append(contentsOf: payload)
    seal(header, from: headerStart, rev: nil, blocks: [])
  }

  private mutating func seal(
    _ header: EntryHeader, from headerStart: Int, rev: TID?, blocks: [IndexedBlock]
  ) {
    var header = header
    bytes.append(
      contentsOf: repeatElement(0, count: header.byteCount - (bytes.count - headerStart)))
    let offset = start + headerStart
    let checksum = bytes.withUnsafeMutableBytes { bytes in
      header.seal(
        UnsafeMutableRawBufferPointer(rebasing: bytes[headerStart...]), salt: salt,
        offset: offset)
    }
    entries.append(
      PlacedEntry(header: header, offset: offset, checksum: checksum, rev: rev, blocks: blocks))
  }

  /// Fills the last page with zeros.
  mutating func close() {
    let padded = LogFormat.padded(bytes.count, to: LogFormat.pageByteCount)
    bytes.append(contentsOf: repeatElement(0, count: padded - bytes.count))
  }

  /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, 24 bytes.
  static func text(of time: UInt64) -> String {
    do throws(SyntaxError) {
      return try Datetime(microsecondsSinceEpoch: Int64(clamping: time)).description
    } catch {
      // The year is past 9999: no clock says so, and the field must have its width.
      return "9999-12-31T23:59:59.999Z"
    }
  }
}
