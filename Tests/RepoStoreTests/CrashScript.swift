// CrashScript.swift: random writes on several repos of one store, and the ledger of what the store
// said about them: what was acknowledged, and what was on its way when the power went.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import TestKit

@testable import RepoStore

/// What a store has promised.
struct Ledger {
  struct Promise {
    /// The records after the last acknowledged commit, and after each that is on its way.
    var states: [StoreAudit.Records] = [[:]]
    /// The acknowledged commits, oldest first.
    var commits: [CID] = []
  }

  var repos: [RepoName: Promise] = [:]
  /// Repos whose making or deletion is on its way.
  var arriving: Set<RepoName> = []
  var leaving: Set<RepoName> = []
  /// Whether history may be let go of: then a repo's begins with any commit that was promised.
  var mayBeCut = false
  /// The events that readers have seen.
  var seen: [LSN: LogEvent] = [:]

  /// Compares a store that was just opened with what was promised, and takes what it serves for
  /// promised from now on.
  mutating func settle(with store: RepoStore, _ audit: inout StoreAudit) throws {
    let events = try audit.run(on: store)
    try settle(events, store)
    let there = Set(store.repos.map(\.name))
    for name in repos.keys where !there.contains(name) {
      try require(leaving.contains(name), "repo \(name) is lost")
    }
    var settled: [RepoName: Promise] = [:]
    for name in there {
      guard let promise = repos[name] else {
        try require(arriving.contains(name), "repo \(name) comes from nowhere")
        settled[name] = try Ledger.promise(of: try store.repo(name.did, name.space), audit)
        continue
      }
      settled[name] = try Ledger.check(
        promise, of: try store.repo(name.did, name.space), audit, mayBeNew: arriving.contains(name),
        mayBeCut: mayBeCut)
    }
    (repos, arriving, leaving) = (settled, [], [])
  }

  /// Every event that was seen is there, byte for byte, unless its repo is gone.
  private mutating func settle(_ events: [LogEvent], _ store: RepoStore) throws {
    let found = Dictionary(uniqueKeysWithValues: events.map { ($0.lsn, $0) })
    let ids = Set(store.repos.map(\.id))
    for (lsn, event) in seen where ids.contains(event.repo) {
      guard let again = found[lsn] else {
        if mayBeCut { continue }
        throw Wrong("event \(lsn) is lost")
      }
      try require(
        again.frame == event.frame && again.seq == event.seq, "event \(lsn) is another one")
    }
    try see(events)
  }

  /// Notes events as seen. A number is never given twice.
  mutating func see(_ events: [LogEvent]) throws {
    for event in events {
      if let before = seen[event.lsn] {
        try require(before.frame == event.frame, "\(event.lsn) was given twice")
      }
      seen[event.lsn] = event
    }
  }

  private static func promise(of repo: Repo, _ audit: StoreAudit) throws -> Promise {
    Promise(
      states: [try audit.records(of: repo)], commits: try repo.log().map(\.head.commit).reversed())
  }

  private static func check(
    _ promise: Promise, of repo: Repo, _ audit: StoreAudit, mayBeNew: Bool, mayBeCut: Bool
  ) throws -> Promise {
    var promise = promise
    let found = try Ledger.promise(of: repo, audit)
    if mayBeNew && found.commits.count == 1 { return found }
    if mayBeCut {
      let first = found.commits.first.flatMap { promise.commits.firstIndex(of: $0) }
      promise.commits.removeFirst(first ?? promise.commits.count)
    }
    let extra = found.commits.count - promise.commits.count
    try require(extra >= 0, "\(repo.name) lost \(-extra) commits")
    try require(found.commits.starts(with: promise.commits), "\(repo.name) has another history")
    try require(extra < promise.states.count, "\(repo.name) has \(extra) commits of nobody")
    try require(found.states[0] == promise.states[extra], "\(repo.name) has other records")
    return found
  }
}

/// A store's users: they write at random and note what they are told.
struct CrashScript {
  static let names: [RepoName] = World.keys.keys.sorted { $0.description < $1.description }
    .flatMap { [RepoName($0, .public), RepoName($0, .private)] }

  var random: SplitMix64
  var ledger = Ledger()
  var audit = World.audit

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  static func paths(_ space: Space) -> [RecordPath] {
    let collection = space == .public ? "app.example.note" : "app.example.diary"
    return (0..<10).map { World.path("\(collection)/\($0)") }
  }

