// PurgeTests.swift: history that is cut out of a store, to the last byte, and what must stay.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A purge")
struct PurgeTests {
  /// In values and keys that go.
  private static let marker = "forget-me-not"

  private struct World3 {
    var store: RepoStore
    var cut: Repo
    var other: Repo
    var diary: Repo
  }

  /// Three repos whose commits lie between each other's, in several segments.
  private func fill(_ store: RepoStore) async throws -> World3 {
    let cut = try await store.createRepo(
      NewRepo(World.did, key: World.key, policy: World.policy))
    let other = try await store.createRepo(NewRepo(World.otherDID, key: World.otherKey))
    let diary = try await store.createRepo(
      NewRepo(World.did, .private, key: World.key, policy: World.policy))
    for index in 0..<40 {
      try await cut.commit([
        put("note/k\(index % 7)", "\(PurgeTests.marker) \(index)"),
        put("note/\(PurgeTests.marker)-\(index)", "x"),
      ])
      try await other.commit([put("note/k\(index % 9)", "kept \(index)")])
      try await diary.commit([put("diary/d\(index % 5)", "dear \(index)")])
    }
    for index in 0..<40 {
      let path = World.path("app.example.note/\(PurgeTests.marker)-\(index)")
      try await cut.commit([RecordWrite(path, .delete)])
    }
    try await cut.commit((0..<7).map { put("note/k\($0)", "clean \($0)") })
    return World3(store: store, cut: cut, other: other, diary: diary)
  }

  private func put(_ path: String, _ text: String) -> RecordWrite {
    RecordWrite(World.path("app.example.\(path)"), .put(World.note(text)))
  }

  /// The files below `path` that hold the marker.
  private func marked(_ path: String, _ disk: any Disk) throws -> [String] {
    guard let names = try? disk.names(in: path) else {
      let file = try disk.open(path, .reading)
      let bytes = try file.bytes(at: 0, byteCount: try file.byteCount())
      return bytes.firstRange(of: Array(PurgeTests.marker.utf8)) == nil ? [] : [path]
    }
    return try names.sorted().flatMap { try marked("\(path)/\($0)", disk) }
  }

  private func expectCut(_ world: World3, _ before: Answers, _ head: RepoHead) throws {
    let after = try Answers(of: world.store)
    #expect(after.exports == before.exports)
    for name in [world.other.name, world.diary.name] {
      #expect(after.logs[name] == before.logs[name])
    }
    let log = try world.cut.log()
    #expect(log.last?.head.commit == head.commit && log.last?.ops == nil)
    var audit = World.audit
    _ = try audit.run(on: world.store)
    #expect(try world.store.check().isClean)
  }

  @Test("leaves no byte of what went, in value or key, in any file; other repos stay whole")
  func bytes() async throws {
    let scratch = Scratch()
    let disk = SystemDisk()
    let open = { try World.store(in: scratch) { $0.segmentByteCount = 64 << 10 } }
    var world = try await fill(try open())
    let kept = try world.store.blobs.put(Array("kept".utf8))
    let gone = try world.store.blobs.put(Array("gone \(PurgeTests.marker)".utf8))
    try await world.cut.commit([refer(to: gone, "a"), refer(to: kept, "b")])
    try await world.other.commit([refer(to: kept, "c")])
    try await world.cut.commit([
      RecordWrite(World.path("app.example.note/a"), .delete),
      RecordWrite(World.path("app.example.note/b"), .delete),
    ])
    // Half of it is in packs.
    _ = try await world.store.compact(olderThan: .max)
    try await world.cut.commit([put("note/z", PurgeTests.marker)])
    try await world.cut.commit([put("note/z", "z")])
    let (before, head) = (try Answers(of: world.store), try world.cut.head)
    let old = try #require(try world.cut.log().dropFirst().first).head.rev
    #expect(try marked(scratch.store, disk).count > 2)
    let report = try await world.store.purge(World.did, .public)
    #expect(report.eventCount > 4 && report.removedBlobCount == 1)
    #expect(try marked(scratch.store, disk) == [])
    #expect(world.store.blobs.contains(kept) && !world.store.blobs.contains(gone))
    try expectCut(world, before, head)
    #expect(throws: StoreError.noSuchRev(World.did, old)) { try world.cut.snapshot(at: old) }
    try await world.cut.commit([put("note/next", "next")])
    let after = try Answers(of: world.store)
    try world.store.close()
    for _ in 0..<2 {
      world.store = try open()
      #expect(world.store.damage == nil)
      #expect(try Answers(of: world.store) == after)
      #expect(try world.store.check().isClean)
      try world.store.close()
    }
    Scratch.remove(scratch.store + "/index")
    world.store = try open()
    #expect(try Answers(of: world.store) == after)
    #expect(try marked(scratch.store, disk) == [])
    try world.store.close()
  }

  private func refer(to blob: CID, _ key: String) -> RecordWrite {
    let value: CBORValue = [
      "image": [
        "$type": "blob", "ref": .link(blob), "mimeType": "text/plain", "size": 4,
      ]
    ]
    return RecordWrite(World.path("app.example.note/\(key)"), .put(value))
  }

