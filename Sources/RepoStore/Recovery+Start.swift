// Recovery+Start.swift: which segments there are, and from which of them the log is read.
//
// A checkpoint says everything that was before it, so reading begins at the newest segment that
// begins with one. The log's very first segment needs none: before its first entry there is
// nothing.

/// A segment that is there, and what its first page says.
struct FoundSegment: Sendable {
  var number: UInt32
  var generation: UInt32
  /// nil where the page is damaged.
  var header: SegmentHeader?
  /// What is wrong with the page.
  var damage: Corruption?

  /// Every segment, ascending. A page that was damaged is no reason to stop; one of another version
  /// is. Of one that is there twice, because a purge was cut short, the older holds everything.
  static func all(in files: LogFiles) throws(StoreError) -> [FoundSegment] {
    var found: [FoundSegment] = []
    for file in try onDisk({ () throws(DiskError) in try files.segmentFiles() }) {
      let first = found.lazy.compactMap(\.header).first
      let segment = try FoundSegment(file, in: files, storeOf: first)
      if found.last?.number != segment.number { found.append(segment) }
    }
    return found
  }

  private init(
    _ file: UInt32, in files: LogFiles, storeOf first: SegmentHeader?
  ) throws(StoreError) {
    number = file & (1 << StoreState.SegmentMark.numberBitCount - 1)
    generation = file >> StoreState.SegmentMark.numberBitCount
    let path = files.layout.path(of: .segment(file))
    do throws(StoreError) {
      let header = try Recovery.header(of: file, in: files)
      guard header.file == file else {
        damage = Corruption(
          .segmentHeader, path,
          "it says that it is segment \(StoreLayout.name(ofSegment: header.file))")
        return
      }
      if let first, first.identity.store != header.identity.store {
        damage = Corruption(.segmentHeader, path, "it is of store \(header.identity.storeText)")
        return
      }
      self.header = header
    } catch {
      guard case .corrupt(let corruption) = error, corruption.kind != .format else { throw error }
      damage = corruption
    }
  }
}

extension Recovery {
  /// Where reading begins: the newest segment with a checkpoint in its first two batches, alone or
  /// after a batch that an open moved there.
  static func start(
    _ segments: [FoundSegment], in files: LogFiles
  ) throws(StoreError) -> Int? {
    for index in segments.indices.reversed() {
      guard let header = segments[index].header else { continue }
      let next = index + 1 < segments.count ? segments[index + 1].header?.previous : nil
      let end = next?.number == header.number ? next?.end : nil
      if try onDisk({ () throws(DiskError) in
        try beginsWithCheckpoint(header, end: end, in: files)
      }) {
        return index
      }
    }
    guard let first = segments.first?.header, first.previous == nil, first.firstLSN.rawValue == 1
    else { return nil }
    return 0
  }

  private static func beginsWithCheckpoint(
    _ header: SegmentHeader, end: Int?, in files: LogFiles
  ) throws(DiskError) -> Bool {
    var reader = try SegmentReader(files.file(.segment(header.file)), header: header, end: end)
    var entry = try reader.firstEntry(ofBatchAt: LogFormat.pageByteCount, lsn: header.firstLSN)
    var batches: Set<LSN> = []
    while let current = entry {
      batches.insert(current.header.batch)
      if batches.count > 2 { return false }
      if current.header.kind == EntryKind.checkpoint.rawValue { return true }
      entry = try reader.entry(after: current)
    }
    return false
  }

  /// A file that the log names and that is not there.
  static func missingFile(of state: StoreState, in files: LogFiles) throws(StoreError)
    -> Corruption?
  {
    let (segments, packs) = try onDisk { () throws(DiskError) in
      (Set(try files.segmentFiles()), Set(try files.packNumbers()))
    }
    for mark in state.sealed where !segments.contains(mark.file) {
      return Corruption(.segmentMissing, files.layout.path(of: .segment(mark.file)))
    }
    for mark in state.packs where !packs.contains(mark.number) {
      return Corruption(.pack, files.layout.path(of: .pack(mark.number)), "it is missing")
    }
    return nil
  }
}
