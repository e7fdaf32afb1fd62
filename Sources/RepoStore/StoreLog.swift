// StoreLog.swift: the log and what it means right now: one writer at its end, any number of
// readers.
//
// Readers see durable entries only: an entry is published after the sync of its batch, all at once:
// heads, block locations and numbers. What is sealed moves to the index beside; until it is there
// it stays in memory. Not here: who may write what (CommitQueue, RepoWriter).
import DAGCBOR
import Dispatch
import Synchronization

/// A run of entries that stand or fall together, and what each does.
struct EntryRun: Sendable {
  var drafts: [EntryDraft]
  var changes: [StoreState.Change]
}

final class StoreLog: Sendable {
  let files: LogFiles
  let surroundings: Surroundings
  let index: any BlockIndex
  /// Where sealed segments are indexed.
  let queue: DispatchQueue
  /// The salts of the segments that were read from.
  let salts = Mutex<[UInt32: UInt64]>([:])
  /// The highest number given to a pack since the store was opened.
  let lastPackNumber = Mutex<UInt32>(0)
  private let writer: Mutex<LogWriter?>
  private let published: Mutex<Published>

  struct Published: Sendable {
    var state: StoreState
    /// Of the segment being written.
    var active: SegmentContents
    /// Sealed segments that the index has not taken in yet, oldest first.
    var sealing: [SegmentContents] = []
    /// Set once, by a write whose outcome is not known.
    var failure: DiskError?
    var isClosed = false
    fileprivate var waiters: [Waiter] = []
  }

  fileprivate struct Waiter: Sendable {
    var after: LSN
    var wake: @Sendable (LSN) -> Void
  }

  /// - Parameter writer: nil for a store that is only read.
  init(
    _ files: LogFiles, _ surroundings: Surroundings, index: any BlockIndex, queue: DispatchQueue,
    recovered: (
      state: StoreState, active: SegmentContents, sealing: [SegmentContents], writer: LogWriter?
    )
  ) {
    self.files = files
    self.surroundings = surroundings
    self.index = index
    self.queue = queue
    writer = Mutex(recovered.writer)
    published = Mutex(
      Published(state: recovered.state, active: recovered.active, sealing: recovered.sealing))
  }

  func read<R>(_ body: (borrowing Published) -> R) -> R {
    published.withLock { body($0) }
  }

  var state: StoreState { published.withLock { $0.state } }

  /// The last durable entry.
  var lastLSN: LSN {
    published.withLock { LSN(rawValue: $0.state.nextLSN.rawValue - 1) }
  }

  /// Calls `wake` once, as soon as the log holds an entry after `lsn`, at once if it does, and with
  /// the last entry when the store is closed.
  func whenDurable(after lsn: LSN, _ wake: @escaping @Sendable (LSN) -> Void) {
    let now = published.withLock { published -> LSN? in
      let last = LSN(rawValue: published.state.nextLSN.rawValue - 1)
      if last > lsn || published.isClosed { return last }
      published.waiters.append(Waiter(after: lsn, wake: wake))
      return nil
    }
    if let now { wake(now) }
  }
}

// Writing.
extension StoreLog {
  /// Writes runs as one batch and publishes them when it is durable.
  ///
  /// The caller is the only writer and gives at most what a batch holds.
  /// - Returns: the entries of each run.
  /// - Throws: `.closed` or `.readOnly`; `.disk` where nothing was written; `.outcomeUnknown` where
  ///   that is not known, after which every call throws the same.
  func append(_ runs: [EntryRun]) throws(StoreError) -> [[PlacedEntry]] {
    try asWriter { writer throws(StoreError) in try append(runs, to: &writer) }
  }

