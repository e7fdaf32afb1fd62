// Recovery.swift: what the log says when a store is opened.
//
// It is read from the newest checkpoint on. At the first entry that is not valid there are two
// explanations: a torn tail, which was never acknowledged and is ignored for ever, or damage, which
// is proven when something shows that the log once went on from there.   FORMAT.md, "Recovery".
// Not here: changing anything on the disk (RepoStore+Open does, with what is found here).
import DAGCBOR
import MST

/// The accepted part of a log.
struct Recovery: Sendable {
  private(set) var state: StoreState
  /// The last segment, up to its last batch where that is not proven.
  private(set) var contents: SegmentContents
  private(set) var header: SegmentHeader
  /// Where the log ends in the last segment.
  private(set) var end = LogFormat.pageByteCount
  /// Of the last entry of `contents`: what the next segment names where the last batch moves there.
  private(set) var lastChecksum: UInt64 = 0
  /// The accepted entries of the last batch, which no later one proves.
  private(set) var lastBatch: [ScannedEntry] = []
  /// Whether the last entry is the clean close that the lock file names.
  private(set) var isClean = false
  private(set) var damage: Corruption?

  private let files: LogFiles

  /// What is known from outside of the log about how far it once reached.
  struct Witness: Sendable {
    var mark: CleanMark?
    var indexed: CleanMark?
  }

  /// A log that was closed cleanly.
  init(
    state: StoreState, contents: SegmentContents, header: SegmentHeader, end: Int,
    files: LogFiles
  ) {
    self.state = state
    self.contents = contents
    self.header = header
    self.end = end
    self.files = files
    lastChecksum = contents.lastChecksum
    isClean = true
  }

  init(_ files: LogFiles, witness: Witness) throws(StoreError) {
    self.files = files
    let segments = try FoundSegment.all(in: files)
    guard let start = try Recovery.start(segments, in: files), let first = segments[start].header
    else {
      throw .corrupt(
        segments.lazy.compactMap(\.damage).first
          ?? Corruption(.checkpoint, files.layout.log, "no segment holds a readable checkpoint"))
    }
    header = first
    state = StoreState(identity: header.identity)
    contents = SegmentContents(number: header.number, firstLSN: header.firstLSN)
    for index in start..<segments.count {
      guard let current = segments[index].header else {
        damage = segments[index].damage
        return
      }
      let next = index + 1 < segments.count ? segments[index + 1] : nil
      try scan(current, next: next?.header.flatMap { $0.follows(current) ? $0 : nil })
      if damage == nil, let after = next?.header, !after.follows(current) {
        damage = Corruption(
          .segmentMissing, files.layout.path(of: .segment(current.number + 1)),
          "segment \(after.number) does not follow \(current.number)")
      }
      if damage != nil { return }
    }
    try judge(witness)
  }

  /// The header of a segment, by its file.
  static func header(of file: UInt32, in files: LogFiles) throws(StoreError) -> SegmentHeader {
    let path = files.layout.path(of: .segment(file))
    let page = try onDisk { () throws(DiskError) in
      try files.file(.segment(file)).bytes(at: 0, byteCount: LogFormat.pageByteCount)
    }
    return try translate({ () throws(SegmentHeader.Fault) in try SegmentHeader(page: page) }) {
      switch $0 {
      case .version(let version):
        StoreError.corrupt(Corruption(.format, path, "version \(version)"))
      case .magic, .tooShort, .checksum: StoreError.corrupt(Corruption(.segmentHeader, path))
      }
    }
  }

  /// Takes in one segment: the whole of it where `next` says where it ends, else what is valid.
  private mutating func scan(
    _ header: SegmentHeader, next: SegmentHeader?
  ) throws(StoreError) {
    let path = files.layout.path(of: .segment(header.file))
    self.header = header
    contents = SegmentContents(number: header.file, firstLSN: header.firstLSN)
    lastBatch = []
    lastChecksum = 0
    end = LogFormat.pageByteCount
    var stated = next?.previous
    if header.generation > 0 {
      // The next segment tells of the one that was here before; this one fills its file.
      stated?.end = try onDisk { () throws(DiskError) in
        try files.file(.segment(header.file)).byteCount()
      }
    }
    let statedEnd = stated?.end
    var reader = try onDisk { () throws(DiskError) in
      try SegmentReader(
        files.file(.segment(header.file)), header: header, end: statedEnd)
    }
    var entry = try onDisk { () throws(DiskError) in
      try reader.firstEntry(ofBatchAt: LogFormat.pageByteCount, lsn: header.firstLSN)
    }
    while let current = entry {
      if let first = lastBatch.first, first.header.batch != current.header.batch {
        try takeLastBatch(path)
      }
      lastBatch.append(current)
      end = current.end
      entry = try onDisk { () throws(DiskError) in try reader.entry(after: current) }
    }
    let found = end
    dropUnfinishedRun()
    if let next, let stated {
      return try seal(path, readTo: found, stated: stated, beginning: next.firstLSN)
    }
    let expected = lastBatch.last?.header.lsn.advanced(by: 1) ?? contents.endLSN
    let from = end
    let beyond = try onDisk { () throws(DiskError) in
      try reader.entry(beyond: expected, from: from)
    }
    if let beyond {
      damage = Corruption(
        .entry, path, at: found, "entry \(expected); entry \(beyond.header.lsn) after it is whole")
    }
  }

