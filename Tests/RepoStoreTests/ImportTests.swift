// ImportTests.swift: repos out of a store and into another.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import Testing

@testable import RepoStore

@Suite("Export and import")
struct ImportTests {
  static func export(_ repo: Repo, since rev: TID? = nil) throws -> [UInt8] {
    var car: [UInt8] = []
    let earlier = try rev.map { try repo.snapshot(at: $0) }
    try repo.snapshot().export(since: earlier) { car += $0 }
    return car
  }

  static func source(in scratch: Scratch, records: Int) async throws -> [UInt8] {
    let store = try World.store(in: scratch)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    for start in stride(from: 0, to: records, by: 100) {
      let writes = (start..<min(records, start + 100)).map { index in
        RecordWrite(
          World.path("app.example.note/n\(index)"), .create(World.note("text \(index % 7)")))
      }
      try await repo.commit(writes)
    }
    let car = try export(repo)
    try store.close()
    return car
  }

  static func importing(
    _ car: [UInt8], into store: RepoStore, chunk: Int = 10_000, signer: PublicKey? = nil
  ) async throws -> ImportReport {
    var rest = car[...]
    return try await store.importCAR(signer: signer) {
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst(chunk) }
      return Array(rest.prefix(chunk))
    }
  }

  @Test("a repo that is not here is adopted as it is, and exports the same bytes")
  func adopts() async throws {
    let (from, to) = (Scratch(), Scratch())
    let car = try await Self.source(in: from, records: 1_000)
    do {
      let store = try World.store(in: to)
      let report = try await Self.importing(car, into: store, signer: World.key.publicKey)
      #expect(report.isAdopted && report.recordCount == 1_000 && report.isSignatureChecked)
      let repo = try store.repo(World.did)
      #expect(try Self.export(repo) == car)
      #expect(try repo.snapshot().verify(signer: World.key.publicKey).isClean)
      #expect(store.status.lastSeq == .zero)
      await #expect(throws: StoreError.noSigningKey(World.did)) {
        try await repo.commit([])
      }
      try store.close()
    }
    let store = try World.store(in: to)
    #expect(try Self.export(try store.repo(World.did)) == car)
    #expect(try store.check().isClean)
    try await store.giveKey(World.key, to: World.did)
    let repo = try store.repo(World.did)
    try await repo.commit([
      RecordWrite(World.path("app.example.note/new"), .create(World.note("new")))
    ])
    #expect(try repo.snapshot().collections().map(\.count) == [1_001])
    #expect(store.status.lastSeq.rawValue == 5)
    try store.close()
  }

  @Test("an import into a repo that is here makes a new commit on the imported tree")
  func replaces() async throws {
    let (from, to) = (Scratch(), Scratch())
    let car = try await Self.source(in: from, records: 300)
    let store = try World.store(in: to)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    try await repo.commit([
      RecordWrite(World.path("app.example.note/gone"), .create(World.note("gone")))
    ])
    let before = try repo.head
    let report = try await Self.importing(car, into: store)
    #expect(!report.isAdopted)
    #expect(try repo.head.rev > before.rev)
    #expect(try repo.head == report.head)
    #expect(try repo.snapshot().collections().map(\.count) == [300])
    #expect(try repo.snapshot().verify(signer: World.key.publicKey).isClean)
    try await repo.commit([RecordWrite(World.path("app.example.note/n5"), .delete)])
    #expect(try repo.snapshot(at: before.rev).collections().map(\.count) == [1])
    #expect(try repo.log().count == 4)
    try store.close()
  }

  /// The sections of a CAR behind its header, the commit first.
  private static func sections(of car: [UInt8]) throws -> [(cid: CID, bytes: [UInt8])] {
    var reader = CARReader()
    reader.append(car)
    var sections: [(cid: CID, bytes: [UInt8])] = []
    while let item = try reader.next() {
      if case .block(let cid, let bytes, _) = item { sections.append((cid, bytes)) }
    }
    return sections
  }

  @Test(
    "blocks in the order of an export become the pack, in any other they are laid down again",
    arguments: ["as exported", "commit last", "reversed", "with a stranger", "twice"])
  func orders(_ order: String) async throws {
    let (from, to) = (Scratch(), Scratch())
    let car = try await Self.source(in: from, records: 700)
    var sections = try Self.sections(of: car)
    let commit = sections[0].cid
    switch order {
    case "commit last": sections.append(sections.removeFirst())
    case "reversed": sections.reverse()
    case "with a stranger": sections.insert((CID(of: [0xa0]), [0xa0]), at: 100)
    case "twice": sections += sections
    default: break
    }
    let store = try World.store(in: to)
    let report = try await Self.importing(
      CARWriter.file(roots: [commit], blocks: sections), into: store)
    #expect(report.head.commit == commit)
    let repo = try store.repo(World.did)
    #expect(try Self.export(repo) == car)
    #expect(try repo.snapshot().verify(signer: World.key.publicKey).isClean)
    #expect(try SystemDisk().names(in: to.store + "/packs") == ["0001.pack"])
    // What lies in the pack is the export, but for the header and the commit.
    let pack = try SystemDisk().open(to.store + "/packs/0001.pack", .reading)
    let body = try pack.bytes(at: LogFormat.pageByteCount, byteCount: car.count)
    #expect(Array(car.suffix(body.count)) == body)
    try store.close()
    let again = try World.store(in: to)
    #expect(try again.check().isClean)
    #expect(try Self.export(try again.repo(World.did)) == car)
    try again.close()
  }

  @Test("a refused import leaves nothing behind")
  func refuses() async throws {
    let (from, to) = (Scratch(), Scratch())
    let car = try await Self.source(in: from, records: 50)
    let store = try World.store(in: to)
    for cut in [10, car.count / 2, car.count - 1] {
      await #expect(throws: StoreError.self) {
        try await Self.importing(Array(car[..<cut]), into: store)
      }
    }
    await #expect(throws: StoreError.self) {
      try await Self.importing(car, into: store, signer: World.otherKey.publicKey)
    }
    #expect(store.repos.isEmpty)
    #expect(try SystemDisk().names(in: to.store + "/packs") == [])
    try store.close()
  }

  @Test("a proof says what is there, what is not, and that a range is whole")
  func proves() async throws {
    let scratch = Scratch()
    _ = try await Self.source(in: scratch, records: 500)
    let store = try World.store(in: scratch)
    let snapshot = try store.repo(World.did).snapshot()
    let path = World.path("app.example.note/n77")
    let proof = try RepoProof(car: try snapshot.proof(of: path))
    try proof.check(signer: World.key.publicKey)
    #expect(throws: RepoProofError.self) { try proof.check(signer: World.otherKey.publicKey) }
    #expect(try proof.record(at: path) == (try snapshot.record(at: path)))
    let absent = World.path("app.example.note/none")
    #expect(try RepoProof(car: try snapshot.proof(of: absent)).record(at: absent) == nil)
    let range = KeyRange.prefix("app.example.note/n1")
    let ranged = try RepoProof(car: try snapshot.proof(of: range))
    #expect(try ranged.records(in: range).count == 111)
    #expect(throws: RepoProofError.self) { try ranged.records(in: .all) }
    try store.close()
  }
}
