// LogFormat.swift: every byte of a log that is not payload: segment headers and entry headers.
//
// FORMAT.md draws both. All numbers are little-endian. Checksums are seeded with the segment's salt
// and the offset, so bytes that were copied or left over from another file are no entries.
// Not here: reading or writing files.

enum LogFormat {
  static let version: UInt32 = 1
  /// What batches and segment headers are aligned to, in bytes.
  static let pageByteCount = 4_096
  static let entryHeaderByteCount = 64
  /// Payloads are padded with zeros to a multiple of this.
  static let entryAlignment = 8
  static let segmentMagic: UInt64 = 0x5345_4449_5441_4c50  // "PLAITEDS"
  static let packMagic: UInt64 = 0x5045_4449_5441_4c50  // "PLAITEDP"
  static let entryMagic: UInt32 = 0x544e_4550  // "PENT"

  static func padded(_ byteCount: Int, to alignment: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

/// Identifies a store, and a life of it: both are random.
struct StoreIdentity: Hashable, Sendable {
  /// The same for ever.
  var store: (UInt64, UInt64)
  /// New at creation, restore and repair.
  var epoch: UInt64

  static func == (a: StoreIdentity, b: StoreIdentity) -> Bool {
    a.store == b.store && a.epoch == b.epoch
  }

  func hash(into hasher: inout Hasher) { hasher.combine(store.0) }

  /// 32 lower-case hexadecimal digits.
  var storeText: String { hex(store.0) + hex(store.1) }
  var epochText: String { hex(epoch) }

  private func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The first page of a segment, written once.
struct SegmentHeader: Hashable, Sendable {
  var identity: StoreIdentity
  var number: UInt32
  /// How many times the segment was written anew, to cut a repo out of it: 0...127.
  var generation: UInt32 = 0
  /// Random: what the checksums in this segment are seeded with.
  var salt: UInt64
  var firstLSN: LSN
  /// The segment before: its number, where the log ends in it, and the checksum of its last entry's
  /// header; nil for the first.
  var previous: Previous?

  struct Previous: Hashable, Sendable {
    var number: UInt32
    var end: Int
    var lastChecksum: UInt64
  }

  static let byteCount = 88

  /// What the segment's file is called by.
  var file: UInt32 { StoreState.SegmentMark.file(number, generation) }

  /// Whether this is the header of the segment after that of `header`.
  func follows(_ header: SegmentHeader) -> Bool { previous?.number == header.number }

  var page: [UInt8] {
    var page = [UInt8](repeating: 0, count: LogFormat.pageByteCount)
    page.withUnsafeMutableBytes { page in
      // Safe: all offsets lie in the first 88 bytes of a page of 4096.
      page.store(LogFormat.segmentMagic, at: 0)
      page.store(LogFormat.version, at: 8)
      page.store(number, at: 12)
      page.store(identity.store.0, at: 16)
      page.store(identity.store.1, at: 24)
      page.store(identity.epoch, at: 32)
      page.store(salt, at: 40)
      page.store(firstLSN.rawValue, at: 48)
      page.store(previous?.number ?? 0, at: 56)
      page.store(generation, at: 60)
      page.store(UInt64(previous?.end ?? 0), at: 64)
      page.store(previous?.lastChecksum ?? 0, at: 72)
      page.store(Checksum.of(UnsafeRawBufferPointer(rebasing: page[..<80]), seed: 0), at: 80)
    }
    return page
  }

  enum Fault: Error, Hashable, Sendable {
    case tooShort
    case magic
    case version(UInt32)
    case checksum
  }

  init(page bytes: [UInt8]) throws(Fault) {
    guard bytes.count >= SegmentHeader.byteCount else { throw .tooShort }
    let words = bytes.withUnsafeBytes { bytes in
      // Safe: there are at least 88 bytes.
      (0..<11).map { bytes.word(at: 8 * $0) }
    }
    guard words[0] == LogFormat.segmentMagic else { throw .magic }
    let version = UInt32(truncatingIfNeeded: words[1])
    guard version == LogFormat.version else { throw .version(version) }
    let checksum = bytes.withUnsafeBytes {
      Checksum.of(UnsafeRawBufferPointer(rebasing: $0[..<80]), seed: 0)
    }
    guard words[10] == checksum else { throw .checksum }
    number = UInt32(truncatingIfNeeded: words[1] >> 32)
    identity = StoreIdentity(store: (words[2], words[3]), epoch: words[4])
    salt = words[5]
    firstLSN = LSN(rawValue: words[6])
    let before = UInt32(truncatingIfNeeded: words[7])
    generation = UInt32(truncatingIfNeeded: words[7] >> 32)
    previous =
      before == 0
      ? nil : Previous(number: before, end: Int(clamping: words[8]), lastChecksum: words[9])
  }

  init(
    identity: StoreIdentity, number: UInt32, salt: UInt64, firstLSN: LSN, previous: Previous?
  ) {
    self.identity = identity
    self.number = number
    self.salt = salt
    self.firstLSN = firstLSN
    self.previous = previous
  }
}

/// What an entry is.
enum EntryKind: UInt8, Sendable {
  /// An event as its readers get it.
  case frame = 1
  /// A change of the store's own tables.
  case control = 2
  /// Everything small, as of this entry.
  case checkpoint = 3
  /// Packs that belong to the store from here on.
  case attach = 4
  /// The end of a clean close.
  case closed = 5
}

struct EntryFlags: OptionSet, Hashable, Sendable {
  var rawValue: UInt16

  /// A reader that does not know this kind may pass over it.
  static let skippable = EntryFlags(rawValue: 1)
  /// Valid only together with the next entry.
  static let more = EntryFlags(rawValue: 2)
  /// Written with relaxed durability, before the batch before it was durable: it proves nothing of
  /// what should stand there.
  static let relaxed = EntryFlags(rawValue: 4)
}

/// The 64 bytes before an entry's payload.
struct EntryHeader: Hashable, Sendable {
  var lsn: LSN
  /// The first entry of its batch.
  var batch: LSN
  /// Zero where the public stream does not show it.
  var seq: UInt64
  var repo: RepoID
  var kind: UInt8
  var stream: UInt8
  var flags: EntryFlags
  /// When it was written, in microseconds since 1970.
  var time: UInt64
  var payloadByteCount: Int
  var payloadChecksum: UInt64 = 0

  /// The bytes that the entry takes in a segment.
  var byteCount: Int {
    LogFormat.padded(
      LogFormat.entryHeaderByteCount + payloadByteCount, to: LogFormat.entryAlignment)
  }

  /// Writes the header before a payload that is already in place, and seals both.
  ///
  /// - Parameter entry: the header's place and the payload after it.
  /// - Returns: the header's checksum.
  mutating func seal(_ entry: UnsafeMutableRawBufferPointer, salt: UInt64, offset: Int) -> UInt64 {
    let payloadStart = LogFormat.entryHeaderByteCount
    let payload = UnsafeRawBufferPointer(
      rebasing: entry[payloadStart..<payloadStart + payloadByteCount])
    payloadChecksum = Checksum.of(payload, seed: salt ^ UInt64(offset + payloadStart))
    // Safe: the caller gives at least the header's 64 bytes.
    entry.store(LogFormat.entryMagic, at: 0)
    entry.store(UInt32(payloadByteCount), at: 4)
    entry.store(lsn.rawValue, at: 8)
    entry.store(batch.rawValue, at: 16)
    entry.store(seq, at: 24)
    entry.store(repo.rawValue, at: 32)
    entry.store(kind, at: 36)
    entry.store(stream, at: 37)
    entry.store(flags.rawValue, at: 38)
    entry.store(time, at: 40)
    entry.store(payloadChecksum, at: 48)
    let checksum = Checksum.of(
      UnsafeRawBufferPointer(rebasing: entry[..<56]), seed: salt ^ UInt64(offset))
    entry.store(checksum, at: 56)
    return checksum
  }

  /// Reads a header of a segment with `salt` at `offset`; nil unless its checksum is right.
  init?(_ bytes: UnsafeRawBufferPointer, salt: UInt64, offset: Int) {
    guard bytes.count >= LogFormat.entryHeaderByteCount,
      bytes.loadUnaligned(as: UInt32.self).littleEndian == LogFormat.entryMagic
    else { return nil }
    let checksum = Checksum.of(
      UnsafeRawBufferPointer(rebasing: bytes[..<56]), seed: salt ^ UInt64(offset))
    guard checksum == bytes.word(at: 56) else { return nil }
    let names = bytes.word(at: 32)
    lsn = LSN(rawValue: bytes.word(at: 8))
    batch = LSN(rawValue: bytes.word(at: 16))
    seq = bytes.word(at: 24)
    repo = RepoID(rawValue: UInt32(truncatingIfNeeded: names))
    kind = UInt8(truncatingIfNeeded: names >> 32)
    stream = UInt8(truncatingIfNeeded: names >> 40)
    flags = EntryFlags(rawValue: UInt16(truncatingIfNeeded: names >> 48))
    time = bytes.word(at: 40)
    payloadByteCount = Int(bytes.word(at: 0) >> 32)
    payloadChecksum = bytes.word(at: 48)
  }

  init(
    lsn: LSN, batch: LSN, seq: UInt64, repo: RepoID, kind: EntryKind, stream: EventStream,
    flags: EntryFlags, time: UInt64, payloadByteCount: Int
  ) {
    self.lsn = lsn
    self.batch = batch
    self.seq = seq
    self.repo = repo
    self.kind = kind.rawValue
    self.stream = stream.rawValue
    self.flags = flags
    self.time = time
    self.payloadByteCount = payloadByteCount
  }

  /// Whether `payload`, which stands after the header, is what was written.
  func matches(_ payload: UnsafeRawBufferPointer, salt: UInt64, offset: Int) -> Bool {
    Checksum.of(payload, seed: salt ^ UInt64(offset + LogFormat.entryHeaderByteCount))
      == payloadChecksum
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores an integer little-endian. The caller knows that `offset` and the bytes after it exist.
  func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }
}

extension UnsafeRawBufferPointer {
  /// The eight bytes at `offset`, little-endian. The caller knows that they exist.
  func word(at offset: Int) -> UInt64 {
    loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }
}
