// SchemaShelf.swift: what the store asks about every record that is written: does its schema allow
// it?
//
// Schemas are read when they are first needed. The folder is read then and never again; published
// ones are looked at again with every commit of the owner's public repo, and read where they
// differ. Not here: what there are (Schemas), or the language (Lexicon).
import ATSyntax
import DAGCBOR
import Lexicon
import MST
import RepoStore
import Synchronization

final class SchemaShelf: Sendable {
  private struct State: Sendable {
    weak var store: RepoStore?
    var owner: DID?
    /// The commit whose published schemas are in `schemas`.
    var commit: CID?
    var published: [MSTEntry] = []
    /// Folders beside the store's.
    var folders: [String] = []
    /// The program's and the folders'.
    var resting: Schemas?
    var schemas: Schemas?
  }

  private let folder: String
  private let state = Mutex(State())

  /// - Parameter folder: the store's.
  init(_ folder: String) { self.folder = folder + "/lexicons" }

  /// Looks at the schemas that are published in `store` as well. The store is not kept alive.
  func look(in store: RepoStore) { state.withLock { $0.store = store } }

  /// Reads one more folder from now on, after the store's own.
  func add(folder: String) {
    state.withLock { state in
      state.folders.append(folder)
      (state.resting, state.schemas) = (nil, nil)
    }
  }

  /// What is known now.
  func schemas() throws -> Schemas {
    try state.withLock { state in try current(&state) }
  }

  /// The judge that a store is opened with.
  var judge: StoreOptions.Validate {
    { [self] path, record, validation throws(RecordRefusal) in
      do {
        return try schemas().catalog.check(
          record, in: path.collection, key: path.rkey, mode: validation)
      } catch let error as LexiconError {
        throw .schema(path: error.place, message: "\(error)")
      } catch {
        throw .schema(path: "", message: "the schemas cannot be read: \(error)")
      }
    }
  }

  private func current(_ state: inout State) throws -> Schemas {
    let resting = try state.resting ?? atRest(state.folders)
    state.resting = resting
    guard let owner = owner(&state) else { return resting }
    let snapshot = try owner.snapshot()
    if let schemas = state.schemas, snapshot.head.commit == state.commit { return schemas }
    let collection = try NSID(LexiconDocument.collection)
    var published: [MSTEntry] = []
    var walk = snapshot.tree.walk(.prefix("\(collection)/"))
    while let entry = try walk.next() { published.append(entry) }
    if let schemas = state.schemas, published == state.published {
      state.commit = snapshot.head.commit
      return schemas
    }
    var schemas = resting
    var records: [StoredRecord] = []
    var scan = snapshot.records(RecordQuery(collection))
    while let record = try scan.next() { records.append(record) }
    schemas.add(published: records)
    state.published = published
    state.commit = snapshot.head.commit
    state.schemas = schemas
    return schemas
  }

  private func atRest(_ more: [String]) throws(LexiconError) -> Schemas {
    var schemas = try Schemas.builtIn()
    for folder in [folder] + more { schemas.add(folder: folder) }
    return schemas
  }

  /// The public repo of the account that was made first; there is none yet in a new store.
  private func owner(_ state: inout State) -> Repo? {
    guard let store = state.store else { return nil }
    state.owner = state.owner ?? store.repos.min { $0.id < $1.id }?.did
    guard let owner = state.owner else { return nil }
    do throws(StoreError) {
      return try store.repo(owner)
    } catch {
      return nil  // it has no public repo
    }
  }
}

extension LexiconError {
  /// Where a value is at fault: a member that is missing, where it should be.
  var place: String {
    if case .data(.missing(let key)) = rule { "\(path)/\(key)" } else { path }
  }
}
