// SegmentRewriting.swift: a sealed segment written anew without some of its entries.
//
// Same number, LSNs, seqs, batches and times; another salt, one generation more. Where an entry is
// left out stands a `control` entry without a payload, so that every number is still there. The new
// file is durable under its name when this is done, and no part of the log before an `attach` says
// so.
import DAGCBOR

struct SegmentRewriting {
  private let mark: StoreState.SegmentMark
  private let disk: any Disk
  private let layout: StoreLayout
  private let path: String
  private let file: any DiskFile
  private let header: SegmentHeader
  private var reader: SegmentReader
  private var end = LogFormat.pageByteCount
  private var lastChecksum: UInt64 = 0
  /// Of the old segment.
  private var readChecksum: UInt64 = 0

  init(
    _ mark: StoreState.SegmentMark, in files: LogFiles, on disk: any Disk, salt: UInt64
  ) throws(StoreError) {
    guard mark.generation < StoreState.SegmentMark.generationMax else {
      throw .policy("segment \(mark.number) was written anew \(mark.generation) times already")
    }
    let old = try Recovery.header(of: mark.file, in: files)
    var header = old
    header.generation = mark.generation + 1
    header.salt = salt
    self.header = header
    self.mark = mark
    self.disk = disk
    layout = files.layout
    let path = files.layout.path(of: .segment(header.file))
    self.path = path
    file = try onDisk { () throws(DiskError) in try disk.open(path + ".new", .creating) }
    reader = try onDisk { () throws(DiskError) in
      try SegmentReader(files.file(.segment(mark.file)), header: old, end: mark.end)
    }
  }

  /// Copies every entry but those that `leaves` wants to go.
  ///
  /// - Throws: `.corrupt` where the old segment is not what was sealed; nothing is left then.
  mutating func run(
    _ leaves: (ScannedEntry) -> Bool
  ) throws(StoreError) -> StoreState.SegmentMark {
    do throws(StoreError) {
      try copy(leaves)
      try finish()
    } catch {
      let cause = error
      do throws(DiskError) { try discard() } catch { throw cause }
      throw cause
    }
    return StoreState.SegmentMark(
      number: mark.number, generation: header.generation, firstLSN: mark.firstLSN, end: end,
      lastChecksum: lastChecksum)
  }

  private mutating func copy(_ leaves: (ScannedEntry) -> Bool) throws(StoreError) {
    var batch: Batch?
    var entry = try onDisk { () throws(DiskError) in
      try reader.firstEntry(ofBatchAt: LogFormat.pageByteCount, lsn: mark.firstLSN)
    }
    while let current = entry {
      if current.header.lsn == current.header.batch {
        if let batch { try write(batch) }
        batch = Batch(
          segment: header.file, salt: header.salt, start: end, next: current.header.lsn,
          nextSeq: 0, time: 0)
      }
      var header = current.header
      var payload = current.payload
      if leaves(current) {
        header.kind = EntryKind.control.rawValue
        payload = []
        header.payloadByteCount = 0
      }
      batch?.append(header: header, payload: payload)
      readChecksum = current.checksum
      entry = try onDisk { () throws(DiskError) in try reader.entry(after: current) }
    }
    if let batch { try write(batch) }
    guard readChecksum == mark.lastChecksum else {
      let old = layout.path(of: .segment(mark.file))
      throw .corrupt(Corruption(.entry, old, "it does not end as it was sealed"))
    }
  }

  private mutating func write(_ batch: Batch) throws(StoreError) {
    var batch = batch
    batch.close()
    let bytes = batch.bytes
    let offset = end
    try onDisk { () throws(DiskError) in try file.write(bytes, at: offset) }
    end += bytes.count
    lastChecksum = batch.entries.last?.checksum ?? lastChecksum
  }

  private func finish() throws(StoreError) {
    try onDisk { () throws(DiskError) in
      try file.write(header.page, at: 0)
      try file.sync()
      try disk.rename(path + ".new", to: path)
      try disk.syncDirectory(layout.log)
    }
  }

  private func discard() throws(DiskError) {
    for path in [path + ".new", path] where disk.exists(path) { try disk.remove(path) }
  }
}
