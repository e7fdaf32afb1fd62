// SegmentReader.swift: the entries of one segment, read in order and checked.
//
// Nothing is believed but what its checksums say; what follows the first entry that is not valid is
// no part of the log here. Whether that is a torn tail or damage is Recovery's question.
import DAGCBOR

/// An entry as it was read.
struct ScannedEntry: Sendable {
  var header: EntryHeader
  /// Of the header in the segment.
  var offset: Int
  /// Of the header.
  var checksum: UInt64
  var payload: [UInt8]

  var end: Int { offset + header.byteCount }
  var payloadOffset: Int { offset + LogFormat.entryHeaderByteCount }
}

/// Reads entries at increasing offsets through a window, so that a segment is read once in large
/// pieces.
struct SegmentReader {
  static let windowByteCount = 1 << 20

  let file: any DiskFile
  let header: SegmentHeader
  /// Where the log is known to end in this segment, or the file's size.
  let limit: Int
  private var window: [UInt8] = []
  private var windowStart = 0

  /// - Parameter end: where the next segment says that this one ends; nil for the last.
  init(_ file: any DiskFile, header: SegmentHeader, end: Int? = nil) throws(DiskError) {
    self.file = file
    self.header = header
    let size = try file.byteCount()
    limit = min(end ?? size, size)
  }

  /// The valid entry at `offset`, or nil.
  mutating func entry(at offset: Int) throws(DiskError) -> ScannedEntry? {
    guard try load(LogFormat.entryHeaderByteCount, at: offset) else { return nil }
    let salt = header.salt
    let (found, checksum) = window.withUnsafeBytes { bytes in
      let entry = UnsafeRawBufferPointer(rebasing: bytes[(offset - windowStart)...])
      return (EntryHeader(entry, salt: salt, offset: offset), entry.word(at: 56))
    }
    guard let found, offset + found.byteCount <= limit, try load(found.byteCount, at: offset) else {
      return nil
    }
    let start = offset - windowStart + LogFormat.entryHeaderByteCount
    let payload = Array(window[start..<start + found.payloadByteCount])
    guard payload.withUnsafeBytes({ found.matches($0, salt: salt, offset: offset) }) else {
      return nil
    }
    return ScannedEntry(header: found, offset: offset, checksum: checksum, payload: payload)
  }

  /// The entry after `entry`: in its batch, or at the start of the next one.
  mutating func entry(after entry: ScannedEntry) throws(DiskError) -> ScannedEntry? {
    let expected = entry.header.lsn.advanced(by: 1)
    if let next = try self.entry(at: entry.end), next.header.lsn == expected,
      next.header.batch == entry.header.batch
    {
      return next
    }
    return try firstEntry(
      ofBatchAt: LogFormat.padded(entry.end, to: LogFormat.pageByteCount), lsn: expected)
  }

  /// The entry that begins a batch at `offset`.
  mutating func firstEntry(ofBatchAt offset: Int, lsn: LSN) throws(DiskError) -> ScannedEntry? {
    guard let entry = try entry(at: offset), entry.header.lsn == lsn, entry.header.batch == lsn
    else { return nil }
    return entry
  }

  /// A valid entry from `offset` on whose batch begins after `lsn`: a proof that what should stand
  /// at `lsn` was durable once.
  mutating func entry(beyond lsn: LSN, from offset: Int) throws(DiskError) -> ScannedEntry? {
    var offset = LogFormat.padded(offset, to: LogFormat.entryAlignment)
    while offset + LogFormat.entryHeaderByteCount <= limit {
      guard try load(LogFormat.entryHeaderByteCount, at: offset) else { return nil }
      let candidate = window.withUnsafeBytes { bytes -> Int? in
        var position = offset - windowStart
        while position + LogFormat.entryHeaderByteCount <= bytes.count {
          let magic = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
          if magic.littleEndian == LogFormat.entryMagic { return position }
          position += LogFormat.entryAlignment
        }
        return nil
      }
      guard let candidate else {
        // The window's last header's width is looked at again.
        offset = max(
          offset + LogFormat.entryAlignment,
          windowStart + window.count - LogFormat.entryHeaderByteCount)
        offset = LogFormat.padded(offset, to: LogFormat.entryAlignment)
        continue
      }
      offset = windowStart + candidate
      if let entry = try entry(at: offset), entry.header.batch > lsn,
        !entry.header.flags.contains(.relaxed)
      {
        return entry
      }
      offset += LogFormat.entryAlignment
    }
    return nil
  }

  /// Whether everything from `offset` on is zero.
  mutating func isZero(from offset: Int) throws(DiskError) -> Bool {
    var offset = offset
    while offset < limit {
      let count = min(SegmentReader.windowByteCount, limit - offset)
      guard try load(count, at: offset) else { return false }
      let start = offset - windowStart
      guard window[start..<start + count].allSatisfy({ $0 == 0 }) else { return false }
      offset += count
    }
    return true
  }

  /// Makes the window hold `byteCount` bytes from `offset` on; false where the segment ends before.
  private mutating func load(_ byteCount: Int, at offset: Int) throws(DiskError) -> Bool {
    guard offset >= 0, offset + byteCount <= limit else { return false }
    if offset >= windowStart && offset + byteCount <= windowStart + window.count { return true }
    let wanted = min(max(byteCount, SegmentReader.windowByteCount), limit - offset)
    window = try file.bytes(at: offset, byteCount: wanted)
    windowStart = offset
    return window.count >= byteCount
  }
}
