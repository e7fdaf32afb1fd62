// SchemaNames.swift: the schemas that the words of a command line name: a file, a folder, an NSID.
import ATSyntax
import DAGCBOR
import Glibc
import Lexicon
import RepoStore

/// A document that a command line names.
struct NamedLexicon {
  /// A file, or an NSID.
  var name: String
  /// The document, or what is wrong with it.
  var document: Result<LexiconDocument, LexiconError>
}

extension Job {
  /// The schemas that are known here. Without a store there are the program's.
  func schemas() throws -> Schemas {
    if door.hasStore || Folder.isThere("\(folder)/log") { _ = try store() }
    return try door.schemas.schemas()
  }

  /// The folder in which the store's own documents are.
  var schemaFolder: String { "\(folder)/lexicons" }

  /// The documents that a word names (`app.example.*` names all that begin so), each with what is
  /// wrong with it.
  func lexicons(_ word: String, _ schemas: Schemas) throws -> [NamedLexicon] {
    let path = desk.path(word)
    if Folder.isFolder(path) {
      return try Catalog.files(in: path).map {
        NamedLexicon(name: "\(word)/\($0.path)", document: $0.document)
      }
    }
    if Folder.isThere(path) || word.hasSuffix(".json") {
      let text = try ReadableFile(path).inlet.all(upTo: LexiconLimits.documentByteCountMax)
      let document = Result { () throws(LexiconError) in
        try LexiconDocument(json: text, name: word)
      }
      return [NamedLexicon(name: word, document: document)]
    }
    if word.hasSuffix(".*") {
      let family = schemas.catalog.documents.filter {
        $0.id.description.hasPrefix(word.dropLast())
      }
      if !family.isEmpty {
        return family.map { NamedLexicon(name: "\($0.id)", document: .success($0)) }
      }
    }
    return [NamedLexicon(name: word, document: .success(try schemas.document(word)))]
  }

  /// The documents that words name; the first that is none is the error.
  func documents(_ words: [String], _ schemas: Schemas) throws -> [LexiconDocument] {
    try words.flatMap { try lexicons($0, schemas).map { try $0.document.get() } }
  }
}

extension Schemas {
  /// - Throws: `SchemaNotFound`, naming the nearest.
  func document(_ name: String) throws -> LexiconDocument {
    let family = name.hasSuffix(".*")
    if !family, let document = catalog[try NSID(name)] { return document }
    let names = catalog.documents.map(\.id.description)
    throw Complaint(
      .negative, "SchemaNotFound", what: "there is no schema \(name)",
      why: "\(names.count) are known, and it is none of them",
      remedy: Nearest.word(to: name, among: names).map { "plaited lex show \($0)" }
        ?? "plaited lex list")
  }

  /// The notes about documents that are not used.
  var notes: [String] {
    faults.map { "not used: \($0.source.rawValue) \($0.name): \($0.error)" }
  }
}

extension Folder {
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it that are missing.
  static func makeAll(_ path: String) throws {
    var made = path.hasPrefix("/") ? "" : "."
    for name in path.split(separator: "/") {
      made += "/\(name)"
      if !isThere(made) { try make(made) }
    }
  }
}