  /// Takes a segment as complete, if it ends where the next one says.
  private mutating func seal(
    _ path: String, readTo found: Int, stated: SegmentHeader.Previous, beginning next: LSN
  ) throws(StoreError) {
    try takeLastBatch(path)
    end = LogFormat.padded(end, to: LogFormat.pageByteCount)
    let isLast = lastChecksum == stated.lastChecksum || header.generation > 0
    guard end == stated.end, isLast else {
      damage = Corruption(.entry, path, at: found, "entry \(contents.endLSN), of \(next)")
      return
    }
    state.sealed.append(
      StoreState.SegmentMark(
        number: header.number, generation: header.generation, firstLSN: header.firstLSN,
        end: end, lastChecksum: lastChecksum))
  }

  /// A run of entries that are valid only together is accepted whole or not at all.
  private mutating func dropUnfinishedRun() {
    while let last = lastBatch.last, last.header.flags.contains(.more) {
      lastBatch.removeLast()
      end = last.offset
    }
  }

  /// The last batch is proven by what follows it: it counts for good.
  private mutating func takeLastBatch(_ path: String) throws(StoreError) {
    for entry in lastBatch { try take(entry, path) }
    lastBatch = []
  }

  private mutating func take(_ entry: ScannedEntry, _ path: String) throws(StoreError) {
    try translate({ () throws(FieldFault) in
      try contents.take(entry, into: &state)
    }) { StoreError.corrupt(Corruption(.frame, path, at: entry.offset, $0.field)) }
    lastChecksum = entry.checksum
  }

  /// Decides between a torn tail and a lost one, and between a clean close and any other end.
  private mutating func judge(_ witness: Witness) throws(StoreError) {
    let path = files.layout.path(of: .segment(header.file))
    let last = lastBatch.last?.header.lsn ?? LSN(rawValue: contents.endLSN.rawValue - 1)
    if let mark = witness.mark, mark.identity == header.identity {
      if mark.lsn > last {
        damage = Corruption(
          .lostTail, path, at: end,
          "the last clean close was at \(mark.lsn), the log ends at \(last)")
        return
      }
      isClean =
        lastBatch.last.map {
          $0.header.kind == EntryKind.closed.rawValue && $0.header.lsn == mark.lsn
            && $0.checksum == mark.checksum
        } ?? false
    }
    if let indexed = witness.indexed, indexed.identity == header.identity, indexed.lsn > last {
      damage = Corruption(
        .lostTail, path, at: end, "the index has seen \(indexed.lsn), the log ends at \(last)")
      return
    }
    if isClean { isClean = try nothingFollows() }
    if isClean { try acceptLastBatch() }
  }

  /// Whether the segment is zero behind the log's end: bytes there are a write that a later life of
  /// the store began.
  private func nothingFollows() throws(StoreError) -> Bool {
    try onDisk { () throws(DiskError) in
      var reader = try SegmentReader(files.file(.segment(header.file)), header: header)
      return try reader.isZero(from: end)
    }
  }

  /// Takes the last batch in as it stands in its segment: after a clean close, or to read only.
  mutating func acceptLastBatch() throws(StoreError) {
    try takeLastBatch(files.layout.path(of: .segment(header.file)))
    end = LogFormat.padded(end, to: LogFormat.pageByteCount)
  }

  /// Where the last batch begins, which is where the log ends once that batch has moved.
  var endBeforeLastBatch: Int {
    lastBatch.first?.offset ?? LogFormat.padded(end, to: LogFormat.pageByteCount)
  }
}

