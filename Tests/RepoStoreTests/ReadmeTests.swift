// ReadmeTests.swift: the README's example, compiled, run, and compared with what the README says.
import ATCrypto
import ATSyntax
import DAGCBOR
import Foundation
import Lexicon
import RepoStore
import Testing

@Suite("The README")
struct ReadmeTests {
  @Test("the example reads, follows, exports and proves what it wrote")
  func example() async throws {
    let scratch = Scratch()
    let folder = scratch.store
    // README begins
    var options = StoreOptions()
    options.createsIfMissing = true
    let schemas = try Catalog(BuiltInLexicons.documents())  // yours: Catalog(folder: "lexicons")
    options.validate = { path, record, mode throws(RecordRefusal) in
      do throws(LexiconError) {
        return try schemas.check(record, in: path.collection, key: path.rkey, mode: mode)
      } catch {
        throw .schema(path: error.path, message: "\(error)")
      }
    }
    let store = try RepoStore.open(folder, options)

    let key = PrivateKey.generate(on: .k256)
    let did = try DID("did:web:me.example.com")
    let repo = try await store.createRepo(NewRepo(did, key: key))

    let path = try RecordPath("app.example.note/first")
    try await repo.commit([RecordWrite(path, .create(["text": "hello"]))])  // durable on return

    let now = try repo.snapshot()  // a value: what is written later does not change it
    let record = try now.record(at: path)

    var question = RecordQuery(try NSID("app.example.note"))
    question.conditions = [try Condition(parsing: "text~HELL")]
    var answer = now.records(question)
    while let note = try answer.next() { print(note.path, note.cid) }

    var events = store.events(after: .zero)  // the log from a cursor, oldest first
    while let event = try events.next() { print(event.lsn, event.frame.count) }

    var car: [UInt8] = []
    try now.export { car += $0 }  // everything, as one CAR

    let proof = try RepoProof(car: try now.proof(of: path))  // for someone without the store
    try proof.check(signer: key.publicKey)
    let proven = try proof.record(at: path)
    let report = try now.verify(signer: key.publicKey)  // every block, hashed again
    try store.close()
    // README ends
    #expect(try record?.value["text"] == "hello")
    #expect(proven == record)
    #expect(report.isClean && report.recordCount == 1)
    #expect(!car.isEmpty)
  }

  @Test("the README shows the example as it is compiled here")
  func isCurrent() throws {
    let here = URL(fileURLWithPath: #filePath)
    let readme = here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("README.md")
    let shown = try #require(
      try Self.section(of: readme, from: "```swift", to: "```"), "README.md has a Swift example")
    let compiled = try #require(
      try Self.section(of: here, from: "// README begins", to: "// README ends"))
    #expect(shown.filter { !$0.hasPrefix("import ") } == compiled)
  }

  /// The trimmed, non-empty lines between two marker lines.
  private static func section(of file: URL, from: String, to: String) throws -> [String]? {
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    guard let start = lines.firstIndex(of: from),
      let end = lines[(start + 1)...].firstIndex(of: to)
    else { return nil }
    return lines[(start + 1)..<end].filter { !$0.isEmpty }
  }
}
