// LexCheck.swift: `plaited lex check`: are documents schemas, and do the stored records keep them?
import ATSyntax
import ArgumentParser
import DAGCBOR
import Lexicon
import RepoStore

struct LexCheck: Verb {
  static let configuration = verb(
    "check", "Say everything that is wrong with schemas, or with stored records by them.",
    """
    WHAT is a file, a folder or an NSID; without it, the documents of the store's folder and the \
    published ones are checked, together with those of the program. With --against-store, every \
    record of their types is held to them, in both trees: what a stricter schema would refuse is \
    found before it is published.
    """)
  static let examples = [
    Example("plaited lex check", "the schemas of this store"),
    Example("plaited lex check lexicons", "every file of a folder"),
    Example(
      "plaited lex check note.json --against-store",
      "which stored records would this version refuse?"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("Files, folders or NSIDs.", valueName: "what"))
  var what: [String] = []
  @Flag(help: "Hold the stored records to them.")
  var againstStore = false
  @Option(help: ArgumentHelp("Whose records (else the owner's).", valueName: "did|handle"))
  var repo: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    try job.printer.openList("problems", SchemaProblem.columns)
    var documents: [LexiconDocument] = []
    var count = 0
    for word in what {
      for file in try job.lexicons(word, schemas) {
        count += 1
        switch file.document {
        case .success(let document): documents.append(document)
        case .failure(let error): try tell(SchemaProblem(file.name, error), &job)
        }
      }
    }
    if what.isEmpty {
      for fault in schemas.faults { try tell(SchemaProblem(fault.name, fault.error), &job) }
      documents = schemas.catalog.documents
      count = documents.count + schemas.faults.count
    }
    let catalog = try together(documents, with: schemas, &job)
    var members: CBORMap = ["documents": .count(count)]
    if againstStore {
      members["records"] = .count(try checkRecords(of: documents, by: catalog, &job))
    }
    return answer(members, problemCount: job.printer.rowCount)
  }

  private func answer(_ members: CBORMap, problemCount: Int) -> Answer {
    var parts = ["\(members["documents"]?.countText ?? "0") document(s)"]
    if let records = members["records"] { parts.append("\(records.countText) record(s)") }
    parts.append("\(problemCount) problem(s)")
    var answer = Answer(members, notes: [parts.joined(separator: ", ")])
    if problemCount > 0 { answer.status = .negative }
    return answer
  }

  private func tell(_ problem: SchemaProblem, _ job: inout Job) throws {
    try job.printer.row(problem.cells, problem.value)
  }

  /// The documents beside what is known; those that cannot be borne are told and left out.
  private func together(
    _ documents: [LexiconDocument], with schemas: Schemas, _ job: inout Job
  ) throws -> Catalog {
    do throws(LexiconError) {
      let catalog = try schemas.catalog.adding(documents)
      let ids = Set(documents.map(\.id))
      let names = what.isEmpty ? [] : catalog.unresolved.filter { ids.contains($0.document) }
      for name in names {
        try job.noteUnresolved(name)
      }
      return catalog
    } catch {
      try tell(SchemaProblem(error.document, error), &job)
      return schemas.catalog
    }
  }

  /// Holds every stored record of the documents' types to them.
  /// - Returns: how many there were.
  private func checkRecords(
    of documents: [LexiconDocument], by catalog: Catalog, _ job: inout Job
  ) throws -> Int {
    let store = try job.store()
    let did = try store.account(repo)
    let meter = Meter("checking", "records", for: job)
    var count = 0
    for status in store.repos.filter({ $0.did == did }).sorted(by: { $0.id < $1.id }) {
      let snapshot = try store.repo(did, status.space).snapshot()
      let collections = Set(try snapshot.collectionNames())
      for document in documents where collections.contains(document.id) {
        guard case .record? = document.main else { continue }
        var scan = snapshot.records(RecordQuery(document.id))
        while let record = try scan.next() {
          count += 1
          try meter.reached(count)
          try check(record, of: did, by: catalog, &job)
        }
      }
    }
    try meter.finish()
    return count
  }

  private func check(
    _ record: StoredRecord, of did: DID, by catalog: Catalog, _ job: inout Job
  ) throws {
    let path = record.path
    do throws(LexiconError) {
      _ = try catalog.check(record.bytes, in: path.collection, key: path.rkey)
    } catch {
      try tell(SchemaProblem("\(ATURI(authority: .did(did), path: path))", error), &job)
    }
  }
}

extension Job {
  /// A reference into a schema that is not here: no fault, since it may be elsewhere.
  fileprivate func noteUnresolved(_ name: Catalog.UnresolvedReference) throws(LexiconError) {
    do {
      try note("\(name.document) \(name.path): \(name.reference) is not known here")
    } catch {
      return  // nobody reads the notes
    }
  }
}

extension CBORValue {
  fileprivate var countText: String {
    if case .integer(let number) = self { Amount.grouped(Int(number)) } else { "?" }
  }
}
