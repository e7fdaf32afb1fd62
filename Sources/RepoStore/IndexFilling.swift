// IndexFilling.swift: an index brought up to what the log holds, whenever a store is opened: after
// a crash between sealing and indexing, or where the index was thrown away or is another store's.
//
// Nothing is changed here but the index. What cannot be read is damage, named; the rest can be.
import DAGCBOR

struct IndexFilling {
  /// What can be read of sealed segments that are damaged. The index does not take them in: they
  /// are kept in memory for as long as the store is open.
  private(set) var readable: [SegmentContents] = []
  /// The first thing found wrong.
  private(set) var damage: Corruption?

  /// - Parameter active: the first entry of the segment after the sealed ones.
  init(
    _ index: any BlockIndex, _ state: StoreState, active: LSN, in files: LogFiles
  ) throws(StoreError) {
    damage = try Recovery.missingFile(of: state, in: files)
    if let applied = try index.applied, !IndexFilling.fits(applied, state, active: active) {
      try index.clear()
    }
    let known = try index.files()
    let gone = Set(known.map { BlockFile(code: $0) }).subtracting(state.files)
    let (segments, packs) = try onDisk { () throws(DiskError) in
      (Set(try files.segmentFiles()), Set(try files.packNumbers()))
    }
    for mark in state.sealed where segments.contains(mark.file) && !known.contains(mark.file) {
      let (contents, fault) = try SegmentContents.read(mark, in: files)
      if let fault {
        readable.append(contents)
        damage = damage ?? fault
      } else {
        try index.add(
          contents, identity: state.identity,
          leaving: gone.union(state.files(upTo: mark.firstLSN)))
      }
    }
    for mark in state.packs
    where packs.contains(mark.number) && !known.contains(BlockFile.pack(mark.number).code) {
      try add(mark, to: index, leaving: gone.union(state.files(upTo: mark.lsn)), in: files)
    }
  }

  private mutating func add(
    _ mark: StoreState.PackMark, to index: any BlockIndex, leaving: Set<BlockFile>,
    in files: LogFiles
  ) throws(StoreError) {
    do throws(StoreError) {
      try PackReader(mark, in: files).add(to: index, leaving: leaving)
    } catch {
      guard case .corrupt(let fault) = error else { throw error }
      damage = damage ?? fault
    }
  }

  /// Whether an index that has taken in everything up to `applied` is of this log, as far as the
  /// ends of its segments tell.
  private static func fits(_ applied: CleanMark, _ state: StoreState, active: LSN) -> Bool {
    guard applied.identity == state.identity else { return false }
    let ends = state.sealed.dropFirst().map(\.firstLSN) + [active]
    return zip(state.sealed, ends).allSatisfy { mark, end in
      end.rawValue != applied.lsn.rawValue + 1 || mark.firstLSN == end
        || mark.lastChecksum == applied.checksum
    }
  }
}

extension SegmentContents {
  /// Reads a sealed segment again.
  ///
  /// - Returns: as much of it as is whole, and what is wrong with the rest.
  static func read(
    _ mark: StoreState.SegmentMark, in files: LogFiles
  ) throws(StoreError) -> (contents: SegmentContents, damage: Corruption?) {
    let path = files.layout.path(of: .segment(mark.file))
    var contents = SegmentContents(number: mark.file, firstLSN: mark.firstLSN)
    let header: SegmentHeader
    do throws(StoreError) {
      header = try Recovery.header(of: mark.file, in: files)
    } catch {
      guard case .corrupt(let corruption) = error else { throw error }
      return (contents, corruption)
    }
    var reader = try onDisk { () throws(DiskError) in
      try SegmentReader(files.file(.segment(mark.file)), header: header, end: mark.end)
    }
    var ignored = StoreState(identity: header.identity)
    var end = LogFormat.pageByteCount
    var entry = try onDisk { () throws(DiskError) in
      try reader.firstEntry(ofBatchAt: end, lsn: mark.firstLSN)
    }
    while let current = entry {
      do throws(FieldFault) {
        try contents.take(current, into: &ignored)
      } catch {
        return (contents, Corruption(.frame, path, at: current.offset, error.field))
      }
      end = current.end
      entry = try onDisk { () throws(DiskError) in try reader.entry(after: current) }
    }
    guard contents.lastChecksum == mark.lastChecksum else {
      let detail = "entry \(contents.endLSN); the log went on to byte \(mark.end)"
      return (contents, Corruption(.entry, path, at: end, detail))
    }
    return (contents, nil)
  }
}
