// RepoStore+Open.swift: making a store, finding its end, and making durable what was found.
//
// INV-12: what open accepts, open makes durable before it is served. After anything but a clean
// close the last batch may be in the page cache alone, so its accepted entries are written again,
// same LSNs, at the beginning of a new segment whose header says where the old one ends.
// FORMAT.md, "Opening".
import ATSyntax
import DAGCBOR
import Dispatch
import MST

extension RepoStore {
  /// Opens the store in `directory`, or makes one there where the options say so.
  ///
  /// Cost after a clean close: a few small reads; otherwise the last segment is read.
  /// - Throws: `.noStore`, `.locked`, `.corrupt` where not even reading is possible. With other
  ///   damage the store opens for reading only and `damage` says why.
  public static func open(
    _ directory: String, _ options: StoreOptions = StoreOptions()
  ) throws(StoreError) -> RepoStore {
    try open(directory, options, Surroundings(clock: options.clock), Place(directory))
  }

  /// Where a store's files are that are not on its disk of logs and packs.
  struct Place: Sendable {
    /// nil: the index is in memory and rebuilt at each open.
    var index: String?
    /// nil: keys are in memory.
    var keys: String?
    /// nil: nobody else can open this store.
    var lock: String?

    init(_ directory: String) {
      let layout = StoreLayout(root: directory)
      (index, keys, lock) = (layout.index, layout.keys, layout.lock)
    }

    /// A store in memory.
    init() {}
  }

  static func open(
    _ directory: String, _ options: StoreOptions, _ surroundings: Surroundings, _ place: Place
  ) throws(StoreError) -> RepoStore {
    let layout = StoreLayout(root: directory)
    let disk = surroundings.disk
    if !disk.exists(layout.log) {
      guard options.createsIfMissing, !options.isReadOnly else { throw .noStore(path: directory) }
      // The lock file needs it; what else a store needs is made by whoever holds the lock.
      try onDisk { () throws(DiskError) in try disk.makeDirectory(directory) }
    }
    var lock: StoreLock?
    if let path = place.lock {
      lock = try StoreLock(path, waitMilliseconds: options.lockWaitMilliseconds)
    }
    let files = LogFiles(layout, on: disk)
    let opening = Opening(
      files: files, surroundings: surroundings, options: options, lock: lock,
      queue: DispatchQueue(label: "plaited.store"))
    guard disk.exists(layout.log),
      try onDisk({ () throws(DiskError) in try files.lastSegment() }) != nil
    else {
      guard options.createsIfMissing, !options.isReadOnly else { throw .noStore(path: directory) }
      return try opening.create(place)
    }
    return try opening.recover(place)
  }
}

/// What opening needs at each of its steps.
private struct Opening {
  let files: LogFiles
  let surroundings: Surroundings
  let options: StoreOptions
  let lock: StoreLock?
  let queue: DispatchQueue

  private var setting: LogWriter.Setting {
    LogWriter.Setting(
      disk: surroundings.disk, layout: files.layout,
      segmentByteCount: min(max(options.segmentByteCount, 64 << 10), 1 << 30),
      syncs: options.durability == .full,
      queue: options.durability == .full ? DispatchQueue(label: "plaited.zeros") : nil)
  }

