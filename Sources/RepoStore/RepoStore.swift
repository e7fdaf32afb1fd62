// RepoStore.swift: a store: one directory, one log, many repos; the door for programs that embed
// it.
//
// Opening is in RepoStore+Open, making and deleting repos in RepoStore+Repos, reading the log in
// EventReader, one repo in Repo. Nothing here knows HTTP, schemas or a terminal.
// Contract: FORMAT.md
import ATCrypto
import ATSyntax
import DAGCBOR
import Dispatch
import MST
import Synchronization

/// How much of a write is on the disk when it is acknowledged.
public enum Durability: String, Hashable, Sendable, CaseIterable {
  /// All of it: a sync stands before every acknowledgement.
  case full
  /// What the system has written by itself. A killed process loses nothing; a power cut may take
  /// the newest commits, from the last on, and their numbers are then given again.
  case relaxed
}

/// What a caller chooses when it opens a store.
public struct StoreOptions: Sendable {
  /// Make the store where the directory holds none.
  public var createsIfMissing = false
  public var durability = Durability.full
  /// Bytes after which a segment of the log is sealed: 64 KiB to 1 GiB.
  public var segmentByteCount = 64 << 20
  public var clock: any StoreClock = SystemClock()
  /// Follow the clock even where it was set while running, or is far behind the last rev.
  public var acceptsClock = false
  /// Never write, whatever is found.
  public var isReadOnly = false
  /// Undo every commit's operations before it is written (INV-11). Costs about as much as a
  /// signature.
  public var checksCommits = true
  /// What a record must pass beside the data model.
  public var validate: Validate?
  /// How long to wait for another process to let go of the store.
  public var lockWaitMilliseconds = 500
  /// Bytes of blocks in one event; smaller in tests.
  var eventByteCountMax = StoreLimits.eventByteCountMax
  /// Bytes of drafts that may wait; fewer in tests.
  var queuedByteCountMax = StoreLimits.queuedByteCountMax

  public init() {}

  /// Judges a record by its schema: its place, its DAG-CBOR, and how strictly, which is never
  /// `.off`. Called on the thread of whoever writes, while no other write to the repo goes on.
  public typealias Validate =
    @Sendable (RecordPath, RawSpan, ValidationMode) throws(RecordRefusal) -> ValidationStatus
}

/// An open store. One process has it; any number of threads and tasks may use it.
public final class RepoStore: Sendable {
  public let directory: String
  let options: StoreOptions
  let log: StoreLog
  let queue: CommitQueue
  let lock: StoreLock?
  let keys: KeyRing
  let cache = BlockCache()
  let leases: SnapshotLeases
  /// Why nothing can be written; nil for a store that can be.
  let readOnlyReason: String?
  /// Damage that was found when the store was opened.
  public let damage: Corruption?
  let openedAt: LSN
  /// Repos are made, deleted, imported and given policies one at a time.
  let creations = OneAtATime()
  private let writers = Mutex<[RepoID: RepoWriter]>([:])

  init(
    directory: String, options: StoreOptions, log: StoreLog, lock: StoreLock?, keys: KeyRing,
    openedAt: LSN, damage: Corruption?
  ) {
    self.directory = directory
    self.options = options
    self.log = log
    self.lock = lock
    self.keys = keys
    self.openedAt = openedAt
    self.damage = damage
    leases = SnapshotLeases(options.clock)
    queue = CommitQueue(log, byteCountMax: options.queuedByteCountMax)
    readOnlyReason =
      damage.map { "damage: \($0)" } ?? (options.isReadOnly ? "it was opened so" : nil)
  }

  /// Ends the log cleanly, so that opening it again is quick. Commits that wait are written first;
  /// every later call throws `.closed`.
  ///
  /// - Throws: what the last write said.
  public func close() throws(StoreError) {
    if readOnlyReason != nil {
      log.end()
    } else {
      queue.close()
      if let mark = try log.close(writtenSince: openedAt) { try lock?.write(mark) }
      writers.withLock { $0 = [:] }
    }
    try lock?.release()
  }

  /// Every repo of the store, the private ones included, by name: what its owner sees.
  public var repos: [RepoStatus] {
    log.state.repos.values.filter { $0.head != nil }.sorted { a, b in
      (a.did.description, a.space.rawValue) < (b.did.description, b.space.rawValue)
    }
  }