  @Test("makes a gap in the stream, after which #sync says what the state is")
  func stream() async throws {
    let world = try await fill(try World.store(on: PowerlessDisk()))
    var reader = world.store.events(after: .zero)
    // Somebody is in the middle of reading.
    for _ in 0..<30 { _ = try reader.next() }
    let head = try world.cut.head
    _ = try await world.store.purge(World.did, .public)
    try await world.cut.commit([put("note/next", "next")])
    var told: [(Seq, StreamEvent)] = []
    while let event = try reader.next() {
      guard case .message(_, _, let body) = try StreamFrame(event.frame), let seq = event.seq
      else { continue }
      told.append((seq, body))
    }
    #expect(told.map(\.0) == told.map(\.0).sorted())
    let mine = told.filter { $0.1.did == World.did }
    guard mine.count == 2, case .sync(let sync) = mine[0].1, case .commit(let next) = mine[1].1
    else { throw Wrong("\(mine.count) events of the repo that was cut") }
    #expect(sync.rev == head.rev && next.since == head.rev && next.prevData == head.data)
    #expect(told.count { $0.1.did == World.otherDID } > 20)
    // The purged numbers are given to nobody.
    #expect(Set(told.map(\.0)).count == told.count)
    #expect(mine[0].0.rawValue == world.store.status.lastSeq.rawValue - 1)
  }

  @Test("of a repo that was deleted leaves nothing of it")
  func deleted() async throws {
    let disk = PowerlessDisk()
    let world = try await fill(try World.store(on: disk))
    _ = try await world.store.compact(olderThan: .max)
    try await world.cut.commit([put("note/z", PurgeTests.marker)])
    let before = try Answers(of: world.store)
    try await world.store.deleteRepo(World.did, .public)
    #expect(try !marked(World.directory, disk).isEmpty)
    let report = try await world.store.purgeDeleted()
    #expect(report.eventCount > 0)
    #expect(try marked(World.directory, disk) == [])
    for store in [world.store, try World.store(on: disk.surviving())] {
      let after = try Answers(of: store)
      for name in [world.other.name, world.diary.name] {
        #expect(after.exports[name] == before.exports[name])
        #expect(after.logs[name] == before.logs[name])
      }
      var audit = World.audit
      _ = try audit.run(on: store)
      #expect(try store.check().isClean)
    }
    #expect(try await world.store.purgeDeleted() == PurgeReport())
  }

  @Test("can be done again and again, and history after it can be let go of")
  func again() async throws {
    let disk = PowerlessDisk()
    let world = try await fill(try World.store(on: disk))
    for round in 0..<3 {
      _ = try await world.store.purge(World.did, .public)
      #expect(try marked(World.directory, disk) == [])
      for index in 0..<30 {
        try await world.cut.commit([put("note/m\(index % 3)", "\(PurgeTests.marker) \(round)")])
        try await world.other.commit([put("note/k\(index)", "kept \(round)")])
      }
      try await world.cut.commit((0..<3).map { put("note/m\($0)", "clean") })
    }
    let before = try Answers(of: world.store)
    _ = try await world.store.compact(olderThan: .max)
    _ = try await world.store.purge(World.did, .public)
    _ = try await world.store.compact(olderThan: .max)
    #expect(try Answers(of: world.store).exports == before.exports)
    #expect(try world.store.check().isClean)
    #expect(try World.store(on: disk.surviving()).check().isClean)
  }

  @Test("lets other repos be written, and those who write this one go on after it")
  func whileOthersWrite() async throws {
    let disk = PowerlessDisk()
    let world = try await fill(try World.store(on: disk))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for repo in [world.cut, world.other, world.diary] {
        group.addTask {
          let folder = repo.space == .public ? "note" : "diary"
          for index in 0..<60 {
            try await repo.commit([put("\(folder)/w\(index)", "\(index)")])
            await Task.yield()
          }
        }
      }
      for _ in 0..<3 {
        _ = try await world.store.purge(World.did, .public)
        await Task.yield()
      }
      try await group.waitForAll()
    }
    for repo in [world.cut, world.other, world.diary] {
      #expect(try repo.snapshot().entries().keys.count { $0.contains("/w") } == 60)
    }
    for store in [world.store, try World.store(on: disk.surviving())] {
      var audit = World.audit
      _ = try audit.run(on: store)
      #expect(try store.check().isClean)
    }
  }

  @Test("survives a power cut at any operation whole, or not at all", arguments: [false, true])
  func powerCut(withIndex: Bool) async throws {
    var random = SplitMix64.printed("power cuts in purges")
    var fuse = 0
    while true {
      let scratch = Scratch()
      let index = withIndex ? scratch.path + "/index" : nil
      let disk = PowerlessDisk()
      var (isDone, before, head): (Bool, Answers, RepoHead)
      do {
        let world = try await fill(try World.store(on: disk, index: index))
        (isDone, before, head) = (false, try Answers(of: world.store), try world.cut.head)
        disk.setFuse(after: fuse)
        do {
          _ = try await world.store.purge(World.did, .public)
          isDone = true
        } catch {
          #expect(disk.isDead, "\(error)")
        }
        world.store.log.end()
      }
      // An index goes on with the life that opened it: no second one may begin with it.
      for _ in 0..<(withIndex ? 1 : scaled(2)) {
        let image = disk.crashed(&random)
        let store = try World.store(on: image, index: index)
        #expect(store.damage == nil)
        let world = World3(
          store: store, cut: try store.repo(World.did), other: try store.repo(World.otherDID),
          diary: try store.repo(World.did, .private))
        if try isDone || world.cut.log().count == 1 {
          try expectCut(world, before, head)
          #expect(try marked(World.directory, image) == [])
        } else {
          #expect(try Answers(of: store) == before)
          #expect(try store.check().isClean)
        }
        try await world.cut.commit([put("note/next", "next")])
        store.log.end()
      }
      if isDone && !disk.isDead { return }
      fuse += 1
    }
  }
}