  /// A store without repos: its directories durable, and then its first segment.
  ///
  /// Whatever a creation left that was cut short is made again, because nothing was promised.
  func create(_ place: RepoStore.Place) throws(StoreError) -> RepoStore {
    if let mark = lock?.mark {
      throw .corrupt(
        Corruption(
          .lostTail, files.layout.log,
          "there is no segment, and the last clean close was at \(mark.lsn)"))
    }
    let (disk, layout) = (surroundings.disk, files.layout)
    try onDisk { () throws(DiskError) in
      for path in [layout.root, layout.log, layout.packs] { try disk.makeDirectory(path) }
      try disk.syncDirectory(layout.root)
      try disk.syncDirectory(layout.parent)
    }
    let random = surroundings.randomWord
    let identity = StoreIdentity(store: (random(), random()), epoch: random())
    let header = SegmentHeader(
      identity: identity, number: 1, salt: random(), firstLSN: LSN(rawValue: 1), previous: nil)
    let writer = try onDisk { () throws(DiskError) in
      try LogWriter(setting, beginning: header)
    }
    let found = Found(
      state: StoreState(identity: identity),
      contents: SegmentContents(number: 1, firstLSN: header.firstLSN), writer: writer)
    let store = assembled(place, found, index: try Opening.index(place), damage: nil)
    try store.log.checkpoint()
    try lock?.write(nil)
    return store
  }

  /// The store as its log says it is.
  func recover(_ place: RepoStore.Place) throws(StoreError) -> RepoStore {
    let mark = lock?.mark
    let index = try Opening.index(place)
    var recovery = try recovered(mark, index)
    // As if the last batch counted: it names the files too.
    var accepted = recovery
    try accepted.acceptLastBatch()
    let filling = try IndexFilling(
      index, accepted.state, active: accepted.contents.firstLSN, in: files)
    let damage = recovery.damage ?? filling.damage
    let writable = damage == nil && !options.isReadOnly
    if !writable { recovery = accepted }
    var contents = recovery.contents
    var state = recovery.state
    var writer: LogWriter?
    if writable && recovery.isClean {
      let found = recovery
      writer = try onDisk { () throws(DiskError) in
        try LogWriter(
          setting, resuming: found.header, end: found.end, lastChecksum: found.lastChecksum)
      }
    } else if writable {
      writer = try rewrite(recovery, &state, &contents)
      try index.add(recovery.contents, identity: state.identity)
    }
    try removeTemporary(writable)
    let store = assembled(
      place,
      Found(state: state, contents: contents, readable: filling.readable, writer: writer),
      index: index, damage: damage)
    if writable {
      try store.removeForgotten()
      if !recovery.isClean { try store.log.checkpoint() }
      try lock?.write(mark)
    }
    return store
  }

  private func recovered(
    _ mark: CleanMark?, _ index: any BlockIndex
  ) throws(StoreError) -> Recovery {
    if let mark, let quick = try Recovery.afterCleanClose(mark, in: files, index: index) {
      return quick
    }
    return try Recovery(
      files, witness: Recovery.Witness(mark: mark, indexed: try index.applied))
  }

  /// Puts the accepted entries of the last batch at the beginning of a new segment.
  private func rewrite(
    _ recovery: Recovery, _ state: inout StoreState, _ contents: inout SegmentContents
  ) throws(StoreError) -> LogWriter {
    let mark = StoreState.SegmentMark(
      number: recovery.header.number, firstLSN: recovery.header.firstLSN,
      end: recovery.endBeforeLastBatch, lastChecksum: recovery.lastChecksum)
    let first = recovery.lastBatch.first?.header.lsn ?? contents.endLSN
    let header = SegmentHeader(
      identity: state.identity, number: mark.number + 1, salt: surroundings.randomWord(),
      firstLSN: first,
      previous: SegmentHeader.Previous(
        number: mark.number, end: mark.end, lastChecksum: mark.lastChecksum))
    var batch = Batch(
      segment: header.number, salt: header.salt, start: LogFormat.pageByteCount, next: first,
      nextSeq: state.nextSeq, time: 0)
    let moving = try moved(recovery.lastBatch, out: mark, of: state.identity)
    for entry in moving { batch.append(header: entry.header, payload: entry.payload) }
    batch.close()
    let closed = batch
    let writer = try onDisk { () throws(DiskError) in
      // With relaxed durability more than the last batch may be in the page cache alone.
      try files.file(.segment(mark.number)).sync()
      return try LogWriter(
        setting, beginning: header, first: closed.entries.isEmpty ? nil : closed)
    }
    state.sealed.append(mark)
    contents = SegmentContents(number: header.number, firstLSN: first)
    let rewritten = zip(moving, closed.entries).map { old, new in
      ScannedEntry(
        header: new.header, offset: new.offset, checksum: new.checksum, payload: old.payload)
    }
    for entry in rewritten {
      try translate({ () throws(FieldFault) in
        try contents.take(entry, into: &state)
      }) {
        StoreError.corrupt(
          Corruption(
            .frame, files.layout.path(of: .segment(mark.number)), at: entry.offset, $0.field))
      }
    }
    return writer
  }

