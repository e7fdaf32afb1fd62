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
}

extension RepoStore {
  /// Removes the sealed segments whose entries are all older than `cut`, and merges all packs.
  ///
  /// After it, history and replay begin with the first segment that stays. Cost: the trees at the
  /// cut are read, and what they need of the removed files is written again.
  /// - Parameter cut: microseconds since 1970; segments with a later entry stay.
  /// - Returns: zeros where there was nothing to remove.
  public func compact(olderThan cut: UInt64) async throws(StoreError) -> CompactionReport {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    return try await creations.run { () throws(StoreError) in try compactNow(olderThan: cut) }
  }

  private func compactNow(olderThan cut: UInt64) throws(StoreError) -> CompactionReport {
    let state = log.state
    let segments = try segments(olderThan: cut, state)
    guard !segments.isEmpty else { return CompactionReport() }
    let kept = state.sealed.dropFirst(segments.count).first?.file ?? log.read { $0.active.number }
    let then = try checkpoint(ofSegment: kept)
    let victims = Set(
      segments.map { BlockFile.segment($0.file) } + state.packs.map { .pack($0.number) })
    var report = CompactionReport()
    var packs: [StoreState.PackMark] = []
    for repo in then.repos.values.sorted(by: { $0.id < $1.id }) {
      guard state.repos[repo.id] != nil, let head = repo.head else { continue }
      if let pack = try layDown(head, of: repo.id, from: victims) { packs.append(pack) }
    }
    try replace(segments, state.packs, by: packs)
    report.removedSegmentCount = segments.count
    report.removedPackCount = state.packs.count
    report.writtenPackCount = packs.count
    report.writtenByteCount = packs.reduce(0) { $0 + $1.byteCount }
    report.freedByteCount =
      segments.reduce(0) { $0 + $1.end } + state.packs.reduce(0) { $0 + $1.byteCount }
    return report
  }

  /// The sealed segments, from the oldest on, that hold nothing newer than `cut`.
  private func segments(
    olderThan cut: UInt64, _ state: StoreState
  ) throws(StoreError) -> [StoreState.SegmentMark] {
    var old: [StoreState.SegmentMark] = []
    // What is being indexed stays: its place in memory and in the index must not both go.
    let indexed = try log.index.files()
    for mark in state.sealed {
      guard indexed.contains(mark.file) else { break }
      let entries = try log.entries(
        of: SegmentSpan(number: mark.file, firstLSN: mark.firstLSN))
      if let last = entries.last {
        guard try log.read(last, in: mark.file).header.time < cut else { break }
      }
      old.append(mark)
    }
    return old
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

  /// Writes what `head` reaches and `victims` hold into a pack; nil where that is nothing.
  private func layDown(
    _ head: RepoHead, of id: RepoID, from victims: Set<BlockFile>
  ) throws(StoreError) -> StoreState.PackMark? {
    let blocks = blocks(of: id)
    var pack = LazyPack(store: self, repo: id, victims: victims)
    try pack.append(head.commit, from: blocks)
    var seen: Set<Digest> = []
    let tree = MST(root: head.data, in: blocks)
    try tree.forEachBlock(wrap: { StoreError.tree($0) }) { block throws(StoreError) in
      switch block {
      case .node(let cid, _): try pack.append(cid, from: blocks)
      case .record(_, let cid):
        if seen.insert(cid.digest).inserted { try pack.append(cid, from: blocks) }
      }
    }
    return try pack.finish()
  }

  /// Puts packs in the place of files: first in the log, then in the index, then on the disk. A
  /// crash between them leaves the index behind the log, which opening mends.
  private func replace(
    _ segments: [StoreState.SegmentMark], _ old: [StoreState.PackMark],
    by packs: [StoreState.PackMark]
  ) throws(StoreError) {
    let attachment = Attachment(
      packs, removing: segments.map(\.number), packs: old.map(\.number))
    var run = EntryRun(drafts: [], changes: [])
    run.append(.own(.attach, attachment.value), .attach(attachment))
    let whole = run
    _ = try write({ whole }, of: .none)
    // In a batch of its own: it proves the one before.
    try log.checkpoint()
    // Until here every block is found where it was.
    let files = Set(segments.map { BlockFile.segment($0.file) } + old.map { .pack($0.number) })
    for pack in packs { try PackReader(pack, in: log.files).add(to: log.index, leaving: files) }
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
}
