// CommitQueue.swift: who writes the log, and what goes out together.
//
// Runs wait in order. Whoever comes and finds nobody writing becomes the writer: it takes what
// waits, writes it as one batch with one sync, and tells the outcomes. A single writer so pays no
// switch of threads; many share a sync. What is left after a caller's own batch is written by the
// queue of the store, so that nobody works for others for long.
import Dispatch
import Glibc
import Synchronization

/// A run that waits to be written.
struct QueuedRun: Sendable {
  typealias Finish = @Sendable () throws(StoreError) -> EntryRun

  var repo: RepoID
  /// What it holds in memory, about: its share of a batch.
  var byteCount: Int
  /// Signs what is not signed yet; may be called by whoever is first.
  var finish: Finish
  /// Why it must not be written any more: what it stands on was not. Asked when everything before
  /// it is decided.
  var fault: @Sendable () -> StoreError? = { nil }
  /// Called once, in the order of the log for each repo.
  var done: @Sendable (Result<[PlacedEntry], StoreError>) -> Void
}

final class CommitQueue: Sendable {
  private struct State: Sendable {
    var waiting: [QueuedRun] = []
    var waitingByteCount = 0
    var isWriting = false
    var isClosed = false
  }

  private let log: StoreLog
  private let byteCountMax: Int
  private let state = Mutex(State())
  /// Not the log's own queue, where whole segments are indexed.
  private let queue = DispatchQueue(label: "plaited.commits")

  /// - Parameter byteCountMax: of what may wait; one more is taken while it is less.
  init(_ log: StoreLog, byteCountMax: Int) {
    self.log = log
    self.byteCountMax = byteCountMax
  }

  /// Puts a run at the end. The caller was admitted before it drafted: what is drafted is not
  /// refused any more.
  func enqueue(_ run: QueuedRun) {
    state.withLock { state in
      state.waiting.append(run)
      state.waitingByteCount += run.byteCount
    }
  }

  /// Whether more may be drafted.
  ///
  /// - Throws: `.busy` where so many wait that no more should; `.closed`.
  func admit() throws(StoreError) {
    let (count, byteCount, isClosed) = state.withLock {
      ($0.waiting.count, $0.waitingByteCount, $0.isClosed)
    }
    if isClosed { throw .closed }
    if count >= StoreLimits.queuedDraftsMax || byteCount >= byteCountMax {
      throw .busy
    }
  }

  /// Admits nobody any more, and writes everything that waits.
  func close() {
    state.withLock { $0.isClosed = true }
    finish(until: { [self] in state.withLock { !$0.isWriting && $0.waiting.isEmpty } })
  }

  /// Writes one batch of what waits, unless somebody is writing; what is left goes out beside.
  func drive() {
    guard writeBatch() else { return }
    if state.withLock({ !$0.waiting.isEmpty && !$0.isWriting }) { driveBeside() }
  }

  /// Writes everything that waits, on the store's queue.
  func driveBeside() {
    queue.async { [self] in
      while writeBatch() {}
    }
  }

  /// Writes what waits, or lets others write it, until `isDone`: whoever waits for one run of many
  /// need not write those of others for ever.
  func finish(until isDone: () -> Bool) {
    while !isDone() {
      if writeBatch() { continue }
      queue.sync {}
      sched_yield()
    }
    if state.withLock({ !$0.waiting.isEmpty && !$0.isWriting }) { driveBeside() }
  }

  /// - Returns: whether there was anything to write, and nobody writing it.
  private func writeBatch() -> Bool {
    let batch = state.withLock { state -> [QueuedRun] in
      guard !state.isWriting, !state.waiting.isEmpty else { return [] }
      state.isWriting = true
      let batch = CommitQueue.take(from: &state.waiting)
      state.waitingByteCount -= batch.reduce(0) { $0 + $1.byteCount }
      return batch
    }
    guard !batch.isEmpty else { return false }
    write(batch)
    state.withLock { $0.isWriting = false }
    return true
  }

  /// The next batch: in order, but no repo takes more than a quarter of it, in drafts or bytes,
  /// while others wait. What is larger by itself comes alone from its repo.
  private static func take(from waiting: inout [QueuedRun]) -> [QueuedRun] {
    guard waiting.count > 1 else {
      defer { waiting = [] }
      return waiting
    }
    let isShared = waiting.contains { $0.repo != waiting[0].repo }
    let share = isShared ? Share.quarter : Share.whole
    var taken: [QueuedRun] = []
    var left: [QueuedRun] = []
    var all = Share()
    var repos: [RepoID: Share] = [:]
    for run in waiting {
      if all.fits(run, in: .whole), repos[run.repo, default: Share()].fits(run, in: share) {
        all.add(run)
        repos[run.repo, default: Share()].add(run)
        taken.append(run)
      } else {
        // Nothing of this repo may overtake what stays behind.
        repos[run.repo] = .whole
        left.append(run)
      }
    }
    waiting = left
    return taken
  }

  /// A part of a batch.
  private struct Share {
    var draftCount = 0
    var byteCount = 0

    static let whole = Share(draftCount: Batch.draftCountMax, byteCount: Batch.byteCountMax)
    static let quarter = Share(
      draftCount: Batch.draftCountMax / 4, byteCount: Batch.byteCountMax / 4)

    func fits(_ run: QueuedRun, in bound: Share) -> Bool {
      draftCount == 0
        || (draftCount < bound.draftCount && byteCount + run.byteCount <= bound.byteCount)
    }

    mutating func add(_ run: QueuedRun) {
      draftCount += 1
      byteCount += run.byteCount
    }
  }

  /// Writes runs in as few batches as their bytes allow.
  private func write(_ queued: [QueuedRun]) {
    var batch: [(run: EntryRun, done: QueuedRun)] = []
    var byteCount = 0
    for item in queued {
      let run: EntryRun
      do throws(StoreError) {
        run = try item.finish()
      } catch {
        item.done(.failure(error))
        continue
      }
      let size = run.drafts.reduce(0) { $0 + Batch.byteCountMax(of: $1) }
      if !batch.isEmpty && byteCount + size > Batch.byteCountMax {
        append(batch)
        batch = []
        byteCount = 0
      }
      batch.append((run, item))
      byteCount += size
    }
    if !batch.isEmpty { append(batch) }
  }

  private func append(_ finished: [(run: EntryRun, done: QueuedRun)]) {
    var batch: [(run: EntryRun, done: QueuedRun)] = []
    for item in finished {
      if let fault = item.done.fault() {
        item.done.done(.failure(fault))
      } else {
        batch.append(item)
      }
    }
    if batch.isEmpty { return }
    do throws(StoreError) {
      let placed = try log.append(batch.map(\.run))
      for (item, entries) in zip(batch, placed) { item.done.done(.success(entries)) }
    } catch {
      for item in batch { item.done.done(.failure(error)) }
    }
  }
}
