// RepoWrites.swift: `plaited repo create|put|delete`: one record, one commit, durable on return.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

/// The options of a single write.
struct WriteOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only if the record is this one now: its CID, or none.", valueName: "cid|none"))
  var swapRecord: SwapArgument?
  @Option(help: ArgumentHelp("Only if this is the newest commit.", valueName: "cid"))
  var swapCommit: CIDArgument?
  @Option(help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Say what would happen, and write nothing.")
  var dryRun = false
}

/// A CID on the command line.
struct CIDArgument: ExpressibleByArgument {
  var cid: CID

  init?(argument: String) {
    guard let cid = CID(argument) else { return nil }
    self.cid = cid
  }
}

/// What a record must be before it is written.
enum SwapArgument: ExpressibleByArgument {
  case absent
  case cid(CID)

  init?(argument: String) {
    if argument == "none" {
      self = .absent
    } else if let cid = CID(argument) {
      self = .cid(cid)
    } else {
      return nil
    }
  }

  var condition: RecordWrite.SwapRecord {
    switch self {
    case .absent: .absent
    case .cid(let cid): .cid(cid)
    }
  }
}

struct RepoCreate: Verb {
  static let configuration = verb(
    "create", "Write a new record.",
    """
    RECORD is JSON, @FILE, or - for standard input. Without an RKEY the record gets a TID. \
    $type is filled in where it is missing.
    """)
  static let examples = [
    Example(
      "plaited repo create app.example.note '{\"text\":\"hello\"}'", "write a record under a TID"),
    Example(
      "plaited repo create app.example.settings self @settings.json",
      "write one under the key self, from a file"),
    Example(
      "plaited repo create app.example.note - --json < note.json",
      "write one from standard input, and print uri and CID as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var write: WriteOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "The collection, an NSID.") var collection: String
  @Argument(help: ArgumentHelp("[RKEY] RECORD", valueName: "rkey record"))
  var words: [String] = []

  func answer(_ job: inout Job) async throws -> Answer {
    let collection = try NSID(collection)
    let (rkey, record) = try RecordWords(words).read(job)
    let key = try rkey.map { try RecordKey($0) } ?? RecordKey(job.nextTID(write.clock))
    let path = RecordPath(collection: collection, rkey: key)
    return try await job.write(.create(record), at: path, repo, write, schema.validate)
  }
}

struct RepoPut: Verb {
  static let configuration = verb(
    "put", "Write a record, new or in place of the one that is there.",
    "RECORD is JSON, @FILE, or - for standard input. The same record again changes nothing.")
  static let examples = [
    Example(
      "plaited repo put app.example.profile self '{\"name\":\"Zoë\"}'", "set the record self"),
    Example(
      "plaited repo put app.example.settings self @settings.json --swap-record none",
      "only if there is none yet"),
    Example(
      "plaited repo put app.example.profile self - --dry-run < profile.json",
      "say what would change"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var write: WriteOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "The collection, an NSID.") var collection: String
  @Argument(help: "The record key.") var rkey: String
  @Argument(help: "JSON, @FILE, or - for standard input.") var record = "-"

  func answer(_ job: inout Job) async throws -> Answer {
    let path = RecordPath(collection: try NSID(collection), rkey: try RecordKey(rkey))
    let record = try RecordWords([record]).read(job).record
    return try await job.write(.put(record), at: path, repo, write, schema.validate)
  }
}

struct RepoDelete: Verb {
  static let configuration = verb(
    "delete", "Delete a record.",
    "History keeps what it was: repo get --at and repo revert bring it back.")
  static let examples = [
    Example("plaited repo delete app.example.note 3k2aexample22", "delete a record"),
    Example(
      "plaited repo delete app.example.profile self --dry-run", "say what would be deleted"),
    Example(
      "plaited repo delete app.example.profile self "
        + "--swap-record bafyreiddscvykakyzw3ywzgsyq5cdmcilz7cmntlzunbbrgwnynevfopxi",
      "only if it is the record that you know"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var write: WriteOptions
  @Argument(help: "The collection, an NSID.") var collection: String
  @Argument(help: "The record key.") var rkey: String

  func answer(_ job: inout Job) async throws -> Answer {
    let path = RecordPath(collection: try NSID(collection), rkey: try RecordKey(rkey))
    return try await job.write(.delete, at: path, repo, write)
  }
}

/// `[RKEY] RECORD`, as words of the command line.
struct RecordWords {
  var rkey: String?
  var record: String

  init(_ words: [String]) throws {
    switch words.count {
    case 0: record = "-"
    case 1 where RecordWords.isRecord(words[0]): record = words[0]
    case 1: (rkey, record) = (words[0], "-")
    case 2: (rkey, record) = (words[0], words[1])
    default:
      throw Complaint(
        .usage, "UsageError", what: "there is a word too many: \(words[2])",
        why: "[RKEY] RECORD follow the collection; JSON stands in quotes",
        remedy: "plaited repo create --help")
    }
  }

  private static func isRecord(_ word: String) -> Bool {
    word == "-" || word.hasPrefix("{") || word.hasPrefix("@")
  }

  /// Reads the record from where the word says that it is.
  func read(_ job: Job) throws -> (rkey: String?, record: CBORValue) {
    let text: [UInt8]
    if record == "-" {
      text = try job.input(for: "the record").all(upTo: Limits.jsonByteCountMax)
    } else if record.hasPrefix("@") {
      let file = try ReadableFile(job.desk.path(String(record.dropFirst())))
      text = try file.inlet.all(upTo: Limits.jsonByteCountMax)
    } else {
      text = Array(record.utf8)
    }
    do throws(JSONError) {
      return (rkey, try JSONForm.decode(text))
    } catch {
      throw Complaint(
        .usage, "InvalidRecord", what: "the record is not JSON of the data model",
        why: "\(error)", remedy: "write it as '{\"field\":\"value\"}', in quotes")
    }
  }
}

extension Inlet {
  /// Everything up to the end, at most a little over `byteCountMax` bytes.
  func all(upTo byteCountMax: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= byteCountMax, case let more = try read(), !more.isEmpty { bytes += more }
    return bytes
  }
}

extension Job {
  /// A new TID: of the clock that stands still, or of now.
  func nextTID(_ clock: UInt64?) throws -> TID {
    if let clock { return try TID(microseconds: clock, clockID: 0) }
    let now = UInt64(max(0, desk.now()))
    return try TID(microseconds: now, clockID: UInt16.random(in: 0...TID.clockIDMax))
  }

  /// Makes one commit of one write, or says what it would do.
  func write(
    _ action: RecordWrite.Action, at path: RecordPath, _ options: RepoOptions,
    _ write: WriteOptions, _ validation: ValidationMode? = nil
  ) async throws -> Answer {
    let store = try store(StoreWish(clock: write.clock))
    let repo = try options.repo(holding: path.collection, in: store)
    let record = RecordWrite(
      path, action, swapRecord: write.swapRecord?.condition ?? .any,
      validation: validation ?? .optimistic)
    let swapCommit = write.swapCommit?.cid
    if write.dryRun {
      let preview = try repo.preview([record], swapCommit: swapCommit)
      var answer = WriteAnswer(path, preview.results[0], repo: repo.name, head: nil)
      answer.schema = preview.schemas[0]
      answer.validation = validation
      return answer.answer
    }
    let receipt = try await repo.commit([record], swapCommit: swapCommit)
    var answer = WriteAnswer(path, receipt.results[0], repo: repo.name, head: receipt.head)
    answer.schema = receipt.schemas[0]
    answer.validation = validation
    return answer.answer
  }
}

/// What came of one write.
struct WriteAnswer {
  var path: RecordPath
  var result: WriteResult
  var repo: RepoName
  /// nil: nothing was written, it was only tried.
  var head: RepoHead?
  var schema = ValidationStatus.absent
  /// How strictly the schema was asked; nil: nothing was written that has one.
  var validation: ValidationMode?

  init(_ path: RecordPath, _ result: WriteResult, repo: RepoName, head: RepoHead?) {
    self.path = path
    self.result = result
    self.repo = repo
    self.head = head
  }

  var answer: Answer {
    let uri = ATURI(authority: .did(repo.did), path: path)
    var members = CBORMap(present: [
      "uri": .text(uri), "cid": result.cid.map { .text($0) }, "action": .string(result.name),
      "validate": validation.map { .string($0.rawValue) }, "validationStatus": schema.value,
      "space": .string(repo.space.rawValue), "dryRun": head == nil ? true : nil,
    ])
    for (name, value) in head?.members ?? [:] { members[name] = value }
    var card = Card([
      head == nil ? "would be" : "was": .good(result.name), "uri": .id("\(uri)"),
      "cid": result.cid.map { .id("\($0)") },
      "schema": validation == .off ? .faint("not checked") : schema.cell,
    ])
    if let head { card.add(head) }
    let next =
      switch result {
      case .deleted: "plaited repo log --limit 2"
      case .created, .updated, .unchanged:
        "plaited repo get \(path.collection) \(path.rkey)"
      }
    return Answer(members, page: [.card(card)], next: head == nil ? [] : [next])
  }
}

extension WriteResult {
  var name: String {
    switch self {
    case .created: "created"
    case .updated: "updated"
    case .deleted: "deleted"
    case .unchanged: "unchanged"
    }
  }

  /// The record's CID after the write; nil where there is none.
  var cid: CID? {
    switch self {
    case .created(let cid), .updated(let cid, _): cid
    case .deleted: nil
    case .unchanged(let cid): cid
    }
  }
}

extension RepoHead {
  /// `commit`, `data`, `rev`, `lsn` and `seq`, as every command names them.
  var members: CBORMap {
    CBORMap(present: [
      "commit": .text(commit), "data": .text(data), "rev": .text(rev),
      "lsn": .number(lsn.rawValue), "seq": seq.map { .number($0.rawValue) },
    ])
  }
}

extension Card {
  mutating func add(_ head: RepoHead) {
    add("commit", .id("\(head.commit)"))
    add("rev", .id("\(head.rev)"))
    add("seq", head.seq.map { .text("\($0)") })
  }
}
