// ExportTests.swift: exports by the piece, and which blocks a commit reaches, against a plain walk.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Exports and reach")
struct ExportTests {
  /// A repo of `count` notes, half of them with the content of another.
  private static func repo(_ count: Int, in scratch: Scratch) async throws -> (RepoStore, Repo) {
    let store = try World.store(in: scratch)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for start in stride(from: 0, to: count, by: 200) {
      let writes = (start..<min(count, start + 200)).map { index in
        RecordWrite(
          World.path("app.example.note/k\(index)"), .create(World.note("text \(index / 2)")))
      }
      try await repo.commit(writes)
    }
    return (store, repo)
  }

  @Test("the pieces of an export are whole sections, and each block comes once, parents first")
  func pieces() async throws {
    let scratch = Scratch()
    let (store, repo) = try await ExportTests.repo(1_200, in: scratch)
    var car = try repo.snapshot().car()
    var cids: [CID] = []
    while let piece = try car.next() {
      // Read alone, behind a header: no section goes on in the next piece.
      var reader = CARReader()
      if !cids.isEmpty { reader.append(CARWriter.header(roots: [])) }
      reader.append(piece)
      while let item = try reader.next() {
        if case .block(let cid, _, _) = item { cids.append(cid) }
      }
      try reader.finish()
    }
    #expect(car.blockCount == cids.count)
    #expect(Set(cids).count == cids.count)
    #expect(cids.first == (try repo.head.commit))
    var expected = [try repo.head.commit]
    var walk = try repo.snapshot().tree.blockWalk()
    while let block = try walk.next() {
      switch block {
      case .node(let cid, _), .record(_, let cid):
        if !expected.contains(cid) { expected.append(cid) }
      }
    }
    #expect(cids == expected)
    #expect(try car.next() == nil)
    try store.close()
  }

  @Test("a commit reaches its own blocks and none of those that later commits replaced")
  func reach() async throws {
    let scratch = Scratch()
    let (store, repo) = try await ExportTests.repo(200, in: scratch)
    var random = SplitMix64.printed("reach")
    var known: [CID: Bool] = [:]
    for round in 0..<20 {
      let key = "k\(Int.random(in: 0..<200, using: &random))"
      let path = World.path("app.example.note/\(key)")
      try await repo.commit([RecordWrite(path, .put(World.note("round \(round)")))])
      for cid in try ExportTests.blocks(of: repo.snapshot()) { known[cid] = false }
    }
    for cid in try ExportTests.blocks(of: repo.snapshot()) { known[cid] = true }
    #expect(known.values.contains(true) && known.values.contains(false))
    let reached = try repo.snapshot().reached(of: Set(known.keys))
    #expect(reached == Set(known.filter(\.value).keys))
    let first = try #require(try repo.log().last).head
    #expect(try repo.snapshot().reached(of: [first.commit, first.data, CID(of: [1])]) == [])
    try store.close()
  }

  private static func blocks(of snapshot: RepoSnapshot) throws -> [CID] {
    var cids = [snapshot.head.commit]
    var walk = snapshot.tree.blockWalk()
    while let block = try walk.next() {
      switch block {
      case .node(let cid, _), .record(_, let cid): cids.append(cid)
      }
    }
    return cids
  }

  @Test("the event of a deletion is told, those of the deleted repo are not")
  func deletion() async throws {
    let scratch = Scratch()
    let (store, repo) = try await ExportTests.repo(10, in: scratch)
    try await store.deleteRepo(repo.did, .public)
    var reader = store.events(after: .zero)
    let only = try #require(try reader.next())
    guard case .message(_, _, .account(let event)) = try StreamFrame(only.frame) else {
      Issue.record("it is no account event")
      return
    }
    #expect(event.status == .deleted)
    #expect(try reader.next() == nil)
    try store.close()
  }
}
