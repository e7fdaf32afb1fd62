// LexDiff.swift: `plaited lex diff`: what changed between two versions of schemas, and whom it
// hurts.
import ATSyntax
import ArgumentParser
import DAGCBOR
import Lexicon

struct LexDiff: Verb {
  static let configuration = verb(
    "diff", "Compare versions of schemas, and say what breaks.",
    """
    OLD and NEW are files, folders or NSIDs. With one of them, it is compared with what is \
    published, else with what the program has; with none, the store's folder lexicons/ is. The \
    exit status is 1 where a change breaks something: what was valid would be refused, or whoever \
    has the old version would refuse what is valid now. Such a schema needs a new NSID.
    """)
  static let examples = [
    Example("plaited lex diff", "what would publishing the store's own schemas change?"),
    Example("plaited lex diff old.json new.json", "two versions of a document"),
    Example("plaited lex diff v1/lexicons lexicons --json", "two folders, answered in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("[OLD] NEW", valueName: "old new"))
  var what: [String] = []

  func validate() throws {
    if what.count > 2 {
      throw ValidationError("two versions are compared, \(what.count) are named")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    let new = try new(job, schemas)
    let old =
      what.count == 2
      ? try job.documents([what[0]], schemas) : new.compactMap { schemas.known($0.id) }
    try refuseOthers(old, new)
    var breakingCount = 0
    try job.printer.openList("changes", SchemaChangeRow.columns)
    for change in SchemaDiff.changes(from: try Catalog(old), to: try Catalog(new)) {
      if change.isBreaking { breakingCount += 1 }
      let row = SchemaChangeRow(change)
      try job.printer.row(row.cells, row.value)
    }
    let count = job.printer.rowCount
    var answer = Answer(
      ["breaking": .count(breakingCount)],
      notes: [count == 0 ? "no difference" : "\(count) change(s), \(breakingCount) breaking"])
    if breakingCount > 0 { answer.status = .negative }
    return answer
  }

  private func new(_ job: Job, _ schemas: Schemas) throws -> [LexiconDocument] {
    if let last = what.last { return try job.documents([last], schemas) }
    return schemas.documents(of: .folder)
  }

  /// Two single documents must be versions of one.
  private func refuseOthers(_ old: [LexiconDocument], _ new: [LexiconDocument]) throws {
    guard old.count == 1, new.count == 1, old[0].id != new[0].id else { return }
    throw Complaint(
      .usage, "OtherSchema", what: "these are two schemas, not two versions of one",
      why: "one is \(old[0].id), the other \(new[0].id)",
      remedy: "name two documents with the same id")
  }
}

/// A difference as a row.
struct SchemaChangeRow {
  private let change: SchemaChange

  init(_ change: SchemaChange) { self.change = change }

  static let columns: [Column] = [
    .id("nsid"), .text("path"), .text("change"), .text("effect"),
  ]

  var cells: [Cell] {
    let effect = change.effect.sentence
    return [
      .id("\(change.document)"), .text(change.path), .text("\(change.kind)"),
      change.isBreaking ? .bad(effect) : .good(effect),
    ]
  }

  var value: CBORValue {
    [
      "nsid": .text(change.document), "path": .string(change.path),
      "change": .text(change.kind), "breaking": .bool(change.isBreaking),
      "effect": .string(change.effect.rawValue),
    ]
  }
}
