// RepoApply.swift: `plaited repo apply`: many writes from a file or a pipe, batch by batch.
//
// Commits are drafted while earlier ones are on their way to the disk, and told in order as each
// becomes durable. The first that is refused ends the run: nothing after it is written.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoApply: Verb {
  static let configuration = verb(
    "apply", "Apply writes from a file or a pipe, one JSON object a line.",
    """
    A line is {"action","collection","rkey"?,"record"?,"swapRecord"?}; actions are create, put, \
    update and delete. With --ndjson each commit is told as soon as it is durable: {lsn, seq, \
    rev, commit, data, ops, line, validation}, where line is the last input line that it holds.
    """)
  static let examples = [
    Example("plaited repo apply writes.ndjson", "apply a file in commits of 200 writes"),
    Example(
      "tail -n 1 writes.ndjson | plaited repo apply - --single --ndjson",
      "a commit for each line of a pipe, told as it becomes durable"),
    Example(
      "plaited repo apply writes.ndjson --clock 1714557600000000 --key signing.key",
      "a run that repeats to the byte"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "A file of JSON lines, or - for standard input.") var file = "-"
  @Option(help: ArgumentHelp("Writes in a commit.", valueName: "n"))
  var batch = StoreLimit.writesPerCommit.rawValue
  @Flag(help: "A commit for each line.")
  var single = false
  @Option(
    help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Option(
    help: ArgumentHelp(
      "The repo's signing key, where it is not in the store.",
      valueName: "file"))
  var key: String?
  @Option(help: "full: synced before it is told; relaxed: left to the system.")
  var durability: DurabilityName = .full
  @Flag(help: "Read and check every line, and write nothing.")
  var dryRun = false

  func validate() throws {
    guard 1...StoreLimit.writesPerCommit.rawValue ~= batch else {
      throw ValidationError("--batch is a number from 1 to \(StoreLimit.writesPerCommit.rawValue)")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store(
      StoreWish(durability: durability.durability, clock: clock))
    let did = try store.account(repo.repo)
    if let key { try store.useKey(job.privateKey(key), of: did) }
    var run = ApplyRun(
      store, did, space: repo.space?.space, schemas: SchemaTally(schema.validate),
      meter: Meter("applying", "writes", for: job))
    if job.printer.mode == .ndjson { try run.openList(&job) }
    let inlet =
      file == "-" ? try job.input(for: "writes") : try ReadableFile(job.desk.path(file)).inlet
    var reader = BatchReader(
      LineReader(inlet), size: single ? 1 : batch, keys: KeySource(clock: clock, job.desk))
    var failure: (any Error)?
    do {
      while let batch = try await reader.next(whenWaiting: { try await run.drain(&job) }) {
        let batch = batch.validated(schema.validate)
        if dryRun { try run.check(batch) } else { try await run.enqueue(batch, &job) }
      }
    } catch {
      failure = error
    }
    // What was drafted before the failure is written, and told.
    try await run.drain(&job)
    if let failure { throw failure }
    return run.answer(isDryRun: dryRun, mode: job.printer.mode)
  }
}

enum DurabilityName: String, ExpressibleByArgument, CaseIterable {
  case full, relaxed

  var durability: Durability { self == .full ? .full : .relaxed }
}

/// Keys of records that come without one: TIDs that ascend, of the clock that was given or of now.
struct KeySource {
  private let clock: UInt64?
  private let now: @Sendable () -> Int64
  private var tids: TIDClock

  init(clock: UInt64?, _ desk: Desk) {
    self.clock = clock
    now = desk.now
    tids = TIDClock(clockID: clock == nil ? UInt16.random(in: 0...TID.clockIDMax) : 0)
  }

  mutating func next() throws -> RecordKey {
    RecordKey(try tids.next(now: clock ?? UInt64(max(0, now()))))
  }
}

/// Lines as the writes of one commit.
struct WriteBatch {
  var writes: [RecordWrite] = []
  var firstLine = 0
  var lastLine = 0

  /// The same writes, held to their schemas so strictly.
  func validated(_ validation: ValidationMode) -> WriteBatch {
    var batch = self
    for index in batch.writes.indices { batch.writes[index].validation = validation }
    return batch
  }

  var place: String {
    firstLine == lastLine ? "line \(firstLine)" : "lines \(firstLine) to \(lastLine)"
  }
}

struct BatchReader {
  private var lines: LineReader
  private let size: Int
  private var keys: KeySource

  init(_ lines: LineReader, size: Int, keys: KeySource) {
    self.lines = lines
    self.size = size
    self.keys = keys
  }

  /// The next batch, nil after the last. Empty lines are passed over.
  /// - Parameter wait: called before a read that may wait for whoever writes the input: who waits
  ///   for an answer before going on must have it by then.
  mutating func next(whenWaiting wait: () async throws -> Void) async throws -> WriteBatch? {
    var batch = WriteBatch()
    while batch.writes.count < size {
      if !lines.hasLine { try await wait() }
      guard let text = try lines.next() else { break }
      if text.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
      batch.writes.append(try write(text))
      if batch.writes.count == 1 { batch.firstLine = lines.number }
      batch.lastLine = lines.number
    }
    return batch.writes.isEmpty ? nil : batch
  }

  private mutating func write(_ text: [UInt8]) throws -> RecordWrite {
    do {
      return try ApplyLine(text) { try keys.next() }.write
    } catch let fault as ApplyLine.Fault {
      throw Complaint(
        .usage, "InvalidLine", what: "line \(lines.number) is no write", why: fault.why,
        remedy: "plaited repo apply --help; nothing from that batch on was written")
    }
  }
}
