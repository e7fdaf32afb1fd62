// LexNew.swift: `plaited lex new`: the document of a new schema, from a template.
import ATSyntax
import ArgumentParser
import DAGCBOR
import Lexicon

struct LexNew: Verb {
  static let configuration = verb(
    "new", "Begin a schema from a template.",
    """
    The document goes where its NSID says, app/example/note.json for app.example.note, below the \
    store's folder lexicons/, where it holds from the next command on.
    """)
  static let examples = [
    Example("plaited lex new app.example.note", "a record type, known to this store at once"),
    Example(
      "plaited lex new app.example.profile --key literal:self", "one of which there is one record"),
    Example(
      "plaited lex new app.example.getNotes --type query --folder lexicons",
      "a method, in a folder of your own"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "The NSID of the new schema.") var nsid: String
  @Option(help: "record, query, procedure, subscription or definitions.")
  var type: LexiconTemplate = .record
  @Option(help: ArgumentHelp("Record keys: tid, nsid, any or literal:KEY.", valueName: "type"))
  var key = "tid"
  @Option(help: ArgumentHelp("The folder of the documents.", valueName: "dir"))
  var folder: String?
  @Flag(help: "Show the document, and write nothing.")
  var dryRun = false

  func validate() throws {
    guard RecordKeyType(key) != nil else {
      throw ValidationError("--key is tid, nsid, any or literal: and a record key")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let id = try NSID(nsid)
    let text = type.text(of: id, key: key)
    let root = try folder.map(job.desk.path) ?? storeFolder(job)
    let place = id.description.split(separator: ".").joined(separator: "/")
    let path = "\(root)/\(place).json"
    if Folder.isThere(path) {
      throw Complaint(
        .cannotCreate, "SchemaExists", what: "no schema was begun",
        why: "\(path) is there already", remedy: "plaited lex show \(path)")
    }
    if dryRun {
      return Answer(
        ["nsid": .text(id), "path": .string(path), "dryRun": true],
        page: [.lines(text.split(separator: "\n").map { Piece.Line(String($0)) })])
    }
    try Folder.makeAll(
      path.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast().joined(separator: "/"))
    let file = try ReplacingFile(path)
    try file.append(Array(text.utf8))
    try file.finish()
    return Answer(
      ["nsid": .text(id), "path": .string(path)],
      page: [.card(Card(["nsid": .id("\(id)"), "file": .text(path)]))],
      next: ["plaited lex check \(path)", "plaited lex publish \(path)"])
  }

  private func storeFolder(_ job: Job) throws -> String {
    if Folder.isThere(job.folder) { return job.schemaFolder }
    throw Complaint(
      .unavailable, "NoStore", what: "no schema was begun",
      why: "there is no store in \(job.folder) to begin it in",
      remedy: "plaited init, or name a folder with --folder")
  }
}

/// What a new document holds until somebody writes something better.
enum LexiconTemplate: String, ExpressibleByArgument, CaseIterable {
  case record, query, procedure, subscription, definitions

  /// The document's JSON, with a line feed at its end.
  func text(of id: NSID, key: String) -> String {
    """
    {
      "lexicon": 1,
      "id": "\(id)",
      "defs": {
    \(definitions(key: key))
      }
    }

    """
  }

  private func definitions(key: String) -> String {
    switch self {
    case .record: LexiconTemplate.recordText(key: key)
    case .query: LexiconTemplate.queryText
    case .procedure: LexiconTemplate.procedureText
    case .subscription: LexiconTemplate.subscriptionText
    case .definitions: LexiconTemplate.definitionsText
    }
  }

  private static func recordText(key: String) -> String {
    """
        "main": {
          "type": "record",
          "description": "What one record says.",
          "key": "\(key)",
          "record": {
            "type": "object",
            "required": ["text", "createdAt"],
            "properties": {
              "text": { "type": "string", "maxLength": 3000, "maxGraphemes": 300 },
              "createdAt": { "type": "string", "format": "datetime" }
            }
          }
        }
    """
  }

  private static let queryText = """
        "main": {
          "type": "query",
          "description": "What the answer says.",
          "parameters": {
            "type": "params",
            "properties": {
              "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50 },
              "cursor": { "type": "string", "maxLength": 512 }
            }
          },
          "output": {
            "encoding": "application/json",
            "schema": {
              "type": "object",
              "required": ["items"],
              "properties": {
                "cursor": { "type": "string", "maxLength": 512 },
                "items": {
                  "type": "array",
                  "maxLength": 100,
                  "items": { "type": "string", "format": "at-uri" }
                }
              }
            }
          }
        }
    """

  private static let procedureText = """
        "main": {
          "type": "procedure",
          "description": "What is done.",
          "input": {
            "encoding": "application/json",
            "schema": {
              "type": "object",
              "required": ["subject"],
              "properties": { "subject": { "type": "string", "format": "at-uri" } }
            }
          },
          "output": {
            "encoding": "application/json",
            "schema": {
              "type": "object",
              "required": ["uri"],
              "properties": { "uri": { "type": "string", "format": "at-uri" } }
            }
          }
        }
    """

  private static let subscriptionText = """
        "main": {
          "type": "subscription",
          "description": "What is told.",
          "parameters": {
            "type": "params",
            "properties": { "cursor": { "type": "integer", "minimum": 0 } }
          },
          "message": { "schema": { "type": "union", "refs": ["#event"] } }
        },
        "event": {
          "type": "object",
          "description": "One thing that happened.",
          "required": ["seq", "time"],
          "properties": {
            "seq": { "type": "integer", "minimum": 0 },
            "time": { "type": "string", "format": "datetime" }
          }
        }
    """

  private static let definitionsText = """
        "item": {
          "type": "object",
          "description": "What other schemas refer to.",
          "required": ["uri"],
          "properties": { "uri": { "type": "string", "format": "at-uri" } }
        }
    """
}
