// SchemaDoorTests.swift: what a store asks about schemas, and what it does with the answer.
import ATSyntax
import DAGCBOR
import Synchronization
import Testing

@testable import RepoStore

/// A judge that knows one collection, refuses one text, and remembers what it was asked.
private final class Judge: Sendable {
  private let asked = Mutex<[(RecordPath, ValidationMode)]>([])

  var questions: [(RecordPath, ValidationMode)] { asked.withLock { $0 } }

  var validate: StoreOptions.Validate {
    { [self] path, bytes, mode throws(RecordRefusal) in
      asked.withLock { $0.append((path, mode)) }
      let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      if text.contains("refused") {
        throw .schema(path: "/text", message: "lexicon x: /text is refused")
      }
      guard path.collection.description == "app.example.note" else {
        if mode == .required { throw .schema(path: "", message: "lexicon x: not known") }
        return .unknown
      }
      return .valid
    }
  }
}

@Suite("Schemas at the door of a store")
struct SchemaDoorTests {
  private let judge = Judge()
  private let scratch = Scratch()
  private let note = World.path("app.example.note/a")
  private let other = World.path("app.example.other/a")

  private func repo() async throws -> Repo {
    let judge = judge
    let store = try World.store(in: scratch) { $0.validate = judge.validate }
    return try await store.createRepo(NewRepo(World.did, key: World.key))
  }

  @Test("what is refused is not written, and says where")
  func refusal() async throws {
    let repo = try await repo()
    let head = try repo.head
    await #expect(
      throws: StoreError.record(
        note, .schema(path: "/text", message: "lexicon x: /text is refused"))
    ) {
      try await repo.commit([
        RecordWrite(other, .create(World.note("fine"))),
        RecordWrite(note, .create(World.note("refused"))),
      ])
    }
    #expect(try repo.head == head)
    try repo.store.close()
  }

  @Test("each write's answer stands at its place: valid, unknown, or nothing for a deletion")
  func statuses() async throws {
    let repo = try await repo()
    try await repo.commit([RecordWrite(World.path("app.example.note/b"), .create(["n": 1]))])
    let writes = [
      RecordWrite(other, .create(World.note("x"))),
      RecordWrite(World.path("app.example.note/b"), .delete),
      RecordWrite(note, .put(World.note("x"))),
      RecordWrite(World.path("app.example.note/c"), .put(["n": 1]), validation: .off),
    ]
    let expected: [ValidationStatus] = [.unknown, .absent, .valid, .absent]
    #expect(try repo.preview(writes).schemas == expected)
    #expect(try await repo.commit(writes).schemas == expected)
    try repo.store.close()
  }

  @Test("the judge hears how strictly it is asked, and is not asked at all for off")
  func modes() async throws {
    let repo = try await repo()
    try await repo.commit([
      RecordWrite(other, .create(["n": 1])),
      RecordWrite(note, .create(["n": 1]), validation: .required),
      RecordWrite(World.path("app.example.note/off"), .create(["t": "refused"]), validation: .off),
    ])
    #expect(judge.questions.map(\.0) == [other, note])
    #expect(judge.questions.map(\.1) == [.optimistic, .required])
    await #expect(throws: StoreError.self) {
      try await repo.commit([RecordWrite(other, .put(["n": 2]), validation: .required)])
    }
    try repo.store.close()
  }

  @Test("going back to a record that is refused now is refused, unless nobody is asked")
  func revert() async throws {
    let repo = try await repo()
    let old = try await repo.commit([
      RecordWrite(note, .create(["text": "refused"]), validation: .off)
    ])
    try await repo.commit([RecordWrite(note, .delete)])
    await #expect(throws: StoreError.self) { try await repo.revert(to: old.head.rev) }
    let back = try await repo.revert(to: old.head.rev, validation: .off)
    #expect(back.schemas == [.absent] && back.head.data == old.head.data)
    try repo.store.close()
  }

  @Test("an import asks about every record, and leaves nothing behind when one is refused")
  func imports() async throws {
    let repo = try await repo()
    try await repo.commit([
      RecordWrite(note, .create(["text": "refused"]), validation: .off),
      RecordWrite(other, .create(["n": 1])),
    ])
    var car: [UInt8] = []
    try repo.snapshot().export { car += $0 }
    try repo.store.close()
    let elsewhere = Scratch()
    let judge = Judge()
    let store = try World.store(in: elsewhere) { $0.validate = judge.validate }
    await #expect(throws: StoreError.self) { try await SchemaDoorTests.importing(car, store) }
    #expect(store.repos.isEmpty)
    let report = try await SchemaDoorTests.importing(car, store, .off)
    #expect(report.recordCount == 2 && report.schemaCounts == [:])
    try store.close()
    let lenient = Scratch()
    let third = try World.store(in: lenient) { $0.validate = { _, _, _ in .unknown } }
    #expect(try await SchemaDoorTests.importing(car, third).schemaCounts == [.unknown: 2])
    try third.close()
  }

  private static func importing(
    _ car: [UInt8], _ store: RepoStore, _ validation: ValidationMode = .optimistic
  ) async throws -> ImportReport {
    var rest: [UInt8]? = car
    return try await store.importCAR(validation: validation) {
      defer { rest = nil }
      return rest
    }
  }
}
