// RepoStoreTests.swift: a store from the outside: open, write, read, close, open again.
import ATSyntax
import DAGCBOR
import MST
import Testing

@testable import RepoStore

@Suite("A store")
struct RepoStoreTests {
  @Test("keeps a record across a clean close")
  func keeps() async throws {
    let scratch = Scratch()
    let path = World.path("app.example.note/3jui7kd54zh2y")
    var head: RepoHead
    do {
      let store = try World.store(in: scratch)
      let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
      let receipt = try await repo.commit([RecordWrite(path, .create(World.note("one")))])
      head = receipt.head
      #expect(receipt.results.count == 1)
      try store.close()
    }
    let store = try World.store(in: scratch)
    let repo = try store.repo(World.did)
    #expect(try repo.head == head)
    let record = try #require(try repo.snapshot().record(at: path))
    #expect(try record.value["text"] == "one")
    #expect(try record.value["$type"] == "app.example.note")
    try store.close()
  }

  @Test("keeps acknowledged commits without any close, and moves its unproven end")
  func keepsWithoutClose() async throws {
    let scratch = Scratch()
    var heads: [RepoHead] = []
    for round in 0..<4 {
      let store = try World.store(in: scratch)
      let repo =
        round == 0
        ? try await store.createRepo(NewRepo(World.did, key: World.key))
        : try store.repo(World.did)
      if let last = heads.last { #expect(try repo.head == last) }
      for index in 0..<5 {
        let path = World.path("app.example.note/r\(round)i\(index)")
        heads.append(try await repo.commit([RecordWrite(path, .create(World.note("x")))]).head)
      }
      // Not closed: the lock goes with the last reference.
    }
    let store = try World.store(in: scratch)
    #expect(store.status.segmentCount == 5)
    let counts = try store.repo(World.did).snapshot().collections()
    #expect(counts.map(\.count) == [20])
    let log = try store.repo(World.did).log()
    #expect(log.count == 21)
    #expect(log.first?.head == heads.last)
    try store.close()
  }

  @Test("tells events in order from any cursor")
  func events() async throws {
    let scratch = Scratch()
    let store = try World.store(in: scratch) { $0.segmentByteCount = 64 << 10 }
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for index in 0..<100 {
      try await repo.commit([
        RecordWrite(World.path("app.example.note/\(index)"), .create(World.note("n\(index)")))
      ])
    }
    #expect(store.status.segmentCount > 2)
    var seqs: [UInt64] = []
    var reader = store.events(after: .zero)
    while let event = try reader.next() {
      seqs.append(event.seq?.rawValue ?? 0)
      _ = try StreamFrame(event.frame)
    }
    #expect(seqs == Array(1...103))
    for seq in [0, 1, 50, 102, 103] as [UInt64] {
      var reader = store.events(after: try store.cursor(after: Seq(rawValue: seq)))
      #expect(try reader.next()?.seq?.rawValue == (seq == 103 ? nil : seq + 1))
    }
    try store.close()
  }

  @Test("opens what it closed without reading it again, and reads what the index lost")
  func reopens() async throws {
    let scratch = Scratch()
    var head: RepoHead?
    for round in 0..<3 {
      let store = try World.store(in: scratch)
      let repo =
        round == 0
        ? try await store.createRepo(NewRepo(World.did, key: World.key))
        : try store.repo(World.did)
      if let head { #expect(try repo.head == head) }
      for index in 0..<(round == 1 ? 10 : 1_500) {
        let path = World.path("app.example.note/\(round)-\(index)")
        head = try await repo.commit([RecordWrite(path, .create(World.note("n")))]).head
      }
      try store.close()
    }
    let closed = try World.store(in: scratch)
    let kept = try #require(try closed.log.index.activeRun())
    #expect(kept.contents.entries.count > 3_000)
    #expect(closed.log.read { $0.active.settledEntryCount } == kept.contents.entries.count)
    #expect(try closed.repo(World.did).snapshot().verify().recordCount == 3_010)
    #expect(try closed.check().isClean)
    try closed.close()
    Scratch.remove(scratch.store + "/index")
    let rebuilt = try World.store(in: scratch)
    #expect(try rebuilt.repo(World.did).head == head)
    #expect(try rebuilt.check().isClean)
    try rebuilt.close()
  }
}
