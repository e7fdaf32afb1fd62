// LogImport.swift: `plaited log import`: the lines of a file as records, each once.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct LogImport: Verb {
  static let configuration = verb(
    "import", "Read a file of JSON lines into the system log.",
    """
    A line is {"timestamp", "action", "tool", "detail", "reason"?, "sessionId"?, "systemId"?, …}; \
    members beyond these are kept. A record's key is made of its line alone, so a line that was \
    imported or written before is found again, and a file can be imported as often as it grows. \
    The first line that is no entry ends the import: those before it are written.
    """)
  static let examples = [
    Example("plaited log import system-log.jsonl", "read a file; again, when it has grown"),
    Example("plaited log import system-log.jsonl --dry-run", "say what would be written"),
    Example("ssh host cat system-log.jsonl | plaited log import -", "read it from a pipe"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "A file of JSON lines, or - for standard input.") var file: String
  @Option(help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Read and check every line, and write nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store(StoreWish(clock: clock))
    let repo = try repo.repo(holding: NSID(LogEntry.collection), in: store)
    let inlet = file == "-" ? job.desk.input : try ReadableFile(job.desk.path(file)).inlet
    let meter = Meter("importing", "lines", for: job)
    var lines = LineReader(inlet)
    var run = LogImportRun(repo, job.door.schemas.judge, schema.validate)
    run.isDry = dryRun
    var failure: (any Error)?
    do {
      while let text = try lines.next() {
        if text.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
        try await run.take(text, number: lines.number)
        try meter.reached(run.lineCount)
      }
    } catch {
      failure = error
    }
    try await run.finish()
    try meter.finish()
    if let failure { throw failure }
    return run.answer
  }
}

/// The lines of one import, on their way.
struct LogImportRun {
  private let repo: Repo
  private let judge: StoreOptions.Validate
  private let validation: ValidationMode
  private var writes: [RecordWrite] = []
  private var keys: LogKeys?
  private var schemas: SchemaTally
  private var head: RepoHead?
  private(set) var lineCount = 0
  private var createdCount = 0
  private var knownCount = 0
  /// Nothing is written.
  var isDry = false

  init(_ repo: Repo, _ judge: @escaping StoreOptions.Validate, _ validation: ValidationMode) {
    self.repo = repo
    self.judge = judge
    self.validation = validation
    schemas = SchemaTally(validation)
  }

  /// Takes a line; writes what has come together.
  /// - Throws: a complaint that names the line, where it is no entry.
  mutating func take(_ text: [UInt8], number: Int) async throws {
    let entry = try LogImportRun.entry(text, number)
    if keys == nil { keys = try LogKeys(repo.snapshot()) }
    guard let place = try keys?.place(of: entry) else { return }
    lineCount += 1
    switch place {
    case .known: knownCount += 1
    case .new(let path):
      try check(entry, at: path, number)
      createdCount += 1
      if isDry { return }
      writes.append(RecordWrite(path, .create(entry.record), validation: validation))
      if writes.count == StoreLimit.writesPerCommit.rawValue { try await finish() }
    }
  }

  /// Writes what is left.
  mutating func finish() async throws {
    guard !writes.isEmpty else { return }
    head = try await repo.commit(writes).head
    writes = []
    keys = nil
  }

  private static func entry(_ text: [UInt8], _ number: Int) throws -> LogEntry {
    do {
      guard case .map(let members) = try JSONForm.decode(text) else {
        throw LogEntry.Fault(why: "expected a JSON object")
      }
      return try LogEntry(members)
    } catch let fault as LogEntry.Fault {
      throw refused(number, fault.why)
    } catch let error as JSONError {
      throw refused(number, "\(error)")
    }
  }

  private mutating func check(_ entry: LogEntry, at path: RecordPath, _ number: Int) throws {
    guard validation != .off else { return }
    let bytes = try CBOR.encode(entry.record)
    do throws(RecordRefusal) {
      schemas.add([try judge(path, bytes.span.bytes, validation)])
    } catch {
      throw LogImportRun.refused(number, "\(error)")
    }
  }

  private static func refused(_ number: Int, _ why: String) -> Complaint {
    Complaint(
      .usage, "InvalidLine", what: "line \(number) is no entry of the log", why: why,
      remedy: "mend the line and run it again: what is written is not written twice")
  }

  var answer: Answer {
    var members = CBORMap(present: [
      "lines": .count(lineCount), "created": .count(createdCount), "known": .count(knownCount),
      "validation": schemas.value, "dryRun": isDry ? true : nil,
    ])
    for (name, value) in head?.members ?? [:] { members[name] = value }
    var card = Card([
      "lines": .count(lineCount), isDry ? "would be written" : "written": .count(createdCount),
      "known before": .count(knownCount), "schemas": schemas.cell,
    ])
    if let head { card.add(head) }
    return Answer(members, page: [.card(card)], next: ["plaited log tail"])
  }
}