  /// The last batch as it stands in the next segment. A checkpoint in it names the segments before
  /// it, and the one that it stood in was not yet among them.
  private func moved(
    _ batch: [ScannedEntry], out mark: StoreState.SegmentMark, of identity: StoreIdentity
  ) throws(StoreError) -> [ScannedEntry] {
    let path = files.layout.path(of: .segment(mark.number))
    return try translate({ () throws(FieldFault) in
      var moved = batch
      for index in moved.indices
      where moved[index].header.kind == EntryKind.checkpoint.rawValue {
        var then = try StoreState(
          checkpoint: try CBORValue(payload: moved[index].payload), identity: identity)
        then.sealed.append(mark)
        moved[index].payload = then.checkpoint.payload
        moved[index].header.payloadByteCount = moved[index].payload.count
      }
      return moved
    }) { StoreError.corrupt(Corruption(.checkpoint, path, at: mark.end, $0.field)) }
  }

  /// What a crash left under a temporary name was never part of the store.
  private func removeTemporary(_ writable: Bool) throws(StoreError) {
    guard writable else { return }
    try onDisk { () throws(DiskError) in
      for directory in [files.layout.log, files.layout.packs] {
        for name in try surroundings.disk.names(in: directory) where name.hasSuffix(".new") {
          try surroundings.disk.remove("\(directory)/\(name)")
        }
      }
    }
  }

  private static func index(_ place: RepoStore.Place) throws(StoreError) -> any BlockIndex {
    guard let directory = place.index else { return MemoryIndex() }
    return try DiskIndex(directory)
  }

  /// What the log said, and its end; without one the store is only read.
  private struct Found {
    var state: StoreState
    var contents: SegmentContents
    /// Damaged segments, as far as they can be read.
    var readable: [SegmentContents] = []
    var writer: LogWriter?
  }

  private func assembled(
    _ place: RepoStore.Place, _ found: Found, index: any BlockIndex, damage: Corruption?
  ) -> RepoStore {
    let log = StoreLog(
      files, surroundings, index: index, queue: queue,
      recovered: (found.state, found.contents, found.readable, found.writer))
    return RepoStore(
      directory: files.layout.root, options: options, log: log, lock: lock,
      keys: KeyRing(directory: place.keys), openedAt: log.lastLSN, damage: damage)
  }
}

extension RepoStore {
  /// Removes what a crash left of an import or a compaction: files that neither the last checkpoint
  /// nor a later entry names. A damaged store removes nothing.
  fileprivate func removeForgotten() throws(StoreError) {
    let state = log.state
    let known = try log.index.files()
    let active = log.read { $0.active.number }
    let named = state.files.union([.segment(active)])
    let there = try onDisk { () throws(DiskError) in
      try log.files.segmentFiles().filter { $0 << 8 < active << 8 }.map { BlockFile.segment($0) }
        + log.files.packNumbers().map { BlockFile.pack($0) }
    }
    let gone = Set(known.map { BlockFile(code: $0) }).union(there).subtracting(named)
    guard !gone.isEmpty else { return }
    try log.index.remove(gone)
    for file in gone {
      log.files.forget(file)
      let path = log.files.layout.path(of: file)
      if surroundings.disk.exists(path) {
        try onDisk { () throws(DiskError) in try surroundings.disk.remove(path) }
      }
    }
  }
}
