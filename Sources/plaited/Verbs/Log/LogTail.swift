// LogTail.swift: `plaited log tail`: the last entries of the system log, and then those that come.
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct LogTail: Verb {
  static let configuration = verb(
    "tail", "The last entries of the system log, the newest last.",
    "By their record keys, which are by time. A condition is that of repo get.")
  static let examples = [
    Example("plaited log tail", "the last ten entries"),
    Example("plaited log tail --follow", "the last ten, and then those that come"),
    Example(
      "plaited log tail -n 100 --where tool=apt --where level=error --ndjson",
      "errors of one tool, a JSON object a line"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("So many of the last.", valueName: "n"))
  var number = 10
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("A condition; several must all hold.", valueName: "condition"))
  var conditions: [String] = []
  @Option(help: ArgumentHelp("End after so many.", valueName: "n"))
  var limit: Int?
  @Flag(name: .shortAndLong, help: "Then wait for more.")
  var follow = false

  func validate() throws {
    if number < 0 || limit ?? 0 < 0 { throw ValidationError("a number of entries is from 0 on") }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let repo = try repo.repo(holding: NSID(LogEntry.collection), in: store)
    var query = RecordQuery(try NSID(LogEntry.collection))
    query.conditions = try conditions.map { try Condition(parsing: $0) }
    query.limit = limit.map { min($0, number) } ?? number
    let snapshot = try repo.snapshot()
    var last: [StoredRecord] = []
    var scan = snapshot.records(query)
    while let record = try scan.next() { last.append(record) }
    job.printer.isLive = follow
    try job.printer.openList("entries", LogRow.columns)
    for record in last.reversed() { try tell(record, &job) }
    if follow { try await wait(on: repo, after: snapshot, query, &job) }
    return Answer([:], notes: job.printer.rowCount == 0 ? ["no entry"] : [])
  }

  private func tell(_ record: StoredRecord, _ job: inout Job) throws {
    let row = try LogRow(record)
    try job.printer.row(row.cells, row.value)
  }

  /// Each time the log of the store has grown, looks at what is new in the repo.
  private func wait(
    on repo: Repo, after snapshot: RepoSnapshot, _ query: RecordQuery, _ job: inout Job
  ) async throws {
    let store = try job.store()
    let range = query.keyRange
    var seen = snapshot
    var position = seen.head.lsn
    while limit.map({ job.printer.rowCount < $0 }) ?? true {
      let lsn = await store.nextDurable(after: position)
      // The store was closed: nothing can come any more.
      if lsn <= position { return }
      position = lsn
      let now = try repo.snapshot()
      for change in try seen.changes(to: now) where range.contains(change.key) {
        guard limit.map({ job.printer.rowCount < $0 }) ?? true else { return }
        guard let cid = change.new, let path = MSTEntry(key: change.key, value: cid).path,
          let record = try now.record(at: path)
        else { continue }
        if query.verdict(on: try record.value) == .match { try tell(record, &job) }
      }
      seen = now
    }
  }
}

/// An entry as a row.
struct LogRow {
  private let record: StoredRecord
  private let content: CBORValue

  init(_ record: StoredRecord) throws {
    self.record = record
    content = try record.value
  }

  static let columns: [Column] = [
    .time("time"), .text("level"), .text("action"), .text("tool"), .text("detail"),
  ]

  var cells: [Cell] {
    let time = content["timestamp"]?.stringValue.flatMap { Instant.reading($0) }
    return [
      time.map { .time($0) } ?? .absent, level, text("action"), text("tool"), text("detail"),
    ]
  }

  private var level: Cell {
    guard let level = content["level"]?.stringValue else { return .absent }
    return ["warn", "error", "fatal"].contains(level) ? .bad(level) : .text(level)
  }

  private func text(_ name: String) -> Cell { content[name].map { .value($0) } ?? .absent }

  var value: CBORValue {
    ["rkey": .text(record.path.rkey), "cid": .text(record.cid), "value": content]
  }
}
