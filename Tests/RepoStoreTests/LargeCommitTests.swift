// LargeCommitTests.swift: commits with more blocks than an event may carry.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A commit that is too large for an event")
struct LargeCommitTests {
  private func write(_ number: Int, _ text: String) -> RecordWrite {
    RecordWrite(World.path("app.example.note/\(number)"), .put(World.note(text)))
  }

  /// Three records of 700 000 bytes, one that goes and one that is small.
  private func large(_ round: Int) -> [RecordWrite] {
    let text = String(repeating: "\(round)", count: 700_000)
    return (0..<3).map { write(18 + $0, "\(text)\($0)") }
      + [RecordWrite(World.path("app.example.note/\(round)"), .delete), write(14, "\(round)")]
  }

  private func events(_ store: RepoStore, after cursor: LSN) throws -> [StreamEvent] {
    var reader = store.events(after: cursor)
    var events: [StreamEvent] = []
    while let event = try reader.next() {
      guard case .message(_, _, let body) = try StreamFrame(event.frame) else { continue }
      events.append(body)
    }
    return events
  }

  @Test("is a pack, which one run attaches, and followers are told of it by #sync")
  func sync() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await repo.commit((0..<20).map { write($0, "a") })
    let cursor = store.lastLSN
    let receipt = try await repo.commit(large(1))
    #expect(receipt.opCount == 5)
    #expect(try repo.head == receipt.head)
    #expect(receipt.head.seq == store.status.lastSeq)
    let told = try events(store, after: cursor)
    guard case .sync(let event)? = told.first else {
      throw Wrong("no #sync")
    }
    #expect(event.rev == receipt.head.rev && event.did == World.did)
    #expect(store.status.packCount == 1)
    // The next commit stands on it as on any other.
    let next = try await repo.commit([write(1, "b")])
    guard case .commit(let commit)? = try events(store, after: receipt.head.lsn).first else {
      throw Wrong("no #commit")
    }
    #expect(commit.since == receipt.head.rev && commit.prevData == receipt.head.data)
    #expect(try repo.log().map(\.head.rev).prefix(2) == [next.head.rev, receipt.head.rev])
    #expect(try repo.snapshot(at: receipt.head.rev).verify().isClean)
    #expect(try store.check().isClean)
    let entries = try repo.snapshot().entries()
    for image in [disk.surviving(), disk] {
      let again = try World.store(on: image)
      #expect(try again.repo(World.did).snapshot().entries() == entries)
      var audit = World.audit
      _ = try audit.run(on: again)
    }
  }

  @Test("is laid down in the order of an export, and holds nothing that was there before")
  func pack() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await repo.commit((0..<40).map { write($0, "a") })
    let before = try repo.snapshot()
    try await repo.commit(large(1))
    let mark = try #require(store.log.state.packs.first)
    var laid: [Digest] = []
    try PackReader(mark, in: store.log.files).forEachBlock { laid.append($0.key.digest) }
    let news = try ReadCAR(try repo.snapshot().exported(since: before)).order.dropFirst()
    #expect(laid == news.map(\.digest))
  }

  @Test("in a private tree shows in no public stream")
  func isPrivate() async throws {
    let store = try World.store(on: PowerlessDisk())
    let repo = try await store.createRepo(
      NewRepo(World.did, .private, key: World.key, policy: World.policy))
    let text = String(repeating: "x", count: 900_000)
    try await repo.commit(
      (0..<3).map {
        RecordWrite(World.path("app.example.diary/\($0)"), .put(World.note("\(text)\($0)")))
      })
    #expect(store.status.packCount == 1 && store.status.lastSeq == .zero)
    #expect(try events(store, after: .zero).isEmpty)
    #expect(try repo.snapshot().verify(signer: World.key.publicKey).isClean)
  }

  @Test(
    "falls with what it stands on, and leaves no pack behind where a call to the disk fails",
    arguments: 0..<14)
  func falls(after count: Int) async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await repo.commit((0..<20).map { write($0, "a") })
    // The segment has no room for the first, and the others stand on it.
    let pending = [
      try repo.enqueue([write(1, String(repeating: "y", count: 100_000))]),
      try repo.enqueue(large(2)), try repo.enqueue([write(3, "z")]),
    ]
    disk.failOperation(after: count)
    store.queue.drive()
    var heads: [RepoHead] = []
    for commit in pending {
      do { heads.append(try await commit.durable.head) } catch { continue }
    }
    #expect(try repo.log(limit: heads.count).map(\.head) == heads.reversed())
    #expect(try repo.snapshot().verify().isClean)
    var random = SplitMix64(seed: UInt64(count))
    if store.log.read({ $0.failure }) == nil {
      #expect(try store.log.files.packNumbers() == store.log.state.packs.map(\.number))
      heads.append(try await repo.commit(large(2) + [write(5, "w")]).head)
    }
    let again = try World.store(on: disk.crashed(&random))
    let log = try again.repo(World.did).log().map(\.head)
    for head in heads { #expect(log.contains(head)) }
    #expect(try again.log.files.packNumbers() == again.log.state.packs.map(\.number))
    #expect(try again.check().isClean)
  }

  @Test("survives a power cut at any operation whole, or not at all")
  func powerCut() async throws {
    var random = SplitMix64.printed("power cuts in large commits")
    var fuse = 0
    while true {
      let disk = PowerlessDisk()
      let store = try World.store(on: disk) { $0.eventByteCountMax = 10_000 }
      let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
      try await repo.commit((0..<20).map { write($0, "a") })
      let before = try repo.snapshot().entries()
      disk.setFuse(after: fuse)
      let text = String(repeating: "x", count: 6_000)
      var after: StoreAudit.Records?
      do {
        try await repo.commit((0..<3).map { write($0, "\(text)\($0)") })
        after = try repo.snapshot().entries()
      } catch {
        #expect(disk.isDead, "\(error)")
      }
      for _ in 0..<scaled(6) {
        let again = try World.store(on: disk.crashed(&random))
        #expect(again.damage == nil)
        let found = try again.repo(World.did).snapshot()
        #expect(try found.verify().isClean)
        let entries = try found.entries()
        if let after {
          #expect(entries == after)
        } else {
          #expect(
            entries == before || entries["app.example.note/0"] != before["app.example.note/0"])
        }
        var audit = World.audit
        _ = try audit.run(on: again)
        let packs = try again.log.files.packNumbers()
        #expect(packs == again.log.state.packs.map(\.number))
        try await again.repo(World.did).commit([write(50, "next")])
      }
      if after != nil && !disk.isDead { return }
      fuse += 1
    }
  }
}
