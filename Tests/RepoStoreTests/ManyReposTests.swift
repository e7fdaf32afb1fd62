// ManyReposTests.swift: repos that share a store know nothing of each other.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Repos in one store")
struct ManyReposTests {
  static let otherKey = try! PrivateKey(curve: .k256, bytes: Array(repeating: 9, count: 32))
  static let names = [
    RepoName(World.did, .public), RepoName(World.otherDID, .public), RepoName(World.did, .private),
  ]
  /// In every private record and key, and in no public one.
  static let marker = "nobody-else-reads-this"

  private func create(_ name: RepoName, in store: RepoStore) async throws -> Repo {
    let key = name.did == World.did ? World.key : ManyReposTests.otherKey
    return try await store.createRepo(
      NewRepo(name.did, name.space, key: key, policy: World.policy))
  }

  /// The writes of turn `index`, the same for whoever does them alone.
  private func writes(_ name: RepoName, turn index: Int, seed: UInt64) -> [RecordWrite] {
    var random = SplitMix64(seed: seed &+ UInt64(index))
    let text = "\(Int.random(in: 0..<5, using: &random))"
    let number = Int.random(in: 0..<40, using: &random)
    let isPrivate = name.space == .private
    let path =
      isPrivate
      ? World.path("app.example.diary/\(ManyReposTests.marker)-\(number)")
      : World.path("app.example.note/\(number)")
    let isDelete = Int.random(in: 0..<4, using: &random) == 0
    let value = World.note(isPrivate ? text + ManyReposTests.marker : text)
    return [RecordWrite(path, isDelete ? .deleteIfPresent : .put(value))]
  }

  @Test("are exported as if each were alone, and stay whole when one is deleted")
  func alone() async throws {
    var random = SplitMix64.printed("repos in turns")
    let seed = random.next()
    let turns = scaled(1_000)
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    var repos: [Repo] = []
    for name in ManyReposTests.names { repos.append(try await create(name, in: store)) }
    for index in 0..<turns {
      let repo = repos[index % 3]
      try await repo.commit(writes(repo.name, turn: index, seed: seed))
    }
    var exports: [RepoName: [UInt8]] = [:]
    for (offset, name) in ManyReposTests.names.enumerated() {
      let alone = try await create(name, in: try World.store(on: PowerlessDisk()))
      for index in stride(from: offset, to: turns, by: 3) {
        try await alone.commit(writes(name, turn: index, seed: seed))
      }
      exports[name] = try alone.snapshot().exported()
      #expect(try repos[offset].snapshot().exported() == exports[name])
    }
    try expectNothingPrivate(in: store)

    try await store.deleteRepo(World.otherDID, .public)
    #expect(throws: StoreError.noRepo(World.otherDID, .public)) {
      try store.repo(World.otherDID, .public)
    }
    try expectWhole(store, exports, of: [0, 2])
    try expectWhole(try World.store(on: disk.surviving()), exports, of: [0, 2])
    try await store.deleteRepo(World.did, .private)
    try expectWhole(store, exports, of: [0])
    try expectWhole(try World.store(on: disk.surviving()), exports, of: [0])
  }

  private func expectWhole(
    _ store: RepoStore, _ exports: [RepoName: [UInt8]], of indices: [Int]
  ) throws {
    let names = indices.map { ManyReposTests.names[$0] }
    #expect(Set(store.repos.map(\.name)) == Set(names))
    for name in names {
      let repo = try store.repo(name.did, name.space)
      #expect(try repo.snapshot().exported() == exports[name])
    }
    var audit = StoreAudit([
      World.did: World.key.publicKey, World.otherDID: ManyReposTests.otherKey.publicKey,
    ])
    _ = try audit.run(on: store)
  }

  /// Neither a CID nor a text nor a number of the private tree is in a public event.
  private func expectNothingPrivate(in store: RepoStore) throws {
    var secrets: Set<UInt64> = []
    var shared: Set<CID> = []
    var reader = store.events(after: .zero, streams: [.private])
    let first = try reader.next()?.lsn
    reader = store.events(after: .zero, streams: [.private])
    while let event = try reader.next() {
      #expect(event.seq == nil)
      // With a clock that stands still both trees begin with the same empty commit.
      if event.lsn == first { continue }
      for section in try FramePayload(event.frame).sections {
        // The empty tree is everybody's.
        if section.cid == MST.emptyRoot { continue }
        secrets.insert(Array(section.cid.digest.bytes).withUnsafeBytes { $0.word(at: 0) })
        shared.insert(section.cid)
      }
    }
    #expect(!secrets.isEmpty)
    var publicCount: UInt64 = 0
    reader = store.events(after: .zero)
    while let event = try reader.next() {
      publicCount += 1
      #expect(event.seq?.rawValue == publicCount)
      let found = event.frame.withUnsafeBytes { bytes in
        (0..<bytes.count - 8).contains { secrets.contains(bytes.word(at: $0)) }
      }
      #expect(!found, "a private CID in event \(event.lsn)")
      #expect(!String(decoding: event.frame, as: UTF8.self).contains(ManyReposTests.marker))
    }
    #expect(publicCount == store.status.lastSeq.rawValue)
    for name in ManyReposTests.names where name.space == .public {
      let repo = try store.repo(name.did)
      #expect(try repo.snapshot().reached(of: shared).isEmpty)
      for cid in shared { #expect(try repo.snapshot().block(cid) == nil) }
    }
  }

  @Test("tell of a deletion in the public stream, and go on after the last rev when they come back")
  func deletion() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let path = World.path("app.example.note/1")
    let last = try await repo.commit([RecordWrite(path, .create(World.note("x")))]).head
    let before = store.lastLSN
    try await store.deleteRepo(World.did, .public)

    var reader = store.events(after: .zero)
    var events: [StreamEvent] = []
    while let event = try reader.next() {
      guard case .message(_, _, let body) = try StreamFrame(event.frame) else { continue }
      #expect(event.lsn > before)
      events.append(body)
    }
    #expect(events == [.account(AccountEvent(did: World.did, status: .deleted))])
    #expect(throws: StoreError.noRepo(World.did, .public)) { try repo.head }
    await #expect(throws: StoreError.noRepo(World.did, .public)) {
      try await repo.commit([RecordWrite(path, .put(World.note("y")))])
    }

    for store in [store, try World.store(on: disk.surviving())] {
      let again = try await store.createRepo(NewRepo(World.did, key: World.key))
      #expect(try again.head.rev > last.rev)
      #expect(again.id != repo.id)
      #expect(try again.snapshot().entries().isEmpty)
      #expect(try again.log().count == 1)
    }
  }
}
