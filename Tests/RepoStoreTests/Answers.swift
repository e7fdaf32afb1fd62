// Answers.swift: reading CARs and repos of a store into plain values, for tests to compare.
import ATSyntax
import DAGCBOR
import MST

@testable import RepoStore

/// A CAR as a test looks at it.
struct ReadCAR {
  var roots: [CID] = []
  var blocks: [CID: [UInt8]] = [:]
  /// The CIDs in the order of the file.
  var order: [CID] = []

  init(_ bytes: [UInt8]) throws {
    var reader = CARReader()
    reader.append(bytes)
    while let item = try reader.next() {
      switch item {
      case .header(let roots): self.roots = roots
      case .block(let cid, let block, _):
        blocks[cid] = block
        order.append(cid)
      }
    }
    try reader.finish()
  }

  var names: Set<CID> { Set(blocks.keys) }
}

extension RepoSnapshot {
  func exported(since earlier: RepoSnapshot? = nil) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try export(since: earlier) { bytes += $0 }
    return bytes
  }

  /// The CIDs of the records, by path.
  func entries() throws -> StoreAudit.Records {
    var entries: StoreAudit.Records = [:]
    var walk = tree.walk()
    while let entry = try walk.next() { entries[entry.key.description] = entry.value }
    return entries
  }
}

/// Everything that a store answers about itself, as values.
struct Answers: Equatable {
  var exports: [RepoName: [UInt8]] = [:]
  var logs: [RepoName: [CommitSummary]] = [:]
  var frames: [[UInt8]] = []
  var cursors: [LSN] = []

  init(of store: RepoStore) throws {
    for status in store.repos {
      let repo = try store.repo(status.did, status.space)
      exports[status.name] = try repo.snapshot().exported()
      logs[status.name] = try repo.log()
    }
    var reader = store.events(after: .zero, streams: [.public, .private])
    while let event = try reader.next() { frames.append(event.frame) }
    // After the last event the cursor is the log's end, which a clean close moves.
    cursors = try (0..<store.status.lastSeq.rawValue).map {
      try store.cursor(after: Seq(rawValue: $0))
    }
  }
}
