// LogWriter.swift: the end of the log: batches go out whole, one after another, each synced.
//
// INV-10: a batch is written only after the sync of the batch before it has returned. One writer at
// a time holds this; who that is, is CommitQueue's business. A failed write or sync ends it for
// ever: its outcome is not known before the store is opened again.
// Not here: what entries mean (StoreState), or finding the end (Recovery).
import Dispatch

/// The segment that is being written.
struct LogWriter: Sendable {
  private let disk: any Disk
  private let layout: StoreLayout
  private let segmentByteCount: Int
  private let syncs: Bool
  private let queue: DispatchQueue?
  private var file: any DiskFile
  private var space: ZeroedSpace
  private(set) var header: SegmentHeader
  /// Where the next batch begins.
  private(set) var end: Int
  /// Of the last entry's header.
  private(set) var lastChecksum: UInt64

  /// How a log is kept, the same for all its segments.
  struct Setting: Sendable {
    var disk: any Disk
    var layout: StoreLayout
    var segmentByteCount: Int
    /// False only where the user asked for relaxed durability.
    var syncs: Bool
    /// Where zeros are written ahead; nil: not at all.
    var queue: DispatchQueue?
  }

  /// Goes on in a segment that was closed cleanly.
  init(
    _ setting: Setting, resuming header: SegmentHeader, end: Int, lastChecksum: UInt64
  ) throws(DiskError) {
    let file = try setting.disk.open(
      setting.layout.path(of: .segment(header.number)), .writing)
    try self.init(setting, file: file, header: header, end: end, zeroedEnd: file.byteCount())
    self.lastChecksum = lastChecksum
  }

  /// A segment that is written and durable, and not part of the log before it has its name.
  struct Beginning {
    fileprivate var file: any DiskFile
    fileprivate var header: SegmentHeader
    fileprivate var end: Int
    fileprivate var zeroedEnd: Int
    fileprivate var lastChecksum: UInt64
  }

  /// Writes a segment under a temporary name. After a throw nothing has changed.
  ///
  /// - Parameter first: a batch that belongs at the segment's beginning, already placed in it.
  static func begin(
    _ setting: Setting, _ header: SegmentHeader, first: Batch? = nil
  ) throws(DiskError) -> Beginning {
    let path = setting.layout.path(of: .segment(header.number))
    let file = try setting.disk.open(path + ".new", .creating)
    var bytes = header.page
    if let first { bytes += first.bytes }
    let end = bytes.count
    let zeroed = min(
      LogFormat.padded(end + 1, to: ZeroedSpace.pieceByteCount),
      max(end, setting.segmentByteCount))
    bytes += [UInt8](repeating: 0, count: zeroed - end)
    try file.write(bytes, at: 0)
    try file.sync()
    return Beginning(
      file: file, header: header, end: end, zeroedEnd: zeroed,
      lastChecksum: first?.entries.last?.checksum ?? 0)
  }

  /// Gives a segment its name. After a throw it may be part of the log or not.
  init(_ setting: Setting, naming beginning: Beginning) throws(DiskError) {
    let path = setting.layout.path(of: .segment(beginning.header.number))
    try setting.disk.rename(path + ".new", to: path)
    try setting.disk.syncDirectory(setting.layout.log)
    try self.init(
      setting, file: beginning.file, header: beginning.header, end: beginning.end,
      zeroedEnd: beginning.zeroedEnd)
    lastChecksum = beginning.lastChecksum
  }

  /// Begins a segment.
  init(
    _ setting: Setting, beginning header: SegmentHeader, first: Batch? = nil
  ) throws(DiskError) {
    try self.init(setting, naming: try LogWriter.begin(setting, header, first: first))
  }

  private init(
    _ setting: Setting, file: any DiskFile, header: SegmentHeader, end: Int, zeroedEnd: Int
  ) throws(DiskError) {
    disk = setting.disk
    layout = setting.layout
    segmentByteCount = setting.segmentByteCount
    syncs = setting.syncs
    queue = setting.queue
    self.file = file
    self.header = header
    self.end = end
    lastChecksum = 0
    // A handle of its own: each handle is told once of what could not be written back, and what the
    // zeros are told must be told to the batches too.
    let zeros = try setting.disk.open(
      setting.layout.path(of: .segment(header.number)), .writing)
    space = ZeroedSpace(
      zeros, zeroedEnd: zeroedEnd, limit: setting.segmentByteCount, queue: setting.queue)
  }

  private var setting: Setting {
    Setting(
      disk: disk, layout: layout, segmentByteCount: segmentByteCount, syncs: syncs, queue: queue)
  }

  /// Whether a batch of this size belongs into the next segment. One that is larger than a segment
  /// gets a segment of its size.
  func isFull(for byteCount: Int) -> Bool {
    end > LogFormat.pageByteCount
      && end + LogFormat.padded(byteCount, to: LogFormat.pageByteCount) > segmentByteCount
  }

  /// An empty batch at the end of the log.
  func batch(next: LSN, nextSeq: UInt64, time: UInt64) -> Batch {
    Batch(
      segment: header.number, salt: header.salt, start: end, next: next, nextSeq: nextSeq,
      time: time, flags: syncs ? [] : .relaxed)
  }

  /// Writes a closed batch and returns when it is durable.
  ///
  /// - Throws: what the disk said; whether the batch is in the log is then unknown.
  mutating func write(_ batch: Batch) throws(DiskError) {
    precondition(batch.start == end, "INV-10: a batch for \(batch.start), the log ends at \(end)")
    space.claim(upTo: end + batch.byteCount)
    try file.write(batch.bytes, at: end)
    if syncs { try file.sync() }
    end += batch.byteCount
    if let last = batch.entries.last { lastChecksum = last.checksum }
    space.prepare(behind: end)
  }

  /// Makes durable what relaxed durability left to the system.
  func settle() throws(DiskError) {
    if !syncs { try file.sync() }
  }

  /// Waits until no zeros are being written any more: the next writer may be another process.
  func finishZeroing() { queue?.sync {} }

  var mark: StoreState.SegmentMark {
    StoreState.SegmentMark(
      number: header.number, firstLSN: header.firstLSN, end: end, lastChecksum: lastChecksum)
  }

  /// Writes the next segment, without leaving this one. After a throw nothing has changed.
  func beginNext(next: LSN, salt: UInt64) throws(DiskError) -> Beginning {
    try settle()
    let header = SegmentHeader(
      identity: header.identity, number: header.number + 1, salt: salt, firstLSN: next,
      previous: SegmentHeader.Previous(
        number: header.number, end: end, lastChecksum: lastChecksum))
    return try LogWriter.begin(setting, header)
  }

  /// Leaves this segment as it is and goes on in the next one. After a throw either of them may be
  /// the log's last.
  mutating func roll(to beginning: Beginning) throws(DiskError) {
    self = try LogWriter(setting, naming: beginning)
  }
}
