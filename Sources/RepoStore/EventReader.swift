// EventReader.swift: the log as its readers see it: by cursor, durable entries only, oldest first.
//
// Backfill and live are one thing: a reader asks for what comes after its cursor, and waits when
// there is nothing. It owns no buffer but the last page it read.
import ATSyntax
import DAGCBOR
import MST

/// One event of the log.
public struct LogEvent: Sendable {
  public var lsn: LSN
  /// Its number in the public stream; nil in a private one.
  public var seq: Seq?
  public var repo: RepoID
  public var stream: EventStream
  /// When it was written, in microseconds since 1970.
  public var time: UInt64
  /// Header and payload of the frame, as subscribers get it.
  public var frame: [UInt8]
}

/// Reads events after a cursor. A value: a copy goes on from the same place by itself.
public struct EventReader: Sendable {
  private let log: StoreLog
  private let streams: Set<EventStream>
  /// The last entry that was looked at: after `next` returned nil, wait for one beyond it.
  public private(set) var position: LSN
  private var cached: (number: UInt32, firstLSN: LSN, entries: [EntrySummary])?

  init(_ log: StoreLog, after position: LSN, _ streams: Set<EventStream>) {
    self.log = log
    self.position = position
    self.streams = streams
  }

  /// The next event, or nil where the log ends for now.
  ///
  /// Events of repos that are deleted by now are passed over; what told of their deletion, which
  /// is no repo's any more, is not.
  /// - Throws: `.corrupt`, `.disk`: the reader stays before the event.
  public mutating func next() throws(StoreError) -> LogEvent? {
    let last = log.lastLSN
    while position < last {
      let lsn = position.advanced(by: 1)
      let first = log.firstLSN
      if lsn < first {
        // History before this was let go of.
        position = LSN(rawValue: first.rawValue - 1)
        continue
      }
      guard let (segment, entry) = try find(lsn) else {
        throw .corrupt(
          Corruption(.segmentMissing, log.files.layout.log, "the one of entry \(lsn)"))
      }
      guard entry.kind == EntryKind.frame.rawValue,
        let stream = EventStream(rawValue: entry.stream), streams.contains(stream),
        entry.repo == .none || log.read({ $0.state.repos[entry.repo] != nil })
      else {
        position = lsn
        continue
      }
      guard let scanned = try log.read(lsn, as: entry, in: segment) else {
        // It was purged, or let go of, after it was looked up.
        cached = nil
        continue
      }
      position = lsn
      return LogEvent(
        lsn: lsn, seq: entry.seq == 0 ? nil : Seq(rawValue: entry.seq), repo: entry.repo,
        stream: stream, time: scanned.header.time, frame: scanned.payload)
    }
    return nil
  }

  private mutating func find(
    _ lsn: LSN
  ) throws(StoreError) -> (segment: UInt32, entry: EntrySummary)? {
    if let cached, lsn >= cached.firstLSN, lsn < cached.firstLSN.advanced(by: cached.entries.count)
    {
      return (cached.number, cached.entries[Int(lsn.rawValue - cached.firstLSN.rawValue)])
    }
    // The active segment grows, so it is asked each time; a sealed one is kept.
    let active = log.read { published -> (UInt32, EntrySummary)? in
      published.active.summary(of: lsn).map { (published.active.number, $0) }
    }
    if let active { return active }
    for segment in try log.segmentsNewestFirst() where segment.firstLSN <= lsn {
      let entries = try log.entries(of: segment)
      cached = (segment.number, segment.firstLSN, entries)
      let index = Int(lsn.rawValue - segment.firstLSN.rawValue)
      return index < entries.count ? (segment.number, entries[index]) : nil
    }
    return nil
  }
}

extension RepoStore {
  /// A reader of the events after `cursor`, of the public stream unless others are named.
  public func events(
    after cursor: LSN, streams: Set<EventStream> = [.public]
  ) -> EventReader {
    EventReader(log, after: cursor, streams)
  }

  /// The cursor from which a reader sees exactly the public events with a number above `seq`.
  ///
  /// Cost: a binary search in one segment's entries.
  public func cursor(after seq: Seq) throws(StoreError) -> LSN {
    if seq.rawValue + 1 >= log.read({ $0.state.nextSeq }) { return lastLSN }
    for segment in try log.segmentsNewestFirst() {
      let entries = try log.entries(of: segment)
      guard let first = entries.first(where: { $0.seq != 0 }), first.seq <= seq.rawValue else {
        continue
      }
      var index = entries.count
      while index > 0, entries[index - 1].seq == 0 || entries[index - 1].seq > seq.rawValue {
        index -= 1
      }
      return LSN(rawValue: segment.firstLSN.rawValue + UInt64(index) - 1)
    }
    return .zero
  }
}

