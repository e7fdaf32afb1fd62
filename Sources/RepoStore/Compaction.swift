// Compaction.swift: letting go of history: old segments go, what is still needed of them stays.
//
// Live at a cut is what each repo's head of that moment reaches, and every entry after it. So the
// blocks that the heads at the cut reach and that lie in files before it are laid down in packs, in
// the order of an export; one `attach` entry puts the packs in the place of the files; a checkpoint
// in a later batch proves it; and only then the files are removed. A crash at any point leaves
// either the old files or the new ones in charge, and the next open removes the others.
import ATSyntax
import DAGCBOR
import MST

/// What a compaction did.
public struct CompactionReport: Hashable, Sendable {
  public var removedSegmentCount = 0
  public var removedPackCount = 0
  public var writtenPackCount = 0
  public var freedByteCount = 0
  public var writtenByteCount = 0

  /// Nothing was there to let go of.
  public var isIdle: Bool { self == CompactionReport() }
}

extension RepoStore {
  /// Lets go of what `retention` does not keep: old segments, oldest first, and packs of which much
  /// is dead. What anybody reads as of an older commit stays for as long as the lease on it.
  ///
  /// After it, history and replay begin with the first segment that stays. Cost: the trees at the
  /// cut are walked, and what they need of the removed files is written again; nobody who commits
  /// waits for it.
  /// - Parameters:
  ///   - retention: what to keep; nil: what the store is set to.
  ///   - segmentCountMax: how many segments may go at once.
  ///   - isDryRun: say what would go, and change nothing; what would be written is not known then.
  /// - Returns: zeros where there was nothing to remove.
  public func compact(
    keeping retention: Retention? = nil, segmentCountMax: Int = .max, isDryRun: Bool = false
  ) async throws(StoreError) -> CompactionReport {
    let retention = retention ?? self.retention
    guard let cut = retention.cut(now: surroundings.clock.now()) else { return CompactionReport() }
    return try await compact(
      olderThan: cut, segmentCountMax: segmentCountMax, isDryRun: isDryRun)
  }

  /// Removes the sealed segments whose entries are all older than `cut`, in microseconds since
  /// 1970.
  func compact(
    olderThan cut: UInt64, segmentCountMax: Int = .max, isDryRun: Bool = false
  ) async throws(StoreError) -> CompactionReport {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    return try await creations.run { () throws(StoreError) in
      // What is being indexed would have to stay.
      try log.seal(if: { _ in false })
      try log.indexPacks()
      let state = log.state
      let segments = try segments(olderThan: cut, state).prefix(segmentCountMax)
      if segments.isEmpty { return CompactionReport() }
      return try compact(Array(segments), of: state, isDryRun: isDryRun)
    }
  }

  private func compact(
    _ segments: [StoreState.SegmentMark], of state: StoreState, isDryRun: Bool
  ) throws(StoreError) -> CompactionReport {
    let (kept, first) =
      state.sealed.dropFirst(segments.count).first.map { ($0.file, $0.firstLSN) }
      ?? log.read { ($0.active.number, $0.active.firstLSN) }
    let then = try checkpoint(ofSegment: kept)
    // A repo that was purged since has all it needs in what came after the cut.
    let repos = then.repos.values.sorted { $0.id < $1.id }.filter { repo in
      guard let now = state.repos[repo.id], repo.head != nil else { return false }
      return now.purged.map { $0.lsn < then.nextLSN } ?? true
    }
    let old = try deadPacks(of: state, then, repos)
    let victims = Set(
      segments.map { BlockFile.segment($0.file) } + old.map { .pack($0.number) })
    var report = CompactionReport()
    report.removedSegmentCount = segments.count
    report.removedPackCount = old.count
    report.freedByteCount =
      segments.reduce(0) { $0 + $1.end } + old.reduce(0) { $0 + $1.byteCount }
    if isDryRun { return report }
    var packs: [StoreState.PackMark] = []
    do throws(StoreError) {
      for repo in repos {
        guard let head = repo.head else { continue }
        guard var pack = try layDown(head, of: repo.id, from: victims) else { continue }
        // What it holds is older than all that stays.
        pack.lsn = LSN(rawValue: first.rawValue - 1)
        packs.append(pack)
      }
      try attach(packs, segments, old)
    } catch {
      if case .outcomeUnknown = error { throw error }
      for pack in packs { try log.discard(pack) }
      throw error
    }
    try remove(victims, for: packs)
    report.writtenPackCount = packs.count
    report.writtenByteCount = packs.reduce(0) { $0 + $1.byteCount }
    return report
  }

  /// The sealed segments, from the oldest on, that hold nothing newer than `cut`, and without which
  /// everybody who reads an older state still can.
  private func segments(
    olderThan cut: UInt64, _ state: StoreState
  ) throws(StoreError) -> [StoreState.SegmentMark] {
    var old: [StoreState.SegmentMark] = []
    // What is being indexed stays: its place in memory and in the index must not both go.
    let indexed = try log.index.files()
    let leased = leases.oldest
    let ends = state.sealed.dropFirst().map(\.firstLSN) + [log.read { $0.active.firstLSN }]
    for (mark, end) in zip(state.sealed, ends) {
      guard indexed.contains(mark.file) else { break }
      if let leased, leased.rawValue + 1 < end.rawValue { break }
      let entries = try log.entries(of: SegmentSpan(number: mark.file, firstLSN: mark.firstLSN))
      if let last = entries.last {
        guard try log.read(last, in: mark.file).header.time < cut else { break }
      }
      old.append(mark)
    }
    return old
  }

