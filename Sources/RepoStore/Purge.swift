// Purge.swift: cutting the history of a repo: what its head does not reach goes, and so do its
// events.
//
// What the head reaches is laid down in a pack. Every segment that holds events of the repo is
// written anew beside the old one, with stubs where they were (SegmentRewriting); one run says that
// the pack and the new segments take the place of the old files, that the repo was purged, and what
// its state is: `attach`, `purged`, `#sync`. A checkpoint in a later batch proves it, the index
// follows, and only then the old files go. A crash leaves either all of the old or all of the new.
// Not here: backups, and what peers have received; no command reaches those.
import ATSyntax
import DAGCBOR
import MST

/// What a purge did.
public struct PurgeReport: Hashable, Sendable {
  /// Events that are gone.
  public var eventCount = 0
  /// Segments that were written anew.
  public var segmentCount = 0
  public var removedPackCount = 0
  public var removedBlobCount = 0
  public var freedByteCount = 0
  public var writtenByteCount = 0
}

extension RepoStore {
  /// Cuts the history of a repo: everything that its head does not reach is gone from every file of
  /// the store when this returns, its events included; their numbers become a gap, after which a
  /// `#sync` says what the state is. Blobs that nothing else refers to go too.
  ///
  /// Commits of the repo wait meanwhile, other repos go on. Cost: the repo is read and written
  /// once, and so is every segment with events of it.
  /// - Throws: `.noRepo`, `.readOnly`; `.disk` where nothing was changed.
  public func purge(_ did: DID, _ space: Space) async throws(StoreError) -> PurgeReport {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let repo = try repo(did, space)
    return try await creations.run { () throws(StoreError) in
      try holdingWriter(of: repo.name) { () throws(StoreError) in
        var purge = Purge(self, of: [repo.id])
        return try purge.run()
      }
    }
  }

  /// The same for all repos that were deleted: nothing of them stays but that they were there.
  public func purgeDeleted() async throws(StoreError) -> PurgeReport {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    return try await creations.run { () throws(StoreError) in
      let state = log.state
      let gone = (1..<state.nextRepoID).map { RepoID(rawValue: $0) }
        .filter { state.repos[$0] == nil }
      var purge = Purge(self, of: Set(gone))
      return try purge.run()
    }
  }
}

/// One purge, from the first byte read to the last file removed.
private struct Purge {
  private let store: RepoStore
  /// One repo that is here, or repos that are not.
  private let ids: Set<RepoID>
  private var report = PurgeReport()
  private var blobs = BlobReferences()

  init(_ store: RepoStore, of ids: Set<RepoID>) {
    self.store = store
    self.ids = ids
  }

  private var log: StoreLog { store.log }

  mutating func run() throws(StoreError) -> PurgeReport {
    try log.seal(if: { concerns($0.entries) })
    try log.indexPacks()
    let state = log.state
    var old: [StoreState.SegmentMark] = []
    for mark in state.sealed {
      let span = SegmentSpan(number: mark.file, firstLSN: mark.firstLSN)
      if concerns(try log.entries(of: span)) { old.append(mark) }
    }
    let packs = state.packs.filter { ids.contains($0.repo) }
    if old.isEmpty && packs.isEmpty { return report }
    var attachment = Attachment([], packs: packs.map(\.number))
    do throws(StoreError) {
      for pack in packs { try collectBlobs(in: pack) }
      for mark in old { attachment.rewritten.append(try rewrite(mark)) }
      if let head = try head { attachment.packs = [try layDown(head)] }
      try write(attachment)
    } catch {
      if case .outcomeUnknown = error { throw error }
      try giveUp(attachment)
      throw error
    }
    // In a batch of its own: it proves the one before.
    try log.checkpoint()
    try settle(attachment, old, packs)
    report.segmentCount = old.count
    report.removedPackCount = packs.count
    report.writtenByteCount = (attachment.packs.map(\.byteCount) + attachment.rewritten.map(\.end))
      .reduce(0, +)
    report.freedByteCount = (packs.map(\.byteCount) + old.map(\.end)).reduce(0, +)
    return report
  }

