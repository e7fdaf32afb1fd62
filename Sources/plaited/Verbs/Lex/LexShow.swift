// LexShow.swift: `plaited lex show`: one schema, as its document.
import ArgumentParser
import DAGCBOR

struct LexShow: Verb {
  static let configuration = verb(
    "show", "A schema as its document.", "It may be known by its NSID, or be in a file.")
  static let examples = [
    Example("plaited lex show dev.joelclaw.system.log", "what a line of the log must be"),
    Example("plaited lex show app.example.note > note.json", "a published schema into a file"),
    Example("plaited lex show note.json --json", "a file, with where it comes from"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("An NSID or a file.", valueName: "nsid|file")) var what: String

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    let documents = try job.documents([what], schemas)
    guard let document = documents.first, documents.count == 1 else {
      throw Complaint(
        .usage, "UsageError", what: "\(what) holds \(documents.count) schemas",
        why: "one is shown at a time", remedy: "name a file in it, or an NSID")
    }
    let isKnown = schemas.catalog[document.id] == document
    let source = isKnown ? schemas.sources[document.id]?.rawValue : nil
    return Answer(
      CBORMap(present: [
        "nsid": .text(document.id), "source": .string(source ?? "file"),
        "document": document.json,
      ]),
      page: [.heading("\(document.id) (\(source ?? "file"))"), .json(document.json)],
      notes: schemas.notes, next: ["plaited lex lint \(what)"])
  }
}
