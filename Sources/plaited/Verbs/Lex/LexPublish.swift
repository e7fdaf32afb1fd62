// LexPublish.swift: `plaited lex publish`: schemas into the repo, where others find them.
//
// A schema is a record of com.atproto.lexicon.schema whose key is its NSID.
import ATSyntax
import ArgumentParser
import DAGCBOR
import Lexicon
import RepoStore

struct LexPublish: Verb {
  static let configuration = verb(
    "publish", "Put schemas into the repo, as records that others can read.",
    """
    WHAT is a file, a folder or an NSID; without it, all documents of the store's folder lexicons/ \
    are published. One that breaks what is published under its NSID is refused.
    """)
  static let examples = [
    Example("plaited lex publish", "the schemas of the store's folder"),
    Example("plaited lex publish lexicons --dry-run", "say what would be written"),
    Example(
      "plaited lex publish note.json --allow-breaking",
      "a version that breaks the one before, where nobody has read it yet"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("Files, folders or NSIDs.", valueName: "what"))
  var what: [String] = []
  @Option(help: ArgumentHelp("Whose repo (else the owner's).", valueName: "did|handle"))
  var repo: String?
  @Flag(help: "Publish changes that break what was published.")
  var allowBreaking = false
  @Option(
    help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store(StoreWish(clock: clock))
    let schemas = try job.schemas()
    let documents =
      what.isEmpty ? schemas.documents(of: .folder) : try job.documents(what, schemas)
    guard !documents.isEmpty else {
      throw Complaint(
        .negative, "NothingToPublish", what: "there is no schema to publish",
        why: "\(job.schemaFolder) holds none", remedy: "plaited lex new app.example.note")
    }
    _ = try schemas.catalog.adding(documents)
    if !allowBreaking { try refuseBreaking(documents, schemas) }
    let target = try store.repo(store.account(repo))
    let collection = try NSID(LexiconDocument.collection)
    let writes = try documents.map { document in
      let path = RecordPath(collection: collection, rkey: try RecordKey(document.id.description))
      return RecordWrite(path, .put(document.record), validation: .required)
    }
    return try await write(writes, to: target, &job)
  }

  private func refuseBreaking(_ documents: [LexiconDocument], _ schemas: Schemas) throws {
    for document in documents {
      guard let old = schemas.documents[.published]?[document.id] else { continue }
      let changes = SchemaDiff.changes(from: old, to: document).filter(\.isBreaking)
      guard let first = changes.first else { continue }
      let more = changes.count > 1 ? ", and \(changes.count - 1) more" : ""
      throw Complaint(
        .negative, "BreakingChange", what: "nothing was published", why: "\(first)\(more)",
        remedy: "give it a new NSID; or, where nobody has read it yet, --allow-breaking")
    }
  }

  private func write(
    _ writes: [RecordWrite], to repo: Repo, _ job: inout Job
  ) async throws -> Answer {
    try job.printer.openList("schemas", [.id("nsid"), .text("was"), .id("cid")])
    var head: RepoHead?
    var rest = writes[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(StoreLimit.writesPerCommit.rawValue))
      rest = rest.dropFirst(batch.count)
      let results: [WriteResult]
      if dryRun {
        results = try repo.preview(batch).results
      } else {
        let receipt = try await repo.commit(batch)
        (results, head) = (receipt.results, receipt.head)
      }
      for (write, result) in zip(batch, results) {
        let cid = result.cid
        try job.printer.row(
          [.id("\(write.path.rkey)"), .good(result.name), cid.map { .id("\($0)") } ?? .absent],
          .map(
            CBORMap(present: [
              "nsid": .text(write.path.rkey), "action": .string(result.name),
              "cid": cid.map { .text($0) },
            ])))
      }
    }
    var members = head?.members ?? [:]
    if dryRun { members["dryRun"] = true }
    return Answer(members, next: ["plaited repo get \(LexiconDocument.collection)"])
  }
}