extension SegmentContents {
  /// Takes in an entry that was read back: what it does to `state`, and where its blocks are.
  mutating func take(
    _ entry: ScannedEntry, into state: inout StoreState
  ) throws(FieldFault) {
    guard let kind = EntryKind(rawValue: entry.header.kind) else {
      guard entry.header.flags.contains(.skippable) else {
        throw FieldFault(field: "kind \(entry.header.kind)")
      }
      add(entry, rev: nil, sections: [])
      state.apply(.none, lsn: entry.header.lsn, seq: entry.header.seq)
      return
    }
    var change = StoreState.Change.none
    var rev: UInt64?
    var sections: [CARSection] = []
    switch kind {
    case .closed: break
    // What stands where an entry was that has been purged.
    case .control where entry.payload.isEmpty: break
    case .checkpoint:
      state = try StoreState(
        checkpoint: try CBORValue(payload: entry.payload), identity: state.identity)
    case .control:
      change = .control(try ControlRecord(try CBORValue(payload: entry.payload)))
    case .attach:
      let attached = try Attachment(try CBORValue(payload: entry.payload))
      change = .attach(attached)
    case .frame:
      let frame = try FramePayload(entry.payload)
      change = frame.change(of: entry.header.repo)
      rev = frame.rev?.rawValue
      sections = frame.sections
    }
    add(entry, rev: rev, sections: sections)
    state.apply(change, lsn: entry.header.lsn, seq: entry.header.seq)
  }

  private mutating func add(_ entry: ScannedEntry, rev: UInt64?, sections: [CARSection]) {
    let header = entry.header
    for section in sections {
      blocks[BlockKey(repo: header.repo, digest: section.cid.digest)] = BlockLocation(
        file: .segment(number), offset: entry.payloadOffset + section.offset,
        byteCount: section.byteCount)
    }
    entries.append(
      EntrySummary(
        offset: entry.offset, payloadByteCount: header.payloadByteCount, seq: header.seq,
        repo: header.repo, rev: rev ?? 0, kind: header.kind, stream: header.stream))
    lastChecksum = entry.checksum
  }

  /// Takes in an entry that was just written.
  mutating func take(_ entry: PlacedEntry) {
    for block in entry.blocks { blocks[block.key] = block.location }
    entries.append(entry.summary)
    lastChecksum = entry.checksum
  }
}

/// The payload of an `attach` entry: files that come, and files that go with it.
struct Attachment: Sendable {
  var packs: [StoreState.PackMark]
  var removedSegments: Set<UInt32> = []
  var removedPacks: Set<UInt32> = []
  /// Segments that take the place of those of the same number.
  var rewritten: [StoreState.SegmentMark] = []

  init(_ packs: [StoreState.PackMark], removing segments: [UInt32] = [], packs old: [UInt32] = []) {
    self.packs = packs
    removedSegments = Set(segments)
    removedPacks = Set(old)
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    packs = []
    for value in try fields.array("packs") { packs.append(try StoreState.PackMark(value)) }
    removedSegments = try Attachment.numbers(in: fields.array("removedSegments"))
    removedPacks = try Attachment.numbers(in: fields.array("removedPacks"))
    for value in try fields.arrayIfAny("rewritten") {
      rewritten.append(try StoreState.SegmentMark(value))
    }
  }

  private static func numbers(in values: [CBORValue]) throws(FieldFault) -> Set<UInt32> {
    var numbers: Set<UInt32> = []
    for value in values {
      guard let number = value.integerValue.flatMap({ UInt32(exactly: $0) }) else {
        throw FieldFault(field: "removed")
      }
      numbers.insert(number)
    }
    return numbers
  }

  var value: CBORValue {
    [
      "packs": .array(packs.map(\.value)),
      "removedSegments": .array(removedSegments.sorted().map { .integer(Int64($0)) }),
      "removedPacks": .array(removedPacks.sorted().map { .integer(Int64($0)) }),
      "rewritten": .array(rewritten.map(\.value)),
    ]
  }
}

extension CBORValue {
  init(payload: [UInt8]) throws(FieldFault) {
    self = try translate({ () throws(CBORError) in try CBOR.decode(payload) }) {
      FieldFault(field: "\($0)")
    }
  }

  /// The bytes of a value of ours, which has neither foreign links nor depth to refuse.
  var payload: [UInt8] {
    do throws(CBORError) {
      return try CBOR.encode(self)
    } catch {
      preconditionFailure("a value of ours does not encode: \(error)")
    }
  }
}
