// LogKeys.swift: where in the repo the entries of the log belong.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

/// Finds the places of entries that are to be written together.
struct LogKeys {
  /// Entries of one microsecond whose hashes begin alike: far fewer than these.
  private static let stepCountMax = 10_000

  private let collection: NSID
  private let tree: MST
  /// What the entries before have taken.
  private var taken: [RecordPath: CID] = [:]

  init(_ snapshot: RepoSnapshot) throws {
    collection = try NSID(LogEntry.collection)
    tree = snapshot.tree
  }

  /// The place of an entry.
  enum Place {
    /// It is in the repo, or among the entries before.
    case known(RecordPath)
    case new(RecordPath)
  }

  /// Goes from the key that the entry asks for to the first that is free or its own.
  mutating func place(of entry: LogEntry) throws -> Place {
    let cid = CID(of: try CBOR.encode(entry.record))
    var key = try entry.key(cid)
    for _ in 0..<LogKeys.stepCountMax {
      let path = RecordPath(collection: collection, rkey: RecordKey(key))
      let found = try taken[path] ?? tree.value(of: MSTKey(path))
      if found == cid { return .known(path) }
      if found == nil {
        taken[path] = cid
        return .new(path)
      }
      key = try TID(microseconds: key.microseconds + 1, clockID: key.clockID)
    }
    throw Complaint(
      .conflict, "NoFreeKey", what: "an entry of the log has no place",
      why: "\(LogKeys.stepCountMax) keys from \(key) on are taken by others",
      remedy: "plaited repo get \(collection) --prefix \(String(key.description.prefix(9)))")
  }
}
