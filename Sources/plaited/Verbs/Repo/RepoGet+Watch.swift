// RepoGet+Watch.swift: `repo get --watch`: the answer, and then what becomes of it.
//
// Each time the log has grown, the newest commit is compared with the one before: what came or
// changed is judged like any record, and of what matched and went away that is told. Ends when
// nobody reads any more.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

extension RepoGet {
  func follow(
    _ query: RecordQuery, _ reading: Reading, _ shape: RecordShape, _ job: inout Job
  ) async throws {
    guard case .store(var seen) = reading.blocks else {
      throw Complaint.carHasNoHistory(reading.name)
    }
    let store = try job.store()
    let repo = try store.repo(seen.did, seen.name.space)
    var question = query
    question.cursor = nil
    var position = seen.head.lsn
    while query.limit.map({ job.printer.rowCount < $0 }) ?? true {
      let lsn = await store.nextDurable(after: position)
      // The store was closed: nothing can come any more.
      if lsn <= position { return }
      position = lsn
      let now = try repo.snapshot()
      for change in try seen.changes(to: now) where question.keyRange.contains(change.key) {
        try tell(change, question, (seen, now), shape, &job)
      }
      seen = now
    }
  }

  private func tell(
    _ change: MSTChange, _ query: RecordQuery, _ snapshots: (then: RepoSnapshot, now: RepoSnapshot),
    _ shape: RecordShape, _ job: inout Job
  ) throws {
    let snapshot = change.new == nil ? snapshots.then : snapshots.now
    guard let cid = change.new ?? change.old,
      let path = MSTEntry(key: change.key, value: cid).path,
      let record = try snapshot.record(at: path), case .match = query.verdict(on: try record.value)
    else { return }
    if change.new == nil {
      try job.printer.row(shape.deletedCells(path), shape.deletedValue(path))
    } else {
      try job.printer.row(try shape.cells(record), try shape.value(record))
    }
  }
}
