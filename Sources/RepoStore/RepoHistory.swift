// RepoHistory.swift: the commits of a repo, back to where the log begins: the log is the history.
//
// The newest come first: memory knows where each entry is, and a commit's operations are read from
// its event. A `#sync` is a commit too: what it changed against the one before is not in it.
import ATSyntax
import DAGCBOR
import MST

/// One commit of the past.
public struct CommitSummary: Hashable, Sendable {
  public var head: RepoHead
  /// When it was written here, in microseconds since 1970.
  public var time: UInt64
  /// The net effect; nil for a commit that came whole, by import.
  public var ops: [RepoOp]?
  /// The root before; nil for the first commit and for one that came whole.
  public var previousData: CID?
  public var signature: Signature
}

extension Repo {
  /// The commits, newest first.
  ///
  /// Cost: one read of the log for each.
  /// - Parameters:
  ///   - rev: the newest to tell; nil for the head.
  ///   - limit: how many; nil for all that are kept.
  public func log(from rev: TID? = nil, limit: Int? = nil) throws(StoreError) -> [CommitSummary] {
    var summaries: [CommitSummary] = []
    if let limit, limit <= 0 { return [] }
    try store.forEachCommit(of: id, from: rev) { summary in
      summaries.append(summary)
      return summaries.count < limit ?? .max
    }
    return summaries
  }

  /// Makes the tree what it was with commit `rev`, by a new commit: nothing of the past is lost.
  ///
  /// - Throws: `.noSuchRev`; `.appendOnly` where that would change or remove a record that may only
  ///   stay; `.limit` where more than one commit's worth of records differs.
  public func revert(
    to rev: TID, validation: ValidationMode = .optimistic
  ) async throws(StoreError) -> CommitReceipt {
    let (now, then) = (try snapshot(), try snapshot(at: rev))
    var writes: [RecordWrite] = []
    for change in try now.changes(to: then) {
      guard let path = MSTEntry(key: change.key, value: then.head.data).path else {
        throw .policy("\(change.key) is no record path, so it cannot be written here")
      }
      if let cid = change.new {
        let record = StoredRecord(path: path, cid: cid, bytes: try then.recordBytes(cid))
        let value = try translate({ () throws(CBORError) in try record.value }) {
          StoreError.record(path, .encoding($0))
        }
        writes.append(RecordWrite(path, .put(value), validation: validation))
      } else {
        writes.append(RecordWrite(path, .delete))
      }
    }
    return try await commit(writes, swapCommit: now.head.commit)
  }
}

extension RepoStore {
  /// Calls `body` with each commit of a repo, newest first, until it returns false.
  func forEachCommit(
    of id: RepoID, from rev: TID?, _ body: (CommitSummary) -> Bool
  ) throws(StoreError) {
    let newest = rev?.rawValue ?? .max
    for segment in try log.segmentsNewestFirst() {
      let entries = try log.entries(of: segment)
      for index in entries.indices.reversed() {
        let entry = entries[index]
        guard entry.repo == id, entry.rev != 0, entry.rev <= newest else { continue }
        let lsn = segment.firstLSN.advanced(by: index)
        guard let summary = try summary(of: entry, lsn: lsn, in: segment.number) else { continue }
        if !body(summary) { return }
      }
    }
  }

  /// The commit with exactly this rev; the newest where two say so.
  func commit(of id: RepoID, rev: TID) throws(StoreError) -> CommitSummary? {
    var found: CommitSummary?
    try forEachCommit(of: id, from: rev) { summary in
      if summary.head.rev == rev { found = summary }
      return false
    }
    return found
  }

  private func summary(
    of entry: EntrySummary, lsn: LSN, in segment: UInt32
  ) throws(StoreError) -> CommitSummary? {
    guard let scanned = try log.read(lsn, as: entry, in: segment) else { return nil }
    let path = log.files.layout.path(of: .segment(segment))
    let frame = try translate({ () throws(FieldFault) in try FramePayload(scanned.payload) }) {
      StoreError.corrupt(Corruption(.frame, path, at: entry.offset, $0.field))
    }
    guard let commit = frame.commit else { return nil }
    var ops: [RepoOp]?
    var previous: CID?
    if case .commit(let event) = frame.event {
      ops = event.ops
      previous = event.prevData
    }
    return CommitSummary(
      head: RepoHead(
        commit: commit.cid, data: commit.unsigned.data, rev: commit.unsigned.rev, lsn: lsn,
        seq: entry.seq == 0 ? nil : Seq(rawValue: entry.seq)),
      time: scanned.header.time, ops: ops, previousData: previous, signature: commit.signature)
  }
}
