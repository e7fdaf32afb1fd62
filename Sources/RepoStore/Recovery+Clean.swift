// Recovery+Clean.swift: the short way in, after a clean close: the log's last words are enough.
//
// The lock file names the last segment and where its closing checkpoint lies. If that is what
// stands there, with the `closed` entry after it and nothing but zeros behind, the store's state is
// that checkpoint; what the segment holds is taken from the index as far as it was kept, and the
// rest is read. Anything else: the long way (Recovery.init).
import DAGCBOR

extension Recovery {
  /// - Returns: nil where the log does not end as the mark says.
  static func afterCleanClose(
    _ mark: CleanMark, in files: LogFiles, index: any BlockIndex
  ) throws(StoreError) -> Recovery? {
    let last = try onDisk { () throws(DiskError) in try files.lastSegment() }
    guard last == mark.segment else { return nil }
    let header: SegmentHeader
    do throws(StoreError) {
      header = try Recovery.header(of: mark.segment, in: files)
    } catch {
      // The long way says what is wrong with it, and how much can be read without.
      return nil
    }
    guard header.identity == mark.identity else { return nil }
    var reader = try onDisk { () throws(DiskError) in
      try SegmentReader(files.file(.segment(mark.segment)), header: header)
    }
    guard let ending = try Ending(mark, &reader) else { return nil }
    var contents = try kept(header, &reader, index: index)
    var state = try translate({ () throws(FieldFault) in
      try StoreState(
        checkpoint: try CBORValue(payload: ending.checkpoint.payload), identity: header.identity)
    }) {
      StoreError.corrupt(
        Corruption(
          .checkpoint, files.layout.path(of: .segment(mark.segment)),
          at: mark.checkpointOffset, $0.field))
    }
    guard try takeRest(&reader, into: &contents.contents, from: contents.end) else { return nil }
    for entry in [ending.checkpoint, ending.closed] {
      state.apply(.none, lsn: entry.header.lsn, seq: 0)
    }
    guard contents.contents.endLSN == state.nextLSN else { return nil }
    return Recovery(
      state: state, contents: contents.contents, header: header,
      end: LogFormat.padded(ending.closed.end, to: LogFormat.pageByteCount), files: files)
  }

  /// The closing checkpoint and the `closed` entry, as the mark names them.
  private struct Ending {
    var checkpoint: ScannedEntry
    var closed: ScannedEntry

    init?(_ mark: CleanMark, _ reader: inout SegmentReader) throws(StoreError) {
      let found = try onDisk { () throws(DiskError) -> (ScannedEntry, ScannedEntry)? in
        guard let checkpoint = try reader.entry(at: mark.checkpointOffset),
          checkpoint.header.kind == EntryKind.checkpoint.rawValue,
          let closed = try reader.entry(after: checkpoint),
          closed.header.kind == EntryKind.closed.rawValue, closed.header.lsn == mark.lsn,
          closed.checksum == mark.checksum, try reader.isZero(from: closed.end)
        else { return nil }
        return (checkpoint, closed)
      }
      guard let found else { return nil }
      (checkpoint, closed) = found
    }
  }

  /// What the index kept of the segment, if it fits, and where that ends.
  private static func kept(
    _ header: SegmentHeader, _ reader: inout SegmentReader, index: any BlockIndex
  ) throws(StoreError) -> (contents: SegmentContents, end: Int) {
    let none = (
      SegmentContents(number: header.number, firstLSN: header.firstLSN), LogFormat.pageByteCount
    )
    guard let run = try index.activeRun(), run.identity == header.identity,
      run.contents.number == header.number, run.contents.firstLSN == header.firstLSN,
      let last = run.contents.entries.last
    else { return none }
    let entry = try onDisk { () throws(DiskError) in try reader.entry(at: last.offset) }
    guard let entry, entry.checksum == run.contents.lastChecksum,
      entry.header.lsn == run.contents.lastLSN
    else { return none }
    return (run.contents, run.end)
  }

  /// - Returns: whether the entries from `start` on are one whole log.
  private static func takeRest(
    _ reader: inout SegmentReader, into contents: inout SegmentContents, from start: Int
  ) throws(StoreError) -> Bool {
    var ignored = StoreState(identity: reader.header.identity)
    let first = contents.endLSN
    var entry = try onDisk { () throws(DiskError) in
      try reader.firstEntry(ofBatchAt: start, lsn: first)
    }
    while let current = entry {
      do throws(FieldFault) {
        try contents.take(current, into: &ignored)
      } catch {
        return false
      }
      entry = try onDisk { () throws(DiskError) in try reader.entry(after: current) }
    }
    return true
  }
}
