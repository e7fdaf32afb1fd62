// TimeTravelTests.swift: the past of a repo against a replay of its input in plain dictionaries.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

/// A repo's input, replayed by hand.
struct Replay {
  static let paths = (0..<6).map { World.path("app.example.note/\($0)") }
  static let texts = ["one", "two", "three"]

  var random: SplitMix64
  /// The records after each commit; the first is the empty repo.
  var states: [StoreAudit.Records] = [[:]]
  var revs: [TID] = []
  var ops: [[RepoOp]] = [[]]

  init(_ random: SplitMix64, from head: RepoHead) {
    self.random = random
    revs = [head.rev]
  }

  static func cid(_ text: String, at path: RecordPath) throws -> CID {
    try RecordDoor().encode(World.note(text), at: path).cid
  }

  /// One to three writes that can be done, and what they leave.
  mutating func writes() throws -> [RecordWrite] {
    var records = states[states.count - 1]
    var list: [RecordWrite] = []
    for path in Replay.paths.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
    {
      let text = Replay.texts[Int.random(in: 0..<3, using: &random)]
      let isThere = records[path.description] != nil
      let action: RecordWrite.Action
      switch (isThere, Int.random(in: 0..<3, using: &random)) {
      case (true, 0): action = .delete
      case (true, 1): action = .update(World.note(text))
      case (false, 0): action = .create(World.note(text))
      case (_, _): action = .put(World.note(text))
      }
      list.append(RecordWrite(path, action))
      records[path.description] = action == .delete ? nil : try Replay.cid(text, at: path)
    }
    note(records)
    return list
  }

  mutating func note(_ records: StoreAudit.Records) {
    ops.append(Replay.ops(from: states[states.count - 1], to: records))
    states.append(records)
  }

  /// The commit of the newest state was made, or none was needed.
  mutating func made(_ receipt: CommitReceipt) {
    if receipt.isNoOp {
      states.removeLast()
      ops.removeLast()
    } else {
      revs.append(receipt.head.rev)
    }
  }

  static func ops(from old: StoreAudit.Records, to new: StoreAudit.Records) -> [RepoOp] {
    Replay.paths.compactMap { path in
      let key = MSTKey(path)
      switch (old[path.description], new[path.description]) {
      case (nil, let cid?): return RepoOp(key, .create(cid))
      case (let before?, let cid?) where before != cid:
        return RepoOp(key, .update(cid, previous: before))
      case (let before?, nil): return RepoOp(key, .delete(previous: before))
      case (_, _): return nil
      }
    }
  }
}

@Suite("The past of a repo")
struct TimeTravelTests {
  private func world(_ random: SplitMix64) async throws -> (RepoStore, Repo, Replay) {
    let store = try World.store(on: PowerlessDisk())
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    return (store, repo, Replay(random, from: try repo.head))
  }

  @Test("is what a replay of the input says, at any rev")
  func replay() async throws {
    var (store, repo, replay) = try await world(.printed("time travel"))
    for _ in 0..<scaled(1_000) { replay.made(try await repo.commit(try replay.writes())) }
    #expect(store.status.segmentCount > 5)

    let log = try repo.log()
    #expect(log.map(\.head.rev) == replay.revs.reversed())
    #expect(log.map(\.ops) == replay.ops.reversed())
    for _ in 0..<scaled(50) {
      let (i, j) = (
        Int.random(in: replay.revs.indices, using: &replay.random),
        Int.random(in: replay.revs.indices, using: &replay.random)
      )
      let then = try repo.snapshot(at: replay.revs[i])
      #expect(then.head == log[log.count - 1 - i].head)
      try expectRecords(of: then, replay.states[i])
      let changes = try then.changes(to: try repo.snapshot(at: replay.revs[j]))
      #expect(changes == expectedChanges(replay.states[i], replay.states[j]))
      let three = Array(log.map(\.head).dropFirst(log.count - 1 - i).prefix(3))
      #expect(try repo.log(from: replay.revs[i], limit: 3).map(\.head) == three)
    }
    var audit = World.audit
    _ = try audit.run(on: store)
  }

  @Test("comes back by revert, as a new commit")
  func revert() async throws {
    var (store, repo, replay) = try await world(.printed("revert"))
    for _ in 0..<scaled(200) { replay.made(try await repo.commit(try replay.writes())) }
    for _ in 0..<scaled(50) {
      let index = Int.random(in: replay.revs.indices, using: &replay.random)
      let before = try repo.head
      let receipt = try await repo.revert(to: replay.revs[index])
      #expect(receipt.head.rev > before.rev)
      #expect(receipt.head.data == (try repo.snapshot(at: replay.revs[index]).head.data))
      #expect(try repo.log(limit: 1)[0].previousData == before.data)
      replay.note(replay.states[index])
      replay.made(receipt)
    }
    #expect(try repo.log().map(\.ops) == replay.ops.reversed())
    var audit = World.audit
    _ = try audit.run(on: store)
  }

  @Test("names no rev that was never committed")
  func noSuchRev() async throws {
    let (_, repo, _) = try await world(SplitMix64(seed: 1))
    let head = try repo.head
    let later = try TID(microseconds: head.rev.microseconds + 1, clockID: 0)
    #expect(throws: StoreError.noSuchRev(World.did, later)) { try repo.snapshot(at: later) }
    await #expect(throws: StoreError.noSuchRev(World.did, later)) {
      try await repo.revert(to: later)
    }
    #expect(try repo.log(from: later).map(\.head) == [head])
    #expect(try repo.log(limit: 0).isEmpty)
  }

  @Test("completes what a reader had: blocks at i and an export since i load at j")
  func since() async throws {
    var (_, repo, replay) = try await world(.printed("exports since"))
    for round in 0..<scaled(40) {
      if round % 4 == 3, let index = replay.revs.indices.randomElement(using: &replay.random) {
        let receipt = try await repo.revert(to: replay.revs[index])
        replay.note(replay.states[index])
        replay.made(receipt)
      } else {
        replay.made(try await repo.commit(try replay.writes()))
      }
    }
    let snapshots = try replay.revs.map { try repo.snapshot(at: $0) }
    let whole = try snapshots.map { try ReadCAR(try $0.exported()) }
    for j in snapshots.indices {
      for i in 0..<j {
        let sent = try ReadCAR(try snapshots[j].exported(since: snapshots[i]))
        #expect(sent.roots == [snapshots[j].head.commit])
        #expect(sent.order.count == sent.names.count)
        #expect(sent.names == whole[j].names.subtracting(whole[i].names), "\(i) to \(j)")
        let union = whole[i].blocks.merging(sent.blocks) { a, _ in a }
        var missing = 0
        try MST.verify(root: snapshots[j].head.data, in: BlockMap(union)) { _, cid in
          if union[cid] == nil { missing += 1 }
        }
        #expect(missing == 0)
      }
    }
  }

  private func expectRecords(
    of snapshot: RepoSnapshot, _ expected: StoreAudit.Records
  ) throws {
    #expect(try snapshot.entries() == expected)
    for path in Replay.paths {
      let record = try snapshot.record(at: path)
      #expect(record?.cid == expected[path.description])
      if let record { #expect(Digest(of: record.bytes) == record.cid.digest) }
    }
  }

  private func expectedChanges(
    _ old: StoreAudit.Records, _ new: StoreAudit.Records
  ) -> [MSTChange] {
    Replay.paths.compactMap { path in
      let (before, after) = (old[path.description], new[path.description])
      return before == after ? nil : MSTChange(key: MSTKey(path), old: before, new: after)
    }
  }
}