  /// Runs `body` with the writer, which nobody else has meanwhile.
  private func asWriter<R: Sendable>(
    _ body: (inout LogWriter) throws(StoreError) -> R
  ) throws(StoreError) -> R {
    let result = writer.withLock { writer -> Result<R, StoreError> in
      let (failure, isClosed) = published.withLock { ($0.failure, $0.isClosed) }
      if let failure { return .failure(.outcomeUnknown(rev: nil, cause: failure)) }
      guard !isClosed, var current = writer.take() else { return .failure(.closed) }
      defer { writer = consume current }
      do throws(StoreError) {
        return .success(try body(&current))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func append(
    _ runs: [EntryRun], to writer: inout LogWriter
  ) throws(StoreError) -> [[PlacedEntry]] {
    let byteCount = runs.reduce(0) { total, run in
      run.drafts.reduce(total) { $0 + Batch.byteCountMax(of: $1) }
    }
    if writer.isFull(for: byteCount) { try roll(&writer) }
    let (next, nextSeq) = published.withLock { ($0.state.nextLSN, $0.state.nextSeq) }
    var batch = writer.batch(next: next, nextSeq: nextSeq, time: surroundings.clock.now())
    for run in runs {
      for draft in run.drafts { batch.append(draft) }
    }
    batch.close()
    try write(batch, to: &writer)
    publish(batch, runs.flatMap(\.changes))
    var rest = batch.entries[...]
    return runs.map { run in
      defer { rest = rest.dropFirst(run.drafts.count) }
      return Array(rest.prefix(run.drafts.count))
    }
  }

  private func write(_ batch: Batch, to writer: inout LogWriter) throws(StoreError) {
    do throws(DiskError) {
      try writer.write(batch)
    } catch {
      throw poison(error)
    }
  }

  /// Notes that nobody knows what the disk holds now: nothing more is written.
  private func poison(_ cause: DiskError) -> StoreError {
    let waiters = published.withLock { published in
      published.failure = cause
      defer { published.waiters = [] }
      return published.waiters
    }
    let last = lastLSN
    for waiter in waiters { waiter.wake(last) }
    return .outcomeUnknown(rev: nil, cause: cause)
  }

  private func publish(_ batch: Batch, _ changes: [StoreState.Change]) {
    let (due, last) = published.withLock { published -> ([Waiter], LSN) in
      for (entry, change) in zip(batch.entries, changes) {
        published.active.take(entry)
        published.state.apply(change, lsn: entry.header.lsn, seq: entry.header.seq)
      }
      let last = LSN(rawValue: published.state.nextLSN.rawValue - 1)
      let due = published.waiters.filter { $0.after < last }
      published.waiters.removeAll { $0.after < last }
      return (due, last)
    }
    for waiter in due { waiter.wake(last) }
  }

  /// Begins the next segment, with a checkpoint as its first batch.
  private func roll(_ writer: inout LogWriter) throws(StoreError) {
    let next = published.withLock { $0.state.nextLSN }
    let mark = writer.mark
    let beginning = try onDisk { () throws(DiskError) in
      try writer.beginNext(next: next, salt: surroundings.randomWord())
    }
    do throws(DiskError) {
      try writer.roll(to: beginning)
    } catch {
      // Its header says that this segment ends here, and it may have its name already.
      throw poison(error)
    }
    let number = writer.header.number
    let checkpoint = published.withLock { published -> CBORValue in
      published.state.sealed.append(mark)
      published.sealing.append(published.active)
      published.active = SegmentContents(number: number, firstLSN: next)
      return published.state.checkpoint
    }
    queue.async { [self] in indexSealed() }
    try append(entry: .checkpoint, checkpoint, to: &writer)
  }

  /// Ends the segment being written where `isNeeded` says so of it, and returns when the index has
  /// taken in everything that is sealed.
  func seal(if isNeeded: (SegmentContents) -> Bool) throws(StoreError) {
    if read({ isNeeded($0.active) }) {
      try asWriter { writer throws(StoreError) in try roll(&writer) }
    }
    queue.sync {}
    // What the index could not take in is tried once more, to say why.
    if let oldest = read({ $0.sealing.first }) {
      try index.add(oldest, identity: state.identity)
      queue.sync { indexSealed() }
    }
    if let rest = read({ $0.sealing.first }) {
      throw .policy("segment \(rest.number) could not be indexed")
    }
  }

  /// Writes one entry of the store's own as a batch of its own.
  @discardableResult
  private func append(
    entry kind: EntryKind, _ payload: CBORValue, to writer: inout LogWriter
  ) throws(StoreError) -> PlacedEntry {
    let (next, nextSeq) = published.withLock { ($0.state.nextLSN, $0.state.nextSeq) }
    var batch = writer.batch(next: next, nextSeq: nextSeq, time: surroundings.clock.now())
    batch.append(.own(kind, payload))
    batch.close()
    try write(batch, to: &writer)
    publish(batch, [.none])
    return batch.entries[0]
  }

  /// Writes a checkpoint in a batch of its own. Nothing can come between what it says and where it
  /// stands.
  func checkpoint() throws(StoreError) {
    _ = try asWriter { writer throws(StoreError) in
      try append(entry: .checkpoint, state.checkpoint, to: &writer)
    }
  }

  /// Ends the log cleanly: a checkpoint if anything was written, then `closed` in a batch of its
  /// own, and nothing after it.
  ///
  /// - Returns: what the lock file is to say; nil where nothing was written since the last close.
  func close(writtenSince opened: LSN) throws(StoreError) -> CleanMark? {
    defer { end() }
    guard lastLSN > opened, read({ $0.failure }) == nil else { return nil }
    let (checkpoint, closed) = try asWriter { writer throws(StoreError) in
      let checkpoint = try append(entry: .checkpoint, state.checkpoint, to: &writer)
      let closed = try append(entry: .closed, [:], to: &writer)
      published.withLock { $0.isClosed = true }
      return (checkpoint, closed)
    }
    queue.sync {}
    try settle()
    keepActiveRun()
    return CleanMark(
      identity: state.identity, lsn: closed.header.lsn, checksum: closed.checksum,
      segment: read { $0.active.number }, checkpointOffset: checkpoint.offset)
  }

  /// The mark of a clean close must not be there before what it speaks of.
  private func settle() throws(StoreError) {
    let result = writer.withLock { writer in
      Result { () throws(DiskError) in try writer?.settle() }
    }
    try onDisk { () throws(DiskError) in try result.get() }
  }

  /// Keeps what is known of the segment being written, where it is worth it. It is derived: what
  /// fails here costs the next open some time.
  private func keepActiveRun() {
    let (active, identity) = read { ($0.active, $0.state.identity) }
    let end = writer.withLock { $0?.end ?? 0 }
    guard active.entries.count - (active.settledEntryCount) >= ActiveRun.entryCountMin else {
      return
    }
    do throws(StoreError) {
      try index.keep(ActiveRun(identity: identity, end: end, contents: active))
    } catch {
      return
    }
  }

  /// Lets go of the writer and wakes everybody who waits.
  func end() {
    queue.sync {}
    let waiters = published.withLock { published in
      published.isClosed = true
      defer { published.waiters = [] }
      return published.waiters
    }
    writer.withLock { writer in
      writer?.finishZeroing()
      writer = nil
    }
    let last = lastLSN
    for waiter in waiters { waiter.wake(last) }
  }
}

// Where things are.
extension StoreLog {
  /// Moves sealed segments into the index, oldest first. An index that fails is not fatal: what it
  /// lacks stays in memory and is taken in when the store is opened again.
  private func indexSealed() {
    while let oldest = published.withLock({ $0.sealing.first }) {
      let identity = published.withLock { $0.state.identity }
      do throws(StoreError) {
        try index.add(oldest, identity: identity)
      } catch {
        return
      }
      published.withLock { published in
        if published.sealing.first?.number == oldest.number { published.sealing.removeFirst() }
      }
    }
  }

  /// Whether a segment is part of the log under this name.
  func isNamed(_ segment: UInt32) -> Bool {
    published.withLock { published in
      published.active.number == segment
        || published.state.sealed.contains { $0.file == segment }
    }
  }

  /// Where the newest copy of a block is; nil where no file holds it.
  func location(of key: BlockKey) throws(StoreError) -> BlockLocation? {
    let recent = published.withLock { published -> BlockLocation? in
      if let location = published.active.location(of: key) { return location }
      for contents in published.sealing.reversed() {
        if let location = contents.location(of: key) { return location }
      }
      return nil
    }
    if let recent { return recent }
    return try index.location(of: key)
  }
}

extension EntryDraft {
  /// An entry of the store's own, which belongs to no repo.
  static func own(_ kind: EntryKind, _ payload: CBORValue) -> EntryDraft {
    EntryDraft(repo: .none, kind: kind, stream: .private, body: .bytes(payload.payload))
  }
}
