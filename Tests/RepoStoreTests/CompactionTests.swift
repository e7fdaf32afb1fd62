// CompactionTests.swift: history that is let go of, and what must stay.
import ATSyntax
import DAGCBOR
import MST
import TestKit
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

  @Test("keeps what came in a pack after the cut: by an import, or a large commit")
  func laterPacks() async throws {
    let clock = HandClock()
    let disk = PowerlessDisk()
    let store = try World.store(on: disk) {
      $0.clock = clock
      $0.eventByteCountMax = 10_000
    }
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await Self.write(repo, 0..<150)
    clock.advance(hours: 1)
    let cut = clock.now()
    let source = try World.store(on: PowerlessDisk())
    let other = try await source.createRepo(NewRepo(World.otherDID, key: World.otherKey))
    try await Self.write(other, 0..<30)
    let car = try ImportTests.export(other)
    var chunks = [car].makeIterator()
    _ = try await store.importCAR { chunks.next() }
    let text = String(repeating: "x", count: 6_000)
    let large = try await repo.commit(
      (0..<3).map {
        RecordWrite(World.path("app.example.note/l\($0)"), .put(World.note("\(text)\($0)")))
      })
    try await Self.write(repo, 150..<300)
    try await repo.commit(
      (0..<3).map { RecordWrite(World.path("app.example.note/l\($0)"), .delete) })
    #expect(store.status.packCount == 2)
    let before = try Answers(of: store)
    let report = try await store.compact(olderThan: cut)
    #expect(report.removedSegmentCount > 1 && report.removedPackCount == 0)
    for store in [store, try World.store(on: disk.surviving())] {
      #expect(try Answers(of: store).exports == before.exports)
      #expect(try store.repo(World.did).snapshot(at: large.head.rev).verify().isClean)
      #expect(try store.check().isClean)
    }
  }

  @Test(
    "survives a power cut at any operation, with an index and without", arguments: [false, true])
  func powerCut(withIndex: Bool) async throws {
    var random = SplitMix64.printed("power cuts in compactions")
    var fuse = 0
    while true {
      let scratch = Scratch()
      let index = withIndex ? scratch.path + "/index" : nil
      let disk = PowerlessDisk()
      var (isDone, before): (Bool, Answers)
      do {
        let store = try World.store(on: disk, index: index) { $0.eventByteCountMax = 10_000 }
        let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
        let other = try await store.createRepo(NewRepo(World.otherDID, key: World.otherKey))
        try await Self.write(other, 0..<10)
        let text = String(repeating: "x", count: 6_000)
        try await repo.commit(
          (0..<3).map {
            RecordWrite(World.path("app.example.note/l\($0)"), .put(World.note("\(text)\($0)")))
          })
        try await Self.write(repo, 0..<70)
        _ = try await store.compact(olderThan: Self.everything)
        try await Self.write(repo, 70..<140)
        (isDone, before) = (false, try Answers(of: store))
        disk.setFuse(after: fuse)
        do {
          isDone = try await store.compact(olderThan: Self.everything).removedSegmentCount > 0
        } catch {
          #expect(disk.isDead, "\(error)")
        }
        store.log.end()
      }
      // An index goes on with the life that opened it: no second one may begin with it.
      for _ in 0..<(withIndex ? 1 : scaled(2)) {
        let store = try World.store(on: disk.crashed(&random), index: index)
        #expect(store.damage == nil)
        #expect(try Answers(of: store).exports == before.exports)
        var audit = World.audit
        _ = try audit.run(on: store)
        #expect(try store.check().isClean)
        try await Self.write(try store.repo(World.did), 200..<210)
        store.log.end()
      }
      if isDone && !disk.isDead { return }
      fuse += 1
    }
  }

  @Test("leaves nothing in an index that the log could not tell again")
  func withoutIndex() async throws {
    let scratch = Scratch()
    var store = try Self.store(in: scratch)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for round in 0..<4 {
      let repo = try store.repo(repo.did)
      try await Self.write(repo, round * 70..<(round + 1) * 70)
      switch round {
      case 0: _ = try await store.compact(olderThan: Self.everything)
      case 1: _ = try await store.purge(World.did, .public)
      case 2: _ = try await store.compact(olderThan: Self.everything)
      default: _ = try await store.purge(World.did, .public)
      }
      let answers = try Answers(of: store)
      try store.close()
      Scratch.remove(scratch.store + "/index")
      store = try Self.store(in: scratch)
      #expect(try Answers(of: store) == answers)
      #expect(try store.check().isClean)
    }
    try store.close()
  }
}