  /// The packs from before the cut of which so much is dead that they are written again. What came
  /// in a pack after the cut is history that is kept.
  private func deadPacks(
    of state: StoreState, _ then: StoreState, _ repos: [RepoStatus]
  ) throws(StoreError) -> [StoreState.PackMark] {
    let before = state.packs.filter { pack in then.packs.contains { $0.number == pack.number } }
    if before.isEmpty { return [] }
    var live: [BlockFile: Int] = [:]
    for repo in repos {
      guard let head = repo.head else { continue }
      try forEachBlock(of: head, repo.id) { cid throws(StoreError) in
        let key = BlockKey(repo: repo.id, digest: cid.digest)
        if let location = try log.location(of: key) {
          live[location.file, default: 0] += location.byteCount
        }
      }
    }
    return before.filter { pack in
      let dead = pack.byteCount - live[.pack(pack.number), default: 0]
      return dead * 100 >= pack.byteCount * StoreLimits.deadPackPercent
    }
  }

  /// The state that a segment begins with.
  private func checkpoint(ofSegment number: UInt32) throws(StoreError) -> StoreState {
    let header = try Recovery.header(of: number, in: log.files)
    let path = log.files.layout.path(of: .segment(number))
    var reader = try onDisk { () throws(DiskError) in
      try SegmentReader(log.files.file(.segment(number)), header: header)
    }
    var entry = try onDisk { () throws(DiskError) in
      try reader.firstEntry(ofBatchAt: LogFormat.pageByteCount, lsn: header.firstLSN)
    }
    while let current = entry {
      if current.header.kind == EntryKind.checkpoint.rawValue {
        return try translate({ () throws(FieldFault) in
          try StoreState(
            checkpoint: try CBORValue(payload: current.payload), identity: header.identity)
        }) {
          StoreError.corrupt(Corruption(.checkpoint, path, at: current.offset, $0.field))
        }
      }
      entry = try onDisk { () throws(DiskError) in try reader.entry(after: current) }
    }
    throw .corrupt(Corruption(.checkpoint, path, "it begins without one"))
  }

  /// Calls `body` with the commit, each node and each record that `head` reaches, once, in the
  /// order of an export.
  private func forEachBlock(
    of head: RepoHead, _ id: RepoID, _ body: (CID) throws(StoreError) -> Void
  ) throws(StoreError) {
    try body(head.commit)
    var seen: Set<Digest> = []
    let tree = MST(root: head.data, in: blocks(of: id))
    try tree.forEachBlock(wrap: { StoreError.tree($0) }) { block throws(StoreError) in
      switch block {
      case .node(let cid, _): try body(cid)
      case .record(_, let cid): if seen.insert(cid.digest).inserted { try body(cid) }
      }
    }
  }

  /// Writes what `head` reaches and `victims` hold into a pack; nil where that is nothing.
  private func layDown(
    _ head: RepoHead, of id: RepoID, from victims: Set<BlockFile>
  ) throws(StoreError) -> StoreState.PackMark? {
    let blocks = blocks(of: id)
    var pack = LazyPack(store: self, repo: id, victims: victims)
    do throws(StoreError) {
      try forEachBlock(of: head, id) { cid throws(StoreError) in
        try pack.append(cid, from: blocks)
      }
      return try pack.finish()
    } catch {
      let cause = error
      do throws(DiskError) { try pack.discard() } catch { throw cause }
      throw cause
    }
  }

  /// Says in the log that packs take the place of files.
  private func attach(
    _ packs: [StoreState.PackMark], _ segments: [StoreState.SegmentMark],
    _ old: [StoreState.PackMark]
  ) throws(StoreError) {
    let attachment = Attachment(
      packs, removing: segments.map(\.number), packs: old.map(\.number))
    var run = EntryRun(drafts: [], changes: [])
    run.append(.own(.attach, attachment.value), .attach(attachment))
    let whole = run
    _ = try write({ whole }, of: .none)
  }

  /// Removes files, first from the index, then from the disk. A crash leaves the index behind the
  /// log, which opening mends.
  private func remove(
    _ files: Set<BlockFile>, for packs: [StoreState.PackMark]
  ) throws(StoreError) {
    // In a batch of its own: it proves the one before.
    try log.checkpoint()
    // Until here every block is found where it was.
    for pack in packs {
      try PackReader(pack, in: log.files).add(
        to: log.index, leaving: files.union(log.state.files(upTo: pack.lsn)))
    }
    try log.index.remove(files)
    for file in files {
      log.files.forget(file)
      try onDisk { () throws(DiskError) in
        try surroundings.disk.remove(log.files.layout.path(of: file))
      }
    }
  }
}

/// A pack that begins with its first block.
private struct LazyPack {
  let store: RepoStore
  let repo: RepoID
  let victims: Set<BlockFile>
  private var writer: PackWriter?

  init(store: RepoStore, repo: RepoID, victims: Set<BlockFile>) {
    self.store = store
    self.repo = repo
    self.victims = victims
  }

  /// Adds a block if its newest copy lies in a file that goes.
  mutating func append(_ cid: CID, from blocks: StoreBlocks) throws(StoreError) {
    guard let location = try store.log.location(of: BlockKey(repo: repo, digest: cid.digest)) else {
      throw .corrupt(Corruption(.block, store.directory, "\(cid) is not to be found"))
    }
    guard victims.contains(location.file) else { return }
    guard let bytes = try blocks.bytesOnDisk(of: cid) else { return }
    if writer == nil { writer = try store.log.packWriter(of: repo) }
    try onDisk { () throws(DiskError) in try writer?.append(cid, bytes) }
  }

  mutating func finish() throws(StoreError) -> StoreState.PackMark? {
    try onDisk { () throws(DiskError) in try writer?.finish() }
  }

  func discard() throws(DiskError) { try writer?.discard() }
}
