// LimitTests.swift: what is too much is refused before anything is written, and leaves no trace.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A limit")
struct LimitTests {
  private func world() async throws -> Repo {
    let store = try World.store(on: PowerlessDisk())
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await repo.commit((0..<20).map { write($0, "a") })
    return repo
  }

  private func write(_ number: Int, _ text: String) -> RecordWrite {
    RecordWrite(World.path("app.example.note/\(number)"), .put(World.note(text)))
  }

  private func expectUntouched(_ repo: Repo, _ before: Answers) async throws {
    #expect(try Answers(of: repo.store) == before)
    let entries = try repo.snapshot().entries()
    try await repo.commit([write(1_000, "next")])
    var expected = entries
    expected["app.example.note/1000"] = try RecordDoor()
      .encode(World.note("next"), at: World.path("app.example.note/1000")).cid
    #expect(try repo.snapshot().entries() == expected)
    var audit = World.audit
    _ = try audit.run(on: repo.store)
  }

  @Test("of 200 writes is kept to the write")
  func writes() async throws {
    let repo = try await world()
    let before = try Answers(of: repo.store)
    await #expect(throws: StoreError.limit(.writesPerCommit, found: 201)) {
      try await repo.commit((0..<201).map { write($0, "b") })
    }
    try await expectUntouched(repo, before)
    #expect(try await repo.commit((0..<200).map { write($0, "c") }).opCount == 200)
  }

  @Test("of a record's bytes is kept to the byte")
  func record() async throws {
    let repo = try await world()
    let path = World.path("app.example.note/large")
    let empty = try RecordDoor().encode(World.note(""), at: path).bytes.count
    // A text of this length has a head of five bytes instead of one.
    let fits = StoreLimit.recordBytes.rawValue - empty - 4
    let before = try Answers(of: repo.store)
    let refusal = RecordRefusal.tooLarge(byteCount: StoreLimit.recordBytes.rawValue + 1)
    await #expect(throws: StoreError.record(path, refusal)) {
      let text = String(repeating: "x", count: fits + 1)
      try await repo.commit([RecordWrite(path, .create(World.note(text)))])
    }
    try await expectUntouched(repo, before)
    let text = String(repeating: "x", count: fits)
    try await repo.commit([RecordWrite(path, .create(World.note(text)))])
    #expect(try repo.snapshot().record(at: path)?.bytes.count == StoreLimit.recordBytes.rawValue)
  }

  /// Keys of layer zero, so many that a node has no room for them: a tree that nobody may make.
  private static let mined: [RecordPath] = {
    var paths: [RecordPath] = []
    var number = 0
    while paths.count <= MSTLimits.entryCountMax {
      // Between two keys of the repo, and none of a higher layer between them.
      let path = World.path("app.example.note/5x\(number)")
      if MSTKey(path).height == 0 { paths.append(path) }
      number += 1
    }
    return paths
  }()

  /// Writes that overfill a node, beside some that are good.
  private func tooMuch(_ round: Int) -> [RecordWrite] {
    LimitTests.mined.suffix(101).map { RecordWrite($0, .create(World.note("\(round)"))) }
      + [RecordWrite(World.path("app.example.note/3"), .delete), write(4, "other\(round)")]
  }

  /// A repo whose largest node has room for a hundred keys more.
  private func crowded() async throws -> Repo {
    let repo = try await world()
    try await repo.commit(
      LimitTests.mined.dropLast(101).map { RecordWrite($0, .create(World.note("a"))) })
    return repo
  }

  private func isOfTree(_ error: StoreError) -> Bool {
    if case .tree(.limit) = error { true } else { false }
  }

  @Test("of a node's entries leaves the tree as it was")
  func node() async throws {
    let repo = try await crowded()
    let before = try Answers(of: repo.store)
    for round in 0..<3 {
      do throws(StoreError) {
        try await repo.commit(tooMuch(round))
        Issue.record("a node of more than \(MSTLimits.entryCountMax) entries was written")
      } catch {
        #expect(isOfTree(error))
      }
    }
    try await expectUntouched(repo, before)
  }

  @Test("is told in order, and takes nothing of the commits before and after it along")
  func pipelined() async throws {
    let repo = try await crowded()
    let recordCount = try repo.snapshot().entries().count
    var pending: [PendingCommit] = []
    for round in 0..<6 {
      pending.append(
        try repo.enqueue(round % 2 == 0 ? [write(100 + round, "kept")] : tooMuch(round)))
    }
    repo.store.queue.drive()
    var kept = 0
    for (round, commit) in pending.enumerated() {
      do throws(StoreError) {
        #expect(try await commit.durable.opCount == 1)
        #expect(round % 2 == 0)
        kept += 1
      } catch {
        #expect(isOfTree(error) && round % 2 == 1)
      }
    }
    #expect(kept == 3)
    #expect(try repo.snapshot().entries().count == recordCount + 3)
    try await expectUntouched(repo, try Answers(of: repo.store))
  }

  @Test("of what waits refuses a writer, and nothing that waits is lost")
  func queue() async throws {
    let store = try World.store(on: PowerlessDisk())
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    var pending: [PendingCommit] = []
    for index in 0..<StoreLimits.queuedDraftsMax + 3 {
      pending.append(try repo.enqueue([write(index % 7, "\(index)")]))
    }
    store.flush()
    var outcomes: [Bool] = []
    for commit in pending {
      do throws(StoreError) {
        _ = try await commit.durable
        outcomes.append(true)
      } catch {
        #expect(error == .busy)
        outcomes.append(false)
      }
    }
    #expect(outcomes.count { $0 } == StoreLimits.queuedDraftsMax)
    #expect(outcomes.suffix(3) == [false, false, false])
    try await expectUntouched(repo, try Answers(of: store))
  }
}
