// WriteSemanticsTests.swift: what writes amount to, case by case: protocol.md, section 12.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("The writes of a commit")
struct WriteSemanticsTests {
  private static let a = World.path("app.example.note/a")
  private static let b = World.path("app.example.note/b")

  private static func cid(_ text: String) -> CID {
    try! RecordDoor().encode(World.note(text), at: a).cid
  }

  /// A repo that holds "old" at `a`, and nothing at `b`.
  private func world(_ policy: RepoPolicy = RepoPolicy()) async throws -> Repo {
    let store = try World.store(on: PowerlessDisk())
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key, policy: policy))
    try await repo.commit([RecordWrite(Self.a, .create(World.note("old")))])
    return repo
  }

  /// A batch, and what is to come of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var writes: [RecordWrite]
    var results: [WriteResult]
    var ops: [RepoOp]
    var isNoOp = false

    init(
      _ name: String, _ writes: [RecordWrite], _ results: [WriteResult], ops: [RepoOp] = [],
      isNoOp: Bool = false
    ) {
      testDescription = name
      (self.writes, self.results, self.ops, self.isNoOp) = (writes, results, ops, isNoOp)
    }
  }

  private static let old = cid("old")
  private static let new = cid("new")
  private static func write(
    _ path: RecordPath, _ action: RecordWrite.Action, _ swap: RecordWrite.SwapRecord = .any
  ) -> RecordWrite { RecordWrite(path, action, swapRecord: swap) }
  private static func note(_ text: String) -> CBORValue { World.note(text) }

  static let cases: [Case] = [
    Case(
      "create makes a record", [write(b, .create(note("new")))], [.created(new)],
      ops: [RepoOp(MSTKey(b), .create(new))]),
    Case(
      "put makes a record", [write(b, .put(note("new")))], [.created(new)],
      ops: [RepoOp(MSTKey(b), .create(new))]),
    Case(
      "put changes a record", [write(a, .put(note("new")))], [.updated(new, previous: old)],
      ops: [RepoOp(MSTKey(a), .update(new, previous: old))]),
    Case(
      "update changes a record", [write(a, .update(note("new")))], [.updated(new, previous: old)],
      ops: [RepoOp(MSTKey(a), .update(new, previous: old))]),
    Case(
      "delete removes a record", [write(a, .delete)], [.deleted(previous: old)],
      ops: [RepoOp(MSTKey(a), .delete(previous: old))]),
    Case(
      "the same put again is no commit", [write(a, .put(note("old")))], [.unchanged(old)],
      isNoOp: true),
    Case(
      "the same put wins over its swap", [write(a, .put(note("old")), .absent)], [.unchanged(old)],
      isNoOp: true),
    Case(
      "deleting what is not there is no commit", [write(b, .deleteIfPresent)],
      [.unchanged(nil)], isNoOp: true),
    Case(
      "deleting what is not there wins over its swap", [write(b, .deleteIfPresent, .cid(old))],
      [.unchanged(nil)], isNoOp: true),
    Case(
      "an update to the same is an empty commit", [write(a, .update(note("old")))],
      [.unchanged(old)]),
    Case("no writes are an empty commit", [], []),
    Case(
      "create and delete is an empty commit", [write(b, .create(note("new"))), write(b, .delete)],
      [.created(new), .deleted(previous: new)]),
    Case(
      "delete and create is an update", [write(a, .delete), write(a, .create(note("new")))],
      [.deleted(previous: old), .created(new)],
      ops: [RepoOp(MSTKey(a), .update(new, previous: old))]),
    Case(
      "delete and create of the same is an empty commit",
      [write(a, .delete), write(a, .create(note("old")))],
      [.deleted(previous: old), .created(old)]),
    Case(
      "there and back is an empty commit",
      [write(a, .put(note("new"))), write(a, .put(note("old")))],
      [.updated(new, previous: old), .updated(old, previous: new)]),
    Case(
      "the last state of a path decides",
      [write(b, .create(note("x"))), write(b, .update(note("new")))],
      [.created(cid("x")), .updated(new, previous: cid("x"))],
      ops: [RepoOp(MSTKey(b), .create(new))]),
    Case(
      "a swap is judged on what the writes before leave",
      [write(b, .create(note("x")), .absent), write(b, .update(note("new")), .cid(cid("x")))],
      [.created(cid("x")), .updated(new, previous: cid("x"))],
      ops: [RepoOp(MSTKey(b), .create(new))]),
    Case(
      "operations come in key order", [write(b, .create(note("new"))), write(a, .delete)],
      [.created(new), .deleted(previous: old)],
      ops: [
        RepoOp(MSTKey(a), .delete(previous: old)), RepoOp(MSTKey(b), .create(new)),
      ]),
    Case(
      "one no-op among others changes nothing of them",
      [write(a, .put(note("old"))), write(b, .put(note("new")))], [.unchanged(old), .created(new)],
      ops: [RepoOp(MSTKey(b), .create(new))]),
  ]

  @Test("amount to their net effect", arguments: cases)
  func effect(_ test: Case) async throws {
    let repo = try await world()
    let before = try repo.head
    let receipt = try await repo.commit(test.writes)
    #expect(receipt.results == test.results)
    #expect(receipt.isNoOp == test.isNoOp)
    #expect(receipt.opCount == test.ops.count)
    #expect(try repo.head == receipt.head)
    if test.isNoOp {
      #expect(receipt.head == before)
    } else {
      let newest = try repo.log(limit: 1)[0]
      #expect(newest.head == receipt.head)
      #expect(newest.ops == test.ops)
      #expect(newest.previousData == before.data)
      #expect((receipt.head.data == before.data) == test.ops.isEmpty)
      #expect(receipt.head.rev > before.rev)
    }
    var audit = World.audit
    _ = try audit.run(on: repo.store)
  }

  static let refusals: [(String, [RecordWrite], StoreError)] = [
    ("create of what is there", [write(a, .create(note("new")))], .recordExists(a)),
    ("create of the same", [write(a, .create(note("old")))], .recordExists(a)),
    ("update of what is not there", [write(b, .update(note("new")))], .noRecord(b)),
    ("delete of what is not there", [write(b, .delete)], .noRecord(b)),
    (
      "a second create of a path", [write(b, .create(note("x"))), write(b, .create(note("y")))],
      .recordExists(b)
    ),
    ("delete twice", [write(a, .delete), write(a, .delete)], .noRecord(a)),
    (
      "put over another record", [write(a, .put(note("new")), .cid(new))],
      .recordMoved(a, expected: new, found: old)
    ),
    (
      "put where none should be", [write(a, .put(note("new")), .absent)],
      .recordMoved(a, expected: nil, found: old)
    ),
    (
      "put where one should be", [write(b, .put(note("new")), .cid(old))],
      .recordMoved(b, expected: old, found: nil)
    ),
    (
      "delete of another record", [write(a, .delete, .cid(new))],
      .recordMoved(a, expected: new, found: old)
    ),
    (
      "one refusal among good writes",
      [write(b, .create(note("x"))), write(a, .create(note("y")))],
      .recordExists(a)
    ),
  ]

  @Test("are refused whole", arguments: refusals.indices)
  func refusal(_ index: Int) async throws {
    let (name, writes, error) = Self.refusals[index]
    let repo = try await world()
    let before = try Answers(of: repo.store)
    await #expect(throws: error, "\(name)") { try await repo.commit(writes) }
    #expect(try Answers(of: repo.store) == before)
    try await expectNextWorks(repo)
  }

  /// The next commit does as if nothing had been asked before.
  private func expectNextWorks(_ repo: Repo) async throws {
    let before = try repo.snapshot().entries()
    try await repo.commit([Self.write(Self.b, .put(World.note("next")))])
    var after = before
    after[Self.b.description] = Self.cid("next")
    #expect(try repo.snapshot().entries() == after)
    var audit = World.audit
    _ = try audit.run(on: repo.store)
  }

  @Test("with another head than was asked for are refused, unless they are none")
  func swapCommit() async throws {
    let repo = try await world()
    let first = try #require(try repo.log().last?.head.commit)
    let head = try repo.head.commit
    await #expect(throws: StoreError.headMoved(World.did, expected: first, found: head)) {
      try await repo.commit([Self.write(Self.b, .put(World.note("x")))], swapCommit: first)
    }
    let receipt = try await repo.commit(
      [Self.write(Self.a, .put(World.note("old")))], swapCommit: first)
    #expect(receipt.isNoOp)
    try await repo.commit([Self.write(Self.b, .put(World.note("x")))], swapCommit: head)
    try await expectNextWorks(repo)
  }

  @Test("that change nothing name the head that they were judged on, when it is durable")
  func noOpAfterDraft() async throws {
    let repo = try await world()
    let first = try repo.enqueue([Self.write(Self.a, .put(World.note("new")))])
    let second = try repo.enqueue([Self.write(Self.a, .put(World.note("new")))])
    let third = try repo.enqueue([Self.write(Self.a, .create(World.note("new")))])
    #expect(second.outcome == nil && third.outcome == nil)
    repo.store.queue.drive()
    let head = try await first.durable.head
    #expect(try await second.durable.isNoOp)
    #expect(try await second.durable.head == head)
    await #expect(throws: StoreError.recordExists(Self.a)) { try await third.durable }
    try await expectNextWorks(repo)
  }

  @Test("leave append-only collections to grow")
  func appendOnly() async throws {
    let repo = try await world(RepoPolicy(appendOnlyCollections: ["app.example.*"]))
    let first = try repo.head.rev
    for action in [.put(World.note("new")), .update(World.note("new")), .delete, .deleteIfPresent]
      as [RecordWrite.Action]
    {
      await #expect(throws: StoreError.appendOnly(Self.a)) {
        try await repo.commit([Self.write(Self.a, action)])
      }
    }
    await #expect(throws: StoreError.appendOnly(Self.a)) {
      try await repo.commit([
        Self.write(Self.a, .delete), Self.write(Self.a, .create(World.note("old"))),
      ])
    }
    #expect(try await repo.commit([Self.write(Self.a, .put(World.note("old")))]).isNoOp)
    try await repo.commit([Self.write(Self.b, .create(World.note("x")))])
    await #expect(throws: StoreError.appendOnly(Self.b)) { try await repo.revert(to: first) }
  }

  @Test("go to the tree in which their collection is kept")
  func wrongSpace() async throws {
    let repo = try await world(World.policy)
    let diary = World.path("app.example.diary/1")
    let tree = try await repo.store.createRepo(NewRepo(World.did, .private, key: World.key))
    await #expect(throws: StoreError.wrongSpace(diary.collection, belongsTo: .private)) {
      try await repo.commit([Self.write(diary, .create(World.note("x")))])
    }
    await #expect(throws: StoreError.wrongSpace(Self.b.collection, belongsTo: .public)) {
      try await tree.commit([Self.write(Self.b, .create(World.note("x")))])
    }
    #expect(try await tree.commit([Self.write(diary, .create(World.note("x")))]).head.seq == nil)
    try await expectNextWorks(repo)
  }
}
