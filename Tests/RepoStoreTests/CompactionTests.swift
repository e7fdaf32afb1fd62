// CompactionTests.swift: history that is let go of, and what must stay.
import ATSyntax
import DAGCBOR
import MST
import Testing

@testable import RepoStore

@Suite("Compaction")
struct CompactionTests {
  /// Segments so small that a few dozen commits fill several.
  private static func store(in scratch: Scratch) throws -> RepoStore {
    try World.store(in: scratch) { $0.segmentByteCount = 64 << 10 }
  }

  private static func write(_ repo: Repo, _ range: Range<Int>) async throws {
    for index in range {
      let path = World.path("app.example.note/n\(index % 40)")
      try await repo.commit([RecordWrite(path, .put(World.note("text \(index)")))])
    }
  }

  /// All but the active segment is older than this.
  private static let everything = UInt64.max

  @Test("keeps what every head reaches, and what came after the cut")
  func keeps() async throws {
    let scratch = Scratch()
    var car: [UInt8] = []
    do {
      let store = try Self.store(in: scratch)
      let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
      let other = try await store.createRepo(NewRepo(World.otherDID, key: World.otherKey))
      try await Self.write(other, 0..<10)
      try await Self.write(repo, 0..<150)
      car = try ImportTests.export(repo)
      let before = try repo.head
      let report = try await store.compact(olderThan: Self.everything)
      #expect(report.removedSegmentCount > 2 && report.writtenPackCount == 2)
      #expect(report.writtenByteCount < report.freedByteCount)
      #expect(try repo.head == before)
      #expect(try ImportTests.export(repo) == car)
      #expect(try store.check().problems == [])
      #expect(try store.check().isClean)
      let kept = try repo.log()
      #expect(kept.count < 150 && kept.first?.head == before)
      for commit in kept {
        #expect(try repo.snapshot(at: commit.head.rev).verify().isClean)
      }
      try await Self.write(repo, 150..<160)
      try store.close()
    }
    let store = try Self.store(in: scratch)
    let repo = try store.repo(World.did)
    #expect(try repo.snapshot().verify(signer: World.key.publicKey).isClean)
    #expect(try store.repo(World.otherDID).snapshot().verify().recordCount == 10)
    #expect(try store.check().isClean)
    try store.close()
  }

  @Test("readers begin where the log does now, and are told what is gone")
  func readers() async throws {
    let scratch = Scratch()
    let store = try Self.store(in: scratch)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await Self.write(repo, 0..<150)
    #expect(try store.retainsEvents(after: .zero))
    _ = try await store.compact(olderThan: Self.everything)
    #expect(try !store.retainsEvents(after: .zero))
    #expect(try store.retainsEvents(after: store.status.lastSeq))
    var reader = store.events(after: .zero)
    var seqs: [UInt64] = []
    while let event = try reader.next() { seqs.append(event.seq?.rawValue ?? 0) }
    let first = try #require(seqs.first)
    #expect(first > 1 && seqs == Array(first...store.status.lastSeq.rawValue))
    #expect(try store.retainsEvents(after: Seq(rawValue: first - 1)))
    try store.close()
  }

  @Test("twice is as good as once, and packs are merged")
  func twice() async throws {
    let scratch = Scratch()
    let store = try Self.store(in: scratch)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for round in 0..<3 {
      try await Self.write(repo, round * 100..<(round + 1) * 100)
      _ = try await store.compact(olderThan: Self.everything)
      #expect(store.status.packCount == 1)
      #expect(try store.check().isClean)
    }
    #expect(try await store.compact(olderThan: 0) == CompactionReport())
    let packs = try SystemDisk().names(in: scratch.store + "/packs")
    #expect(packs.count == 1)
    try store.close()
  }
}
