// SchemaProblem.swift: what is wrong with a document or a record, as a row.
import DAGCBOR
import Lexicon

/// A row of `lex check` and `lex lint`.
struct SchemaProblem {
  /// A file, an NSID, or the URI of a record.
  var name: String
  /// A JSON Pointer; empty for all of it.
  var path: String
  var message: String

  static let columns: [Column] = [.id("where"), .text("path"), .text("problem")]

  init(_ name: String, _ path: String, _ message: String) {
    self.name = name
    self.path = path
    self.message = message
  }

  init(_ name: String, _ error: LexiconError) {
    self.init(name, error.place, error.sentence)
  }

  var cells: [Cell] { [.id(name), .text(path), .text(message)] }

  var value: CBORValue {
    ["name": .string(name), "path": .string(path), "message": .string(message)]
  }
}

extension LexiconError {
  /// What is wrong, without where.
  var sentence: String {
    switch rule {
    case .schema(let rule): "\(rule)"
    case .data(let rule): "\(rule)"
    }
  }
}
