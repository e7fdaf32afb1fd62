// RetentionTests.swift: how long a store keeps what was, and who may still be reading it.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Retention")
struct RetentionTests {
  private let clock = HandClock()

  private func store(on disk: PowerlessDisk = PowerlessDisk()) throws -> RepoStore {
    try World.store(on: disk) { $0.clock = clock }
  }

  /// Commits until two more segments are sealed.
  private func write(_ repo: Repo, _ store: RepoStore) async throws {
    let count = store.status.segmentCount + 2
    var index = 0
    while store.status.segmentCount < count {
      let path = World.path("app.example.note/n\(index % 30)")
      let text = "\(store.lastLSN) " + String(repeating: "x", count: 500)
      try await repo.commit([RecordWrite(path, .put(World.note(text)))])
      index += 1
    }
  }

  @Test("of 30 days lets go of what is older, and of nothing else")
  func age() async throws {
    let store = try store()
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let old = try repo.head
    try await write(repo, store)
    clock.advance(hours: 29 * 24)
    try await write(repo, store)
    #expect(try await store.compact() == CompactionReport())
    clock.advance(hours: 25)
    let middle = try repo.head
    try await write(repo, store)
    let before = try Answers(of: store)
    let dry = try await store.compact(isDryRun: true)
    #expect(try Answers(of: store) == before && dry.removedSegmentCount > 0)
    let report = try await store.compact()
    #expect(report.removedSegmentCount == dry.removedSegmentCount)
    #expect(throws: StoreError.noSuchRev(World.did, old.rev)) { try repo.snapshot(at: old.rev) }
    #expect(try repo.snapshot(at: middle.rev).verify().isClean)
    let oldest = try #require(try repo.log().last)
    #expect(try repo.beginning(with: oldest) == .retention)
    #expect(try Answers(of: store).exports == before.exports)
    #expect(try store.check().isClean)
  }

  @Test("can be for ever or none, is kept in the log, and shown in the status")
  func settings() async throws {
    let disk = PowerlessDisk()
    let store = try store(on: disk)
    #expect(store.status.retention == Retention(historySeconds: 2_592_000, replaySeconds: 259_200))
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await write(repo, store)
    try await store.setRetention(Retention(historySeconds: nil))
    clock.advance(hours: 24 * 365)
    #expect(try await store.compact() == CompactionReport())
    let none = Retention(historySeconds: 0, replaySeconds: 3_600)
    try await store.setRetention(none)
    for again in [store, try self.store(on: disk.surviving())] {
      #expect(again.retention == none && again.status.retention == none)
      try await write(again.repo(World.did), again)
      #expect(try await again.compact(isDryRun: true).removedSegmentCount > 0)
      // What was written within the hour can be replayed.
      let kept = again.lastLSN
      clock.advance(seconds: 10)
      _ = try await again.compact()
      #expect(again.firstLSN < kept)
    }
  }

  @Test("a few segments at a time goes on where it left off")
  func bounded() async throws {
    let store = try store()
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for _ in 0..<3 { try await write(repo, store) }
    clock.advance(hours: 24 * 40)
    let all = try await store.compact(isDryRun: true).removedSegmentCount
    for index in 0..<all {
      let report = try await store.compact(segmentCountMax: 1)
      #expect(report.removedSegmentCount == 1, "round \(index)")
      #expect(try store.check().isClean)
    }
    #expect(try await store.compact(segmentCountMax: 1) == CompactionReport())
  }

  @Test("replay begins with what is young enough, though the log holds more")
  func replay() async throws {
    let store = try store()
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await write(repo, store)
    let last = store.lastLSN
    #expect(try store.replayStart() == .zero)
    clock.advance(hours: 71)
    try await write(repo, store)
    #expect(try store.replayStart() == .zero)
    clock.advance(hours: 2)
    #expect(try store.replayStart() == last)
    clock.advance(hours: 72)
    let end = store.lastLSN
    #expect(try store.replayStart() == end)
    try await write(repo, store)
    #expect(try store.replayStart() == end)
  }

  @Test("waits for who reads an older state, for ten minutes, and tells it then")
  func lease() async throws {
    let store = try store()
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await write(repo, store)
    let none = Retention(historySeconds: 0, replaySeconds: 0)
    var snapshot: RepoSnapshot? = try repo.snapshot()
    let export = try #require(try snapshot?.exported())
    try await write(repo, store)
    clock.advance(seconds: 599)
    _ = try await store.compact(keeping: none)
    store.cache.removeAll()
    #expect(try snapshot?.exported() == export)
    // The export has renewed it.
    clock.advance(seconds: 599)
    _ = try await store.compact(keeping: none)
    store.cache.removeAll()
    #expect(try snapshot?.exported() == export)
    clock.advance(seconds: 601)
    _ = try await store.compact(keeping: none)
    store.cache.removeAll()
    let rev = try #require(snapshot?.head.rev)
    #expect(throws: StoreError.snapshotExpired(World.did, rev)) { try snapshot?.exported() }
    #expect(throws: StoreError.snapshotExpired(World.did, rev)) { try snapshot?.collections() }
    snapshot = nil
    #expect(store.leases.oldest == nil)
    #expect(try repo.snapshot().verify().isClean)
  }

  @Test("a purge waits for nobody, and tells who was reading")
  func purge() async throws {
    let store = try store()
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let path = World.path("app.example.note/n1")
    try await repo.commit([RecordWrite(path, .create(World.note("old")))])
    let snapshot = try repo.snapshot()
    try await repo.commit([RecordWrite(path, .put(World.note("new")))])
    _ = try await store.purge(World.did, .public)
    #expect(throws: StoreError.snapshotExpired(World.did, snapshot.head.rev)) {
      try snapshot.record(at: path)
    }
    let oldest = try #require(try repo.log().last)
    #expect(try repo.beginning(with: oldest) == .purge)
  }
}