  /// The repo as it is; nil for repos that are not here.
  private var head: (id: RepoID, status: RepoStatus, head: RepoHead)? {
    get throws(StoreError) {
      guard let id = ids.first, let status = log.read({ $0.state.repos[id] }) else { return nil }
      guard let head = status.head else { throw .noRepo(status.did, status.space) }
      return (id, status, head)
    }
  }

  /// Whether there is anything of these repos among `entries`.
  private func concerns(_ entries: [EntrySummary]) -> Bool {
    entries.contains { ids.contains($0.repo) && $0.kind == EntryKind.frame.rawValue }
  }
}

// Writing what takes the place of the old.
extension Purge {
  private mutating func rewrite(
    _ mark: StoreState.SegmentMark
  ) throws(StoreError) -> StoreState.SegmentMark {
    let ids = ids
    var rewriting = try SegmentRewriting(
      mark, in: log.files, on: store.surroundings.disk, salt: store.surroundings.randomWord())
    var count = 0
    var blobs = blobs
    let new = try rewriting.run { entry in
      guard ids.contains(entry.header.repo), entry.header.kind == EntryKind.frame.rawValue else {
        return false
      }
      count += 1
      blobs.collect(fromEvent: entry.payload)
      return true
    }
    self.blobs = blobs
    report.eventCount += count
    return new
  }

  private mutating func collectBlobs(in mark: StoreState.PackMark) throws(StoreError) {
    var blobs = blobs
    try PackReader(mark, in: log.files).forEachBytes { _, block in
      blobs.collect(fromBlock: block)
    }
    self.blobs = blobs
  }

  /// Everything that the head reaches, in the order of an export.
  private func layDown(
    _ repo: (id: RepoID, status: RepoStatus, head: RepoHead)
  ) throws(StoreError) -> StoreState.PackMark {
    let blocks = store.blocks(of: repo.id)
    let tree = MST(root: repo.head.data, in: blocks)
    var seen: Set<Digest> = []
    return try log.layDown(of: repo.id) { writer throws(StoreError) in
      func append(_ cid: CID) throws(StoreError) {
        guard let bytes = try blocks.bytesOnDisk(of: cid) else {
          throw .blockMissing(cid, repo: repo.status.did)
        }
        try onDisk { () throws(DiskError) in try writer.append(cid, bytes) }
      }
      try append(repo.head.commit)
      try tree.forEachBlock(wrap: { StoreError.tree($0) }) { block throws(StoreError) in
        switch block {
        case .node(let cid, _): try append(cid)
        case .record(_, let cid): if seen.insert(cid.digest).inserted { try append(cid) }
        }
      }
    }
  }

  /// The run that makes it so, and the `#sync` that says it.
  private func write(_ attachment: Attachment) throws(StoreError) {
    var run = EntryRun(drafts: [], changes: [])
    run.append(.own(.attach, attachment.value), .attach(attachment))
    if let (id, status, head) = try head {
      let purged = ControlRecord.purged(id, head)
      run.append(.control(purged), .control(purged))
      let block = try store.repo(status.did, status.space).snapshot().commitBlock()
      let commit = try translate({ () throws(FieldFault) in try FramePayload.commit(block) }) {
        StoreError.policy("commit \(head.commit): \($0.field)")
      }
      let stream =
        status.signingKey == nil ? EventStream.private : EventStream(status.space)
      for index in run.drafts.indices { run.drafts[index].flags.insert(.more) }
      run.append(.sync(commit, id, stream), .head(id, commit))
    } else {
      for id in ids.sorted() {
        let purged = ControlRecord.purged(id, nil)
        run.append(.control(purged), .control(purged))
      }
      for index in run.drafts.indices.dropLast() { run.drafts[index].flags.insert(.more) }
    }
    let whole = run
    _ = try store.write({ whole }, of: ids.first ?? .none)
  }

