// LogWrite.swift: `plaited log write`: one entry, as a durable record and, where asked, a line.
import ATSyntax
import ArgumentParser
import DAGCBOR
import Records
import RepoStore

struct LogWrite: Verb {
  static let configuration = verb(
    "write", "Write an entry of the system log.",
    """
    The record comes first; with --jsonl the same entry is then added to a file as a line of JSON, \
    and log import of that file finds it written already.
    """)
  static let examples = [
    Example(
      "plaited log write --action install --tool apt --detail 'libcbor-dev 0.8'",
      "log that something was installed"),
    Example(
      "plaited log write --action deploy --tool make --detail 'release 1.2' --level info "
        + "--reason 'fixes the import'",
      "with how grave it is, and why it was done"),
    Example(
      "plaited log write --action note --tool shell --detail hello --jsonl system-log.jsonl",
      "as a record, and as a line of a file"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Option(help: "What was done.") var action: String
  @Option(help: "With what, or to what.") var tool: String
  @Option(help: "What there is to say about it.") var detail: String
  @Option(help: "Why it was done.") var reason: String?
  @Option(help: "The session it was done in.") var session = "unknown"
  @Option(help: "The machine it was done on.") var system = "unknown"
  @Option(help: "How grave it is: debug, info, warn, error, fatal.") var level: String?
  @Option(help: ArgumentHelp("The event that caused it.", valueName: "at-uri"))
  var event: String?
  @Option(help: ArgumentHelp("A file that gets the entry as well.", valueName: "file"))
  var jsonl: String?
  @Option(help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let collection = try NSID(LogEntry.collection)
    let store = try job.store(StoreWish(clock: clock))
    let repo = try repo.repo(holding: collection, in: store)
    let entry = try entry(now: clock.map { Int64(clamping: $0) } ?? job.desk.now())
    var keys = try LogKeys(repo.snapshot())
    let place = try keys.place(of: entry)
    let path: RecordPath
    switch place {
    case .known(let known), .new(let known): path = known
    }
    let write = RecordWrite(path, .put(entry.record))
    if dryRun {
      let preview = try repo.preview([write])
      var answer = WriteAnswer(path, preview.results[0], repo: repo.name, head: nil)
      answer.schema = preview.schemas[0]
      return answer.answer
    }
    let receipt = try await repo.commit([write])
    var written = WriteAnswer(path, receipt.results[0], repo: repo.name, head: receipt.head)
    written.schema = receipt.schemas[0]
    var answer = written.answer
    if let jsonl {
      try append(entry.line, to: job.desk.path(jsonl), path)
      answer.result["jsonl"] = .string(jsonl)
    }
    answer.next = ["plaited log tail"]
    return answer
  }

  private func entry(now: Int64) throws -> LogEntry {
    let timestamp = try Datetime(microsecondsSinceEpoch: now)
    var record = SystemLog(tool: tool, action: action, detail: detail, timestamp: timestamp)
    record.createdAt = timestamp
    record.event = try event.map { try ATURI($0) }
    record.level = level.map { SystemLog.Level($0) }
    record.reason = reason
    record.sessionId = session
    record.systemId = system
    guard case .map(let members) = record.lexicon else {
      preconditionFailure("a record is a map")
    }
    return try LogEntry(members)
  }

  private func append(_ line: [UInt8], to file: String, _ path: RecordPath) throws {
    do {
      try LineFile.append(line, to: file)
    } catch let complaint as Complaint {
      throw Complaint(
        complaint.status, complaint.name, what: "the record \(path) is written, the line is not",
        why: complaint.why, remedy: "plaited repo get \(path.collection) \(path.rkey)")
    }
  }
}