  /// A repo by name.
  /// - Throws: `.noRepo`.
  public func repo(_ did: DID, _ space: Space = .public) throws(StoreError) -> Repo {
    guard let id = log.read({ $0.state.names[RepoName(did, space)] }) else {
      throw .noRepo(did, space)
    }
    return Repo(store: self, id: id, name: RepoName(did, space))
  }

  /// Where the collections of a DID live.
  public func policy(of did: DID) -> RepoPolicy {
    log.read { $0.state.policy(of: did) }
  }

  func writer(of repo: Repo) throws(StoreError) -> RepoWriter {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let id = repo.id
    if let writer = writers.withLock({ $0[id] }) { return writer }
    guard let status = log.read({ $0.state.repos[id] }) else {
      throw .noRepo(repo.did, repo.space)
    }
    guard let name = status.signingKey, let key = try keys.key(named: name) else {
      throw .noSigningKey(status.did)
    }
    let made = RepoWriter(
      status, key: key, blocks: StoreBlocks(of: id, in: log, cache: cache),
      setting: WriterSetting(
        log: log, queue: queue, door: RecordDoor(validate: options.validate),
        checksCommits: options.checksCommits, acceptsClock: options.acceptsClock,
        eventByteCountMax: options.eventByteCountMax))
    return writers.withLock { writers in
      if let writer = writers[id] { return writer }
      writers[id] = made
      return made
    }
  }

  /// Forgets a repo's writer: its head was moved by something else than a commit.
  func dropWriter(_ id: RepoID) { writers.withLock { $0[id] = nil } }

  /// Runs `body`, which moves the head of a repo by something else than a commit, when every commit
  /// before is decided; commits that come meanwhile wait, and stand on the new head.
  func holdingWriter<R>(
    of name: RepoName, _ body: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    guard let id = log.read({ $0.state.names[name] }),
      let status = log.read({ $0.state.repos[id] }),
      let key = status.signingKey, try keys.key(named: key) != nil
    else {
      // Without a key here nobody can write it.
      return try body()
    }
    let writer = try writer(of: Repo(store: self, id: id, name: name))
    writer.hold()
    defer { writer.release() }
    return try body()
  }

  /// Lets nobody draft for a repo any more: its deletion comes next.
  func retireWriter(of repo: Repo) throws(StoreError) {
    // Without a key here nobody can write it anyway.
    guard let name = try repo.status.signingKey, try keys.key(named: name) != nil else { return }
    try writer(of: repo).retire()
  }
}

/// What a store says of itself.
public struct StoreStatus: Sendable {
  public var storeID: String
  public var epoch: String
  public var lastLSN: LSN
  /// The last number of the public stream; zero before the first event.
  public var lastSeq: Seq
  public var durability: Durability
  public var segmentCount: Int
  public var packCount: Int
  public var logByteCount: Int
  public var repoCount: Int
  public var readOnlyReason: String?
  public var retention: Retention
}

extension RepoStore {
  /// A few numbers; no file is read.
  public var status: StoreStatus {
    let (state, active) = log.read { ($0.state, $0.active) }
    return StoreStatus(
      storeID: state.identity.storeText, epoch: state.identity.epochText,
      lastLSN: LSN(rawValue: state.nextLSN.rawValue - 1),
      lastSeq: Seq(rawValue: state.nextSeq - 1), durability: options.durability,
      segmentCount: state.sealed.count + 1, packCount: state.packs.count,
      logByteCount: state.sealed.reduce(0) { $0 + $1.end }
        + (active.entries.last.map { $0.offset + $0.payloadByteCount } ?? 0),
      repoCount: state.repos.count, readOnlyReason: readOnlyReason,
      retention: state.retention)
  }

  /// The last entry that is durable.
  public var lastLSN: LSN { log.lastLSN }

  /// Suspends until the log is longer than `lsn`, the store is closed or the task is cancelled;
  /// returns the last entry, or `lsn` itself to a task that was cancelled.
  public func nextDurable(after lsn: LSN) async -> LSN {
    let answer = FirstAnswer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.wait(continuation)
        log.whenDurable(after: lsn) { answer.give($0) }
      }
    } onCancel: {
      answer.give(lsn)
    }
  }

  /// The same with a callback, called once on an arbitrary thread.
  public func whenDurable(after lsn: LSN, _ wake: @escaping @Sendable (LSN) -> Void) {
    log.whenDurable(after: lsn, wake)
  }
}
