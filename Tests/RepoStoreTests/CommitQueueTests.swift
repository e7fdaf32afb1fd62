// CommitQueueTests.swift: what goes out together, what falls together, and what must stand alone.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("What waits to be written")
struct CommitQueueTests {
  private func write(_ number: Int, _ text: String) -> RecordWrite {
    RecordWrite(World.path("app.example.note/\(number)"), .put(World.note(text)))
  }

  @Test(
    "falls with what it stands on, also in a later batch, and what comes next stands on nothing")
  func falls() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let other = try await store.createRepo(NewRepo(World.otherDID, key: World.otherKey))
    let before = try repo.head
    // More than one batch, and more than this segment has room for; the next one cannot begin.
    let text = String(repeating: "x", count: 900_000)
    var pending: [PendingCommit] = []
    for index in 0..<12 { pending.append(try repo.enqueue([write(index, "\(text)\(index)")])) }
    disk.failOperation(after: 0)
    store.queue.drive()
    for commit in pending {
      do throws(StoreError) {
        _ = try await commit.durable
        Issue.record("a commit was written without the one before it")
      } catch {
        guard case .disk = error else { throw error }
      }
    }
    #expect(try repo.head == before)
    try await other.commit([write(1, "y")])
    #expect(try await repo.commit([write(50, "next")]).head.rev > before.rev)
    #expect(try repo.log().count == 2)
    for store in [store, try World.store(on: disk.surviving())] {
      var audit = World.audit
      _ = try audit.run(on: store)
      #expect(try store.repo(World.did).snapshot().entries().count == 1)
    }
  }

  @Test("shares a batch by bytes: a repo with much to say keeps no other waiting")
  func share() async throws {
    let store = try World.store(on: PowerlessDisk())
    let busy = try await store.createRepo(NewRepo(World.did, key: World.key))
    let other = try await store.createRepo(NewRepo(World.otherDID, key: World.otherKey))
    let text = String(repeating: "x", count: 900_000)
    let many = try (0..<6).map { try busy.enqueue([write($0, "\(text)\($0)")]) }
    let few = try (0..<3).map { try other.enqueue([write($0, "y")]) }
    store.queue.drive()
    var places: [LSN] = []
    for commit in many { places.append(try await commit.durable.head.lsn) }
    for commit in few {
      let place = try await commit.durable.head.lsn
      // Two of the large ones are within a quarter of a batch, three are not.
      #expect(places.count { $0 < place } == 2)
    }
    #expect(places == places.sorted())
  }

  @Test("refuses a writer where it is too many bytes, and nothing that waits is lost")
  func bytes() async throws {
    let store = try World.store(on: PowerlessDisk()) { $0.queuedByteCountMax = 2_000_000 }
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let text = String(repeating: "x", count: 900_000)
    let pending = try (0..<3).map { try repo.enqueue([write($0, "\(text)\($0)")]) }
    #expect(try repo.enqueue([write(4, "z")]).refusal == .busy)
    store.queue.drive()
    for commit in pending { #expect(try await commit.durable.opCount == 1) }
    try await repo.commit([write(4, "z")])
  }

  @Test("is not left out of a checkpoint that is written meanwhile")
  func checkpoint() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for index in 0..<scaled(100) {
            try await repo.commit([write(task, "\(index)")])
            await Task.yield()
          }
        }
      }
      group.addTask {
        for _ in 0..<scaled(100) {
          try store.log.checkpoint()
          await Task.yield()
        }
      }
      try await group.waitForAll()
    }
    let head = try repo.head
    let again = try World.store(on: disk.surviving())
    #expect(try again.repo(World.did).head == head)
    var audit = World.audit
    _ = try audit.run(on: again)
  }

  @Test("is in the log or refused when the store is closed meanwhile")
  func close() async throws {
    for round in 0..<scaled(40) {
      let scratch = Scratch()
      let disk = PowerlessDisk()
      let store = try World.store(on: disk, lock: scratch.path + "/lock")
      let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
      let heads = try await withThrowingTaskGroup(of: RepoHead?.self) { group in
        for task in 0..<4 {
          group.addTask { await newest(repo, task) }
        }
        group.addTask {
          while store.lastLSN.rawValue < UInt64(20 + round) { await Task.yield() }
          try store.close()
          return try repo.head
        }
        return try await group.reduce(into: [RepoHead]()) { $0 += [$1].compactMap { $0 } }
      }
      let again = try World.store(on: disk, lock: scratch.path + "/lock")
      #expect(again.damage == nil)
      let log = try again.repo(World.did).log().map(\.head)
      for head in heads { #expect(log.contains(head)) }
      var audit = World.audit
      _ = try audit.run(on: again)
    }
  }

  /// Commits until the store is closed; the last commit that was acknowledged.
  private func newest(_ repo: Repo, _ task: Int) async -> RepoHead? {
    var newest: RepoHead?
    for index in 0..<20_000 {
      await Task.yield()
      do throws(StoreError) {
        newest = try await repo.commit([write(task, "\(index)")]).head
      } catch {
        #expect(error == .closed)
        break
      }
    }
    return newest
  }
}
