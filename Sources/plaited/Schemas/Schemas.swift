// Schemas.swift: the schemas that a command knows, and where each comes from.
//
// Three places, of which a later one replaces what an earlier one says of the same NSID: the
// documents in the program, the store's folder lexicons/, and the records of
// com.atproto.lexicon.schema in the owner's public repo. A document that is none, or that the
// others cannot bear, is left out and told. Not here: when they are read anew (SchemaShelf).
import ATSyntax
import DAGCBOR
import Lexicon
import RepoStore

struct Schemas: Sendable {
  /// Where a document comes from.
  enum Source: String, Sendable {
    case builtIn = "built-in"
    case folder
    case published
  }

  /// A document that is not used, and why.
  struct Fault: Sendable {
    /// A file below the folder, or the key of a record.
    var name: String
    var source: Source
    var error: LexiconError
  }

  private(set) var catalog = Catalog()
  private(set) var sources: [NSID: Source] = [:]
  /// What each place says, whether it is used or replaced.
  private(set) var documents: [Source: [NSID: LexiconDocument]] = [:]
  private(set) var faults: [Fault] = []

  /// - Throws: where the program's own documents cannot be read.
  static func builtIn() throws(LexiconError) -> Schemas {
    var schemas = Schemas()
    let documents = try BuiltInLexicons.documents()
    schemas.catalog = try Catalog(documents)
    schemas.note(documents, .builtIn)
    return schemas
  }

  /// Adds documents that can be used together; where they cannot, each that can be.
  mutating func add(_ documents: [(name: String, document: LexiconDocument)], _ source: Source) {
    let together = Result { () throws(LexiconError) in
      try catalog.adding(documents.map(\.document))
    }
    if case .success(let catalog) = together {
      self.catalog = catalog
      return note(documents.map(\.document), source)
    }
    // One of them is at fault: each is tried by itself.
    for (name, document) in documents {
      do throws(LexiconError) {
        catalog = try catalog.adding([document])
        note([document], source)
      } catch {
        faults.append(Fault(name: name, source: source, error: error))
      }
    }
  }

  /// Adds what the `.json` files below `folder` say; nothing where there is no folder.
  mutating func add(folder: String) {
    guard Folder.isThere(folder) else { return }
    do throws(LexiconError) {
      var documents: [(String, LexiconDocument)] = []
      for file in try Catalog.files(in: folder) {
        switch file.document {
        case .success(let document): documents.append((file.path, document))
        case .failure(let error):
          faults.append(Fault(name: file.path, source: .folder, error: error))
        }
      }
      add(documents, .folder)
    } catch {
      faults.append(Fault(name: folder, source: .folder, error: error))
    }
  }

  /// Adds published documents.
  mutating func add(published records: [StoredRecord]) {
    var documents: [(String, LexiconDocument)] = []
    for record in records {
      let key = record.path.rkey
      do throws(LexiconError) {
        documents.append((key.description, try LexiconDocument(record)))
      } catch {
        faults.append(Fault(name: key.description, source: .published, error: error))
      }
    }
    add(documents, .published)
  }

  private mutating func note(_ documents: [LexiconDocument], _ source: Source) {
    for document in documents {
      sources[document.id] = source
      self.documents[source, default: [:]][document.id] = document
    }
  }
}

extension LexiconDocument {
  /// A published document.
  init(_ record: StoredRecord) throws(LexiconError) {
    let value: CBORValue
    do throws(CBORError) {
      value = try record.value
    } catch {
      throw LexiconError(record.path.rkey.description, at: "", .schema(.encoding(error)))
    }
    try self.init(record: value, key: record.path.rkey)
  }
}

extension Schemas {
  /// What others know under an NSID: what was published, else what is in the program.
  func known(_ id: NSID) -> LexiconDocument? {
    documents[.published]?[id] ?? documents[.builtIn]?[id]
  }

  /// The documents of a place, in order.
  func documents(of source: Source) -> [LexiconDocument] {
    (documents[source] ?? [:]).values.sorted { $0.id < $1.id }
  }
}

extension LexiconDocument {
  /// The document as JSON, without what it has as a record alone.
  var json: CBORValue {
    var members = source
    members["$type"] = nil
    return .map(members)
  }

  /// What it defines first: `record`, `query`, …; `definitions` where nothing is called main.
  var kind: String { main?.typeName ?? "definitions" }

  /// What it says of itself.
  var summary: String? {
    definitions.first { $0.name == Reference.mainName }?.description ?? description
  }
}
