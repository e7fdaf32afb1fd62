// ReadAheadTests.swift: blocks read as they lie: the right ones, in few reads, and no damaged one.
import ATSyntax
import DAGCBOR
import Glibc
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Reading ahead")
struct ReadAheadTests {
  /// A store that has a repo of `count` notes in a pack, and a commit after it.
  private static func packed(
    _ count: Int, in scratch: Scratch, on disk: CountingDisk = CountingDisk()
  ) async throws -> (RepoStore, Repo) {
    let source = Scratch()
    let first = try World.store(in: source)
    let repo = try await first.createRepo(NewRepo(World.did, key: World.key))
    for start in stride(from: 0, to: count, by: 200) {
      let writes = (start..<min(count, start + 200)).map { index in
        // A few records of the same content, and one that is larger than a window.
        let text = index == 7 ? String(repeating: "x", count: 300_000) : "text \(index % 900)"
        return RecordWrite(World.path("app.example.note/k\(index)"), .create(World.note(text)))
      }
      try await repo.commit(writes)
    }
    var car: [UInt8] = []
    try repo.snapshot().export { car += $0 }
    try first.close()
    let options = World.options()
    let store = try RepoStore.open(
      scratch.store, options, Surroundings(disk: disk, clock: options.clock),
      RepoStore.Place(scratch.store))
    var rest = car[...]
    _ = try await store.importCAR {
      defer { rest = rest.dropFirst(1 << 16) }
      return rest.isEmpty ? nil : Array(rest.prefix(1 << 16))
    }
    try await store.giveKey(World.key, to: World.did)
    let imported = try store.repo(World.did)
    let path = World.path("app.example.note/late")
    try await imported.commit([RecordWrite(path, .create(World.note("late")))])
    return (store, imported)
  }

  private static func cids(of snapshot: RepoSnapshot) throws -> [CID] {
    var cids: [CID] = []
    var walk = snapshot.tree.blockWalk()
    while let block = try walk.next() {
      switch block {
      case .node(let cid, _), .record(_, let cid): cids.append(cid)
      }
    }
    return cids
  }

  @Test("finds every block in any order, from packs and segments")
  func anyOrder() async throws {
    let scratch = Scratch()
    let (store, repo) = try await ReadAheadTests.packed(1_000, in: scratch)
    let snapshot = try repo.snapshot()
    var random = SplitMix64.printed("orders of blocks")
    let cids = try ReadAheadTests.cids(of: snapshot)
    let orders = [cids, cids.reversed(), cids.shuffled(using: &random)]
    for order in orders {
      let reader = ReadAhead(snapshot.blocks)
      for cid in order {
        let block = try #require(try reader.block(cid))
        #expect(CID(of: block) == cid)
      }
    }
    #expect(try ReadAhead(snapshot.blocks).block(CID(of: [1])) == nil)
    try store.close()
  }

  @Test("goes along a pack in few reads")
  func fewReads() async throws {
    let scratch = Scratch()
    let disk = CountingDisk()
    let (store, repo) = try await ReadAheadTests.packed(5_000, in: scratch, on: disk)
    let before = disk.readCount
    var blockCount = 0
    var byteCount = 0
    blockCount = try repo.snapshot().export { byteCount += $0.count }
    // A read for each window, and some to get going again behind what lies elsewhere.
    let expected = 60 + byteCount / SectionWindow.byteCountMax
    #expect(blockCount > 2_000)
    #expect(disk.readCount - before <= expected, "\(byteCount) bytes in \(blockCount) blocks")
    try store.close()
  }

  @Test("gives out no block of a damaged pack that does not hash to its CID")
  func damage() async throws {
    let scratch = Scratch()
    let (store, repo) = try await ReadAheadTests.packed(400, in: scratch)
    let snapshot = try repo.snapshot()
    let cids = try ReadAheadTests.cids(of: snapshot)
    try store.close()
    var random = SplitMix64.printed("damaged packs")
    let path = scratch.store + "/packs/0001.pack"
    let disk = SystemDisk()
    let size = try disk.open(path, .reading).byteCount()
    for _ in 0..<scaled(20) {
      let offset = Int.random(in: LogFormat.pageByteCount..<size, using: &random)
      try ReadAheadTests.flip(path, at: offset)
      let again = try World.store(in: scratch)
      let damaged = try again.repo(World.did).snapshot()
      var refusedCount = 0
      let reader = ReadAhead(damaged.blocks)
      for cid in cids {
        do {
          if let block = try reader.block(cid) { #expect(CID(of: block) == cid) }
        } catch {
          refusedCount += 1
        }
      }
      #expect(refusedCount <= 1)
      if refusedCount == 1 {
        #expect(throws: StoreError.self) { try damaged.export { _ in } }
      }
      try again.close()
      try ReadAheadTests.flip(path, at: offset)
    }
  }

  private static func flip(_ path: String, at offset: Int) throws {
    let file = try SystemDisk().open(path, .writing)
    let byte = try file.bytes(at: offset, byteCount: 1)
    try file.write([byte[0] ^ 0x10], at: offset)
  }
}
