// IndexLossTests.swift: an index can be lost, damaged or another store's: the answers stay.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A store whose index is gone")
struct IndexLossTests {
  /// Fills a store of several segments and returns its answers.
  private func fill(_ scratch: Scratch, did: DID = World.did) async throws -> Answers {
    let store = try World.store(in: scratch) { $0.segmentByteCount = 64 << 10 }
    let repo = try await store.createRepo(NewRepo(did, key: World.key))
    var random = SplitMix64(seed: 5)
    for _ in 0..<150 {
      let number = Int.random(in: 0..<30, using: &random)
      let text = "\(Int.random(in: 0..<3, using: &random))"
      try await repo.commit([
        RecordWrite(World.path("app.example.note/\(number)"), .put(World.note(text)))
      ])
    }
    #expect(store.status.segmentCount > 3)
    let answers = try Answers(of: store)
    try store.close()
    return answers
  }

  private func expectSame(_ scratch: Scratch, _ answers: Answers) async throws {
    let store = try World.store(in: scratch) { $0.segmentByteCount = 64 << 10 }
    #expect(store.damage == nil)
    #expect(try Answers(of: store) == answers)
    var audit = World.audit
    _ = try audit.run(on: store)
    let status = try #require(store.repos.first)
    let repo = try store.repo(status.did)
    try await repo.commit([
      RecordWrite(World.path("app.example.note/new"), .put(World.note("new")))
    ])
    try store.close()
  }

  @Test("answers as before")
  func removed() async throws {
    let scratch = Scratch()
    let answers = try await fill(scratch)
    Scratch.remove(scratch.store + "/index")
    try await expectSame(scratch, answers)
  }

  @Test("in part answers as before")
  func removedInPart() async throws {
    let scratch = Scratch()
    let answers = try await fill(scratch)
    for name in try SystemDisk().names(in: scratch.store + "/index") where name != "data.mdb" {
      Scratch.remove(scratch.store + "/index/" + name)
    }
    try await expectSame(scratch, answers)
  }

  @Test("answers as before where its files hold other bytes")
  func garbage() async throws {
    let scratch = Scratch()
    let answers = try await fill(scratch)
    for name in try SystemDisk().names(in: scratch.store + "/index") {
      let file = try SystemDisk().open(scratch.store + "/index/" + name, .creating)
      try file.write([UInt8](repeating: 0xa5, count: 9_000), at: 0)
    }
    try await expectSame(scratch, answers)
  }

  @Test("answers as before where the index is of another store")
  func foreign() async throws {
    let (scratch, other) = (Scratch(), Scratch())
    let answers = try await fill(scratch)
    _ = try await fill(other, did: World.otherDID)
    Scratch.remove(scratch.store + "/index")
    let disk = SystemDisk()
    try disk.rename(other.store + "/index", to: scratch.store + "/index")
    try await expectSame(scratch, answers)
  }

  @Test("is damaged where the index has seen more than the log holds")
  func ahead() async throws {
    let scratch = Scratch()
    _ = try await fill(scratch)
    let disk = SystemDisk()
    let segments = try disk.names(in: scratch.store + "/log").sorted()
    for name in segments.suffix(2) { try disk.remove(scratch.store + "/log/" + name) }
    try disk.remove(scratch.store + "/plaited.lock")
    let store = try World.store(in: scratch)
    let damage = try #require(store.damage)
    #expect(damage.kind == .lostTail)
    #expect(damage.path.hasSuffix(segments[segments.count - 3]))
    #expect(store.readOnlyReason != nil)
  }
}
