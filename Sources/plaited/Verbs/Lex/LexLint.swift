// LexLint.swift: `plaited lex lint`: what is allowed in a schema, and will be regretted.
import ArgumentParser
import DAGCBOR
import Lexicon

struct LexLint: Verb {
  static let configuration = verb(
    "lint", "Say what in a schema deserves a second look.",
    """
    A finding is no error: the schema holds. Without WHAT, the documents of the store's folder and \
    the published ones are looked at.
    """)
  static let examples = [
    Example("plaited lex lint", "the schemas of this store"),
    Example("plaited lex lint lexicons/app/example/note.json", "one file"),
    Example("plaited lex lint lexicons --json", "a folder, answered in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("Files, folders or NSIDs.", valueName: "what"))
  var what: [String] = []

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    let documents =
      what.isEmpty
      ? schemas.documents(of: .folder) + schemas.documents(of: .published)
      : try job.documents(what, schemas)
    let catalog = try schemas.catalog.adding(documents)
    let ids = Set(documents.map(\.id))
    try job.printer.openList("findings", SchemaProblem.columns)
    for finding in catalog.lint() where ids.contains(finding.document) {
      let problem = SchemaProblem(
        finding.document.description, finding.path, finding.rule.description)
      try job.printer.row(problem.cells, problem.value)
    }
    let count = job.printer.rowCount
    var answer = Answer(
      ["documents": .count(ids.count)],
      notes: ["\(ids.count) document(s), \(count) finding(s)"])
    if count > 0 { answer.status = .negative }
    return answer
  }
}