extension RepoStore {
  /// The first entry that the log still holds.
  public var firstLSN: LSN {
    log.read { $0.state.sealed.first?.firstLSN ?? $0.active.firstLSN }
  }
}

/// Which entries a segment holds.
struct SegmentSpan: Sendable {
  /// What its file is called by.
  var number: UInt32
  var firstLSN: LSN
}

extension RepoStore {
  /// Whether every public event with a number above `seq` can still be read.
  public func retainsEvents(after seq: Seq) throws(StoreError) -> Bool {
    let next = log.read { $0.state.nextSeq }
    if seq.rawValue + 1 >= next { return true }
    for segment in try log.segmentsNewestFirst().reversed() {
      guard let first = try log.entries(of: segment).first(where: { $0.seq != 0 }) else { continue }
      return first.seq <= seq.rawValue + 1
    }
    return false
  }
}

extension StoreLog {
  /// The oldest entry that is still there.
  var firstLSN: LSN {
    read { $0.state.sealed.first?.firstLSN ?? $0.active.firstLSN }
  }

  func segmentsNewestFirst() throws(StoreError) -> [SegmentSpan] {
    read { published in
      let active = SegmentSpan(
        number: published.active.number, firstLSN: published.active.firstLSN)
      return [active]
        + published.state.sealed.reversed().map {
          SegmentSpan(number: $0.file, firstLSN: $0.firstLSN)
        }
    }
  }

  /// The entries of a segment, from memory or the index; read again where neither has them.
  func entries(of segment: SegmentSpan) throws(StoreError) -> [EntrySummary] {
    let recent = read { published -> [EntrySummary]? in
      if published.active.number == segment.number { return published.active.entries }
      return published.sealing.first { $0.number == segment.number }?.entries
    }
    if let recent { return recent }
    if let entries = try index.entries(ofSegment: segment.number) { return entries }
    guard let mark = read({ $0.state.sealed.first { $0.file == segment.number } }) else {
      return []
    }
    return try contents(of: mark).entries
  }

  /// The same for an entry that was looked up a while ago: nil where it is not there any more,
  /// because its segment was let go of or written anew.
  func read(
    _ lsn: LSN, as entry: EntrySummary, in segment: UInt32
  ) throws(StoreError) -> ScannedEntry? {
    do throws(StoreError) {
      return try read(entry, in: segment)
    } catch {
      if isNamed(segment) { throw error }
    }
    guard
      let now = try segmentsNewestFirst().first(where: { $0.firstLSN <= lsn }),
      now.number != segment
    else { return nil }
    let entries = try entries(of: now)
    let index = Int(lsn.rawValue - now.firstLSN.rawValue)
    guard index < entries.count, entries[index].kind == entry.kind else { return nil }
    return try read(entries[index], in: now.number)
  }

  /// Reads one entry again and checks it.
  func read(_ entry: EntrySummary, in segment: UInt32) throws(StoreError) -> ScannedEntry {
    let path = files.layout.path(of: .segment(segment))
    let bytes = try onDisk { () throws(DiskError) in
      try files.file(.segment(segment)).bytes(
        at: entry.offset,
        byteCount: LogFormat.entryHeaderByteCount + entry.payloadByteCount)
    }
    let salt = try salt(of: segment)
    let scanned = bytes.withUnsafeBytes { bytes -> ScannedEntry? in
      guard let header = EntryHeader(bytes, salt: salt, offset: entry.offset) else { return nil }
      let payload = UnsafeRawBufferPointer(
        rebasing: bytes[LogFormat.entryHeaderByteCount...])
      guard payload.count == header.payloadByteCount,
        header.matches(payload, salt: salt, offset: entry.offset)
      else { return nil }
      return ScannedEntry(
        header: header, offset: entry.offset, checksum: bytes.word(at: 56),
        payload: Array(payload))
    }
    guard let scanned else { throw .corrupt(Corruption(.entry, path, at: entry.offset)) }
    return scanned
  }

  private func salt(of segment: UInt32) throws(StoreError) -> UInt64 {
    if let salt = salts.withLock({ $0[segment] }) { return salt }
    let salt = try Recovery.header(of: segment, in: files).salt
    salts.withLock { $0[segment] = salt }
    return salt
  }

  /// Reads a sealed segment again.
  /// - Throws: `.corrupt` where it is not what was sealed.
  func contents(of mark: StoreState.SegmentMark) throws(StoreError) -> SegmentContents {
    let (contents, damage) = try SegmentContents.read(mark, in: files)
    if let damage { throw .corrupt(damage) }
    return contents
  }
}
