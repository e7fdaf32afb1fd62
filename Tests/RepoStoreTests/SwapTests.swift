// SwapTests.swift: many writers who each insist on the head that they saw.
import ATSyntax
import DAGCBOR
import MST
import Synchronization
import TestKit
import Testing

@testable import RepoStore

@Suite("Writers that swap")
struct SwapTests {
  /// Where those who write until they are stopped give up.
  private static let roundCountMax = 20_000
  private static let dids = (0..<4).map { try! DID("did:web:swap\($0).example") }

  /// What each attempt was told, by base.
  private struct Count: Sendable {
    var winners: [CID: [CID]] = [:]
    var lossCount = 0
  }

  private final class Tally: Sendable {
    let count = Mutex(Count())
    let isDone = Atomic(false)
  }

  @Test("have one winner for each base, and one order: the log")
  func oneWinner() async throws {
    var random = SplitMix64.printed("swapping writers")
    let scratch = Scratch()
    let store = try World.store(in: scratch) { $0.segmentByteCount = 1 << 20 }
    var repos: [Repo] = []
    for did in SwapTests.dids {
      repos.append(try await store.createRepo(NewRepo(did, key: World.key)))
    }
    let all = repos
    let tally = Tally()
    for round in 0..<scaled(12) {
      // Every other task insists on the head that all of them saw, so at most one of those wins.
      let seen = try all.map { try $0.head.commit }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<64 {
          let index = Int.random(in: all.indices, using: &random)
          group.addTask {
            let base = try task % 2 == 0 ? seen[index] : all[index].head.commit
            try await swap(base, on: all[index], "t\(task)r\(round)", tally)
          }
        }
        try await group.waitForAll()
      }
    }
    try expectOneOrder(all, tally.count.withLock { $0 })
    var audit = StoreAudit(
      Dictionary(uniqueKeysWithValues: SwapTests.dids.map { ($0, World.key.publicKey) }))
    let before = try audit.run(on: store).map(\.frame)
    try store.close()
    let again = try World.store(in: scratch)
    #expect(try audit.run(on: again).map(\.frame) == before)
    try again.close()
  }

  /// One attempt: `base` must still be the head.
  @Sendable private func swap(
    _ base: CID, on repo: Repo, _ key: String, _ tally: Tally
  ) async throws {
    let path = World.path("app.example.note/\(key)")
    do throws(StoreError) {
      let receipt = try await repo.commit(
        [RecordWrite(path, .create(World.note(key)))], swapCommit: base)
      tally.count.withLock { $0.winners[base, default: []].append(receipt.head.commit) }
    } catch {
      guard case .headMoved(let did, let expected, let found) = error else { throw error }
      #expect(did == repo.did && expected == base && found != base)
      tally.count.withLock { $0.lossCount += 1 }
    }
  }

  private func expectOneOrder(_ repos: [Repo], _ tally: Count) throws {
    var wins = 0
    for repo in repos {
      let log: [CommitSummary] = try repo.log().reversed()
      for (base, next) in zip(log, log.dropFirst()) {
        #expect(tally.winners[base.head.commit] == [next.head.commit])
        #expect(next.previousData == base.head.data)
        #expect(next.head.rev > base.head.rev)
        #expect(next.head.lsn > base.head.lsn)
      }
      wins += log.count - 1
      #expect(try repo.snapshot().entries().count == log.count - 1)
    }
    #expect(tally.winners.count == wins)
    #expect(wins > 0 && tally.lossCount > 0)
  }

  @Test("can make repos while others write without a pause")
  func creationUnderLoad() async throws {
    let scratch = Scratch()
    let store = try World.store(in: scratch)
    let busy = try await store.createRepo(NewRepo(World.did, key: World.key))
    let tally = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<SwapTests.roundCountMax where !tally.isDone.load(ordering: .relaxed) {
            let path = World.path("app.example.note/t\(task)r\(round % 5)")
            try await busy.commit([RecordWrite(path, .put(World.note("\(round)")))])
            await Task.yield()
          }
        }
      }
      for did in SwapTests.dids {
        try await store.createRepo(NewRepo(did, key: World.key))
        try await store.deleteRepo(did, .public)
      }
      tally.isDone.store(true, ordering: .relaxed)
      try await group.waitForAll()
    }
    #expect(store.repos.count == 1)
    try store.close()
  }

  @Test("write nothing behind the deletion of their repo, and are told so")
  func deletionUnderLoad() async throws {
    for _ in 0..<scaled(20) {
      let store = try World.store(on: PowerlessDisk()) { $0.segmentByteCount = 64 << 20 }
      let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
      let heads = try await withThrowingTaskGroup(of: RepoHead?.self) { group in
        for task in 0..<4 {
          group.addTask { await newest(of: repo, task) }
        }
        while store.lastLSN.rawValue < 20 { await Task.yield() }
        try await store.deleteRepo(World.did, .public)
        return try await group.reduce(into: [RepoHead]()) { $0 += [$1].compactMap(\.self) }
      }
      let entries = store.log.read { $0.active.entries }
      let deleted = try #require(entries.last { $0.kind == EntryKind.control.rawValue }?.offset)
      #expect(entries.allSatisfy { $0.repo != repo.id || $0.offset < deleted })
      for head in heads {
        let entry = try #require(store.log.read { $0.active.summary(of: head.lsn) })
        #expect(entry.rev == head.rev.rawValue)
      }
    }
  }

  /// Commits until the repo is gone; the last commit that was acknowledged.
  private func newest(of repo: Repo, _ task: Int) async -> RepoHead? {
    var newest: RepoHead?
    let path = World.path("app.example.note/t\(task)")
    for index in 0..<SwapTests.roundCountMax {
      // A commit that is durable at once suspends nobody: others want the thread too.
      await Task.yield()
      do throws(StoreError) {
        newest = try await repo.commit([RecordWrite(path, .put(World.note("\(index)")))]).head
      } catch {
        #expect(error == .noRepo(repo.did, repo.space))
        break
      }
    }
    return newest
  }
}
