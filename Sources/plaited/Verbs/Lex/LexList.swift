// LexList.swift: `plaited lex list`: the schemas that are known here.
import ArgumentParser
import DAGCBOR

struct LexList: Verb {
  static let configuration = verb(
    "list", "The schemas that are known here, and where each comes from.",
    """
    There are those in the program, the documents in the store's folder lexicons/, and the \
    records of com.atproto.lexicon.schema. A published one replaces one of the folder, and both \
    replace one of the program.
    """)
  static let examples = [
    Example("plaited lex list", "all of them"),
    Example("plaited lex list dev.plaited", "those whose NSIDs begin so"),
    Example("plaited lex list --ndjson", "a JSON object a line"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("Only NSIDs that begin so.", valueName: "prefix"))
  var prefix = ""

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    try job.printer.openList(
      "schemas", [.id("nsid"), .text("type"), .text("source"), .text("description")])
    for document in schemas.catalog.documents {
      guard document.id.description.hasPrefix(prefix) else { continue }
      let source = schemas.sources[document.id]?.rawValue ?? ""
      try job.printer.row(
        [
          .id("\(document.id)"), .text(document.kind), .text(source),
          document.summary.map { .text($0) } ?? .absent,
        ],
        .map(
          CBORMap(present: [
            "nsid": .text(document.id), "type": .string(document.kind),
            "source": .string(source), "description": document.summary.map { .string($0) },
          ])))
    }
    return Answer(
      [:], notes: schemas.notes + (job.printer.rowCount == 0 ? ["no schema begins so"] : []),
      next: ["plaited lex show NSID"])
  }
}
