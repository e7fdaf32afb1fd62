// LexGen.swift: `plaited lex gen`: the types of schemas, as source text.
import ATSyntax
import ArgumentParser
import DAGCBOR
import Lexicon

struct LexGen: Verb {
  static let configuration = verb(
    "gen", "Make the types of schemas.",
    """
    There is a file for each schema, and for each that it refers to: a type that reads a record \
    and writes it, in which fields that the schema does not have are kept. WHAT is an NSID, all \
    that begin so (app.example.*), a file or a folder.
    """)
  static let examples = [
    Example("plaited lex gen --swift app.example.note", "the Swift types of a schema"),
    Example(
      "plaited lex gen --swift 'app.example.*' --output Sources/Records",
      "those of a family, a file each, into a folder"),
    Example("plaited lex gen --swift note.json --json", "of a file, in an answer of JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("NSIDs, files or folders.", valueName: "what"))
  var what: [String]
  @Flag(name: .customLong("swift"), help: "Swift.")
  var isSwift = false
  @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var output: String?

  func validate() throws {
    guard isSwift else { throw ValidationError("name the language: --swift") }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let schemas = try job.schemas()
    let documents = try job.documents(what, schemas)
    let catalog = try schemas.catalog.adding(documents)
    let files: [SwiftFile]
    do throws(SwiftSourceError) {
      files = try catalog.swiftFiles(for: documents.map(\.id))
    } catch {
      throw Complaint(
        .negative, "NoTypes", what: "no types were made", why: "\(error)",
        remedy: "plaited lex check \(what.joined(separator: " "))")
    }
    guard let output else {
      let lines = files.flatMap { $0.text.split(separator: "\n", omittingEmptySubsequences: false) }
      return Answer(
        ["files": .array(files.map { value($0, text: $0.text) })],
        page: [.lines(lines.map { Piece.Line(String($0)) })])
    }
    let folder = job.desk.path(output)
    try Folder.makeAll(folder)
    try job.printer.openList("files", [.text("file"), .id("nsid")])
    for file in files {
      let path = "\(folder)/\(file.name)"
      let place = try ReplacingFile(path)
      try place.append(Array(file.text.utf8))
      try place.finish()
      try job.printer.row([.text(path), .id("\(file.document)")], value(file, path: path))
    }
    return Answer()
  }

  private func value(_ file: SwiftFile, text: String? = nil, path: String? = nil) -> CBORValue {
    .map(
      CBORMap(present: [
        "name": .string(file.name), "nsid": .text(file.document),
        "text": text.map { .string($0) }, "path": path.map { .string($0) },
      ]))
  }
}