  /// One random thing on `store`.
  mutating func step(on store: RepoStore) async throws {
    let known = ledger.repos.keys.sorted { "\($0)" < "\($1)" }
    switch Int.random(in: 0..<20, using: &random) {
    case 19 where ledger.mayBeCut: try await cut(known, store)
    case 0, 1: try await create(on: store)
    case 2: if let name = known.randomElement(using: &random) { try await delete(name, store) }
    case 3..<8: try await burst(on: known, store)
    default:
      guard let name = known.randomElement(using: &random) else {
        return try await create(on: store)
      }
      try await settle([try enqueue(on: name, store)], store)
    }
    try look(at: store)
  }

  /// Reads the events after those that were seen.
  private mutating func look(at store: RepoStore) throws {
    var reader = store.events(
      after: ledger.seen.keys.max() ?? .zero, streams: [.public, .private])
    var events: [LogEvent] = []
    while let event = try reader.next() { events.append(event) }
    try ledger.see(events)
  }

  private mutating func create(on store: RepoStore) async throws {
    let missing = CrashScript.names.filter { ledger.repos[$0] == nil }
    guard let name = missing.randomElement(using: &random), let key = World.keys[name.did]
    else { return }
    ledger.arriving.insert(name)
    let repo = try await store.createRepo(
      NewRepo(name.did, name.space, key: key, policy: World.policy))
    ledger.arriving.remove(name)
    ledger.repos[name] = Ledger.Promise(states: [[:]], commits: [try repo.head.commit])
  }

  private mutating func delete(_ name: RepoName, _ store: RepoStore) async throws {
    ledger.leaving.insert(name)
    try await store.deleteRepo(name.did, name.space)
    ledger.leaving.remove(name)
    ledger.repos[name] = nil
  }

  /// Lets go of history, of one repo or of all.
  private mutating func cut(_ known: [RepoName], _ store: RepoStore) async throws {
    if Bool.random(using: &random) {
      _ = try await store.compact(olderThan: .max)
    } else if let name = known.randomElement(using: &random) {
      _ = try await store.purge(name.did, name.space)
    } else {
      _ = try await store.purgeDeleted()
    }
  }

  private mutating func burst(on known: [RepoName], _ store: RepoStore) async throws {
    var pending: [Pending] = []
    for _ in 0..<Int.random(in: 2...8, using: &random) {
      guard let name = known.randomElement(using: &random) else { return }
      pending.append(try enqueue(on: name, store))
    }
    try await settle(pending, store)
  }

  private typealias Pending = (name: RepoName, commit: PendingCommit)

  private mutating func enqueue(on name: RepoName, _ store: RepoStore) throws -> Pending {
    let before = ledger.repos[name]?.states.last ?? [:]
    let writes = try writes(on: before, in: name.space)
    ledger.repos[name]?.states.append(writes.after)
    return (name, try store.repo(name.did, name.space).enqueue(writes.list))
  }

  private mutating func settle(_ pending: [Pending], _ store: RepoStore) async throws {
    if Bool.random(using: &random) { store.queue.drive() } else { store.flush() }
    for (name, commit) in pending {
      let receipt = try await commit.durable
      ledger.repos[name]?.commits.append(receipt.head.commit)
      ledger.repos[name]?.states.removeFirst()
    }
  }

  /// Writes that change something, and the records after them.
  private mutating func writes(
    on before: StoreAudit.Records, in space: Space
  ) throws -> (list: [RecordWrite], after: StoreAudit.Records) {
    var list: [RecordWrite] = []
    var after = before
    let count = Int.random(in: 1...4, using: &random)
    for path in CrashScript.paths(space).shuffled(using: &random).prefix(count) {
      let record = record()
      let cid = try RecordDoor().encode(record, at: path).cid
      let old = before[path.description]
      if old != nil && (old == cid || Int.random(in: 0..<3, using: &random) == 0) {
        list.append(RecordWrite(path, .delete))
        after[path.description] = nil
      } else {
        list.append(RecordWrite(path, old == nil ? .create(record) : .put(record)))
        after[path.description] = cid
      }
    }
    return (list, after)
  }

  /// Few texts, so that content comes back; some of them long, so that segments fill.
  private mutating func record() -> CBORValue {
    let number = Int.random(in: 0..<6, using: &random)
    let isLong = Int.random(in: 0..<8, using: &random) == 0
    return World.note(String(repeating: "\(number)", count: isLong ? 9_000 : 20))
  }
}