  /// Removes what was written: the old counts.
  private func giveUp(_ attachment: Attachment) throws(StoreError) {
    for pack in attachment.packs { try log.discard(pack) }
    for mark in attachment.rewritten {
      try onDisk { () throws(DiskError) in
        try store.surroundings.disk.remove(log.files.layout.path(of: .segment(mark.file)))
      }
    }
  }
}

// Letting go of the old.
extension Purge {
  private mutating func settle(
    _ new: Attachment, _ old: [StoreState.SegmentMark], _ packs: [StoreState.PackMark]
  ) throws(StoreError) {
    let gone = Set(old.map { BlockFile.segment($0.file) } + packs.map { .pack($0.number) })
    let state = log.state
    for mark in new.rewritten {
      try log.index.add(
        try log.contents(of: mark), identity: state.identity,
        leaving: gone.union(state.files(upTo: mark.firstLSN)))
    }
    for pack in state.packs where new.packs.contains(where: { $0.number == pack.number }) {
      try PackReader(pack, in: log.files).add(
        to: log.index, leaving: gone.union(state.files(upTo: pack.lsn)))
    }
    try log.index.remove(gone)
    store.cache.removeAll()
    let (disk, layout) = (store.surroundings.disk, log.files.layout)
    for file in gone {
      log.files.forget(file)
      try onDisk { () throws(DiskError) in try disk.remove(layout.path(of: file)) }
    }
    try removePacks(layout)
    try onDisk { () throws(DiskError) in
      try disk.syncDirectory(layout.log)
      try disk.syncDirectory(layout.packs)
    }
    try log.index.rewrite()
    try removeBlobs()
  }

  /// Packs of repos that were deleted stand in no list any more; their first page says whose they
  /// are.
  private mutating func removePacks(_ layout: StoreLayout) throws(StoreError) {
    let state = log.state
    let numbers = try onDisk { () throws(DiskError) in try log.files.packNumbers() }
    for number in numbers where !state.packs.contains(where: { $0.number == number }) {
      let page = try onDisk { () throws(DiskError) in
        try log.files.file(.pack(number)).bytes(at: 0, byteCount: 40)
      }
      guard page.count == 40 else { continue }
      // Safe: there are forty bytes.
      let repo = page.withUnsafeBytes { UInt32(truncatingIfNeeded: $0.word(at: 32)) }
      guard ids.contains(RepoID(rawValue: repo)), state.repos[RepoID(rawValue: repo)] == nil
      else { continue }
      try log.index.remove([.pack(number)])
      log.files.forget(.pack(number))
      try onDisk { () throws(DiskError) in
        try store.surroundings.disk.remove(layout.path(of: .pack(number)))
      }
      report.removedPackCount += 1
    }
  }

  /// Blobs that what went referred to, and nothing that stays does.
  private mutating func removeBlobs() throws(StoreError) {
    var rest = blobs.blobs.filter { store.blobs.contains($0) }
    if rest.isEmpty { return }
    let state = log.state
    for pack in state.packs where !rest.isEmpty {
      try PackReader(pack, in: log.files).forEachBytes { _, block in
        rest.subtract(BlobReferences(inBlock: block).blobs)
      }
    }
    // All that is left of these repos in segments is a `#sync`.
    for span in try log.segmentsNewestFirst() where !rest.isEmpty {
      for entry in try log.entries(of: span) where entry.kind == EntryKind.frame.rawValue {
        let payload = try log.read(entry, in: span.number).payload
        rest.subtract(BlobReferences(inEvent: payload).blobs)
      }
    }
    for cid in rest.sorted() { try store.blobs.remove(cid) }
    report.removedBlobCount = rest.count
  }
}
