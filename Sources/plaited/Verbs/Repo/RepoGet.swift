// RepoGet.swift: `plaited repo get`: the one verb that reads.
//
// What stands behind it decides what is read: nothing, a collection, a record. Here the options and
// that decision; the answers are in RepoGet+Answers, following in RepoGet+Watch.
import ATSyntax
import ArgumentParser
import RepoStore

struct RepoGet: Verb {
  static let configuration = verb(
    "get", "Read records, or see what there is.",
    """
    Without arguments: the collections, with their counts. With a COLLECTION: its records, the \
    newest first. With a COLLECTION and an RKEY, or an at:// URI: that record. Before any of \
    these may stand a FILE.car to read instead of the store.

    A condition is FIELD=VALUE, also with != < <= > >= and ~ (contains), or FIELD in A,B,C or \
    FIELD exists. Fields are dotted paths; on a list any element may match. A VALUE is a JSON \
    scalar or else text; types do not mix, and datetimes compare as instants.

    A TIME is a datetime, a date, or how long ago: 90s, 2h, 7d.
    """)
  static let examples = [
    Example("plaited repo get", "list the collections of the store in ./data"),
    Example(
      "plaited repo get app.example.note --where text~hello --since 7d --fields text,createdAt",
      "this week's notes that say hello, as a table of two fields"),
    Example(
      "plaited repo get export.car app.example.note --ndjson",
      "read a collection from a file, a JSON object a line"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions

  @Argument(
    help: ArgumentHelp(
      "[FILE.car] [COLLECTION [RKEY]], or an at:// URI.", valueName: "what"))
  var what: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("A condition; several must all hold.", valueName: "condition"))
  var conditions: [String] = []
  @Option(help: ArgumentHelp("Records from this time on.", valueName: "time"))
  var since: TimeArgument?
  @Option(help: ArgumentHelp("Records before this time.", valueName: "time"))
  var until: TimeArgument?
  @Option(
    name: .customLong("time"),
    help: ArgumentHelp("The field that --since and --until compare.", valueName: "field"))
  var timeField = "createdAt"
  @Option(help: ArgumentHelp("Only record keys that begin so.", valueName: "rkey"))
  var prefix: String?
  @Flag(help: "The oldest first.")
  var reverse = false
  @Option(help: ArgumentHelp("At most so many records.", valueName: "n"))
  var limit: Int?
  @Option(help: ArgumentHelp("Go on after this record key.", valueName: "rkey"))
  var cursor: String?
  @Option(help: ArgumentHelp("Only these fields: a,b.c.", valueName: "fields"))
  var fields: String?
  @Flag(help: "Only how many.")
  var count = false
  @Flag(help: "CIDs instead of contents.")
  var cid = false
  @Flag(help: "The records' own bytes, DAG-CBOR, one after the other.")
  var cbor = false
  @Flag(help: "Write bytes to a terminal all the same.")
  var force = false
  @Option(
    help: ArgumentHelp("As it was with this commit: a rev, HEAD~3.", valueName: "rev"))
  var at: RevName?
  @Flag(help: "Then go on with what is written.")
  var watch = false
  @Flag(help: "Answer from the tree alone, not from views of it.")
  var scan = false
  @Option(
    help: ArgumentHelp("Write a proof of the answer to this file.", valueName: "file.car"))
  var prove: String?

  var isLive: Bool { watch }

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit is a number from 0 on") }
    if watch, count || prove != nil || at != nil {
      throw ValidationError("--watch goes with a list of the newest commit's records")
    }
    if prove != nil, !conditions.isEmpty || since != nil || until != nil || limit != nil {
      throw ValidationError("--prove proves all of a record, a prefix or a collection")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let target = try GetTarget(what)
    switch target.place {
    case .everything: return try overview(&job, target)
    case .collection(let collection):
      let query = try query(about: collection, now: job.desk.now())
      let reading = try target.reading(job, repo, at: at, holding: collection)
      if let prove {
        let proof = try ProofCAR(ofPrefix: "\(collection)/\(query.rkeyPrefix)", in: reading)
        return try proof.written(to: prove, job, isForced: force)
      }
      if count { return try counted(query, reading) }
      return try await listed(query, reading, &job)
    case .record(let path):
      let reading = try target.reading(job, repo, at: at, holding: path.collection)
      if let prove {
        return try ProofCAR(of: path, in: reading).written(to: prove, job, isForced: force)
      }
      return try record(at: path, reading, &job)
    }
  }

  private func query(about collection: NSID, now: Int64) throws -> RecordQuery {
    var query = RecordQuery(collection)
    query.rkeyPrefix = prefix ?? ""
    for text in conditions { query.conditions.append(try Condition(parsing: text)) }
    query.since = try since?.datetime(now: now)
    query.until = try until?.datetime(now: now)
    query.timeField = try FieldPath(timeField)
    query.order = reverse ? .ascending : .descending
    query.limit = limit
    query.cursor = try cursor.map { try RecordKey($0) }
    return query
  }

  /// The fields that were asked for, or nil for whole records.
  func fieldPaths() throws -> [FieldPath]? {
    guard let fields else { return nil }
    return try fields.split(separator: ",", omittingEmptySubsequences: false)
      .map { try FieldPath($0) }
  }
}

/// What `repo get` is asked for.
struct GetTarget: Equatable {
  enum Place: Equatable {
    case everything
    case collection(NSID)
    case record(RecordPath)
  }

  var reference = RepoReference.account(nil)
  var place = Place.everything

  init(_ words: [String]) throws {
    var words = words[...]
    if let first = words.first, first.hasPrefix("at://") {
      let uri = try ATURI(first)
      reference = .account(uri.authority.description)
      if let path = uri.path {
        place = .record(path)
      } else if let collection = uri.collection {
        place = .collection(collection)
      }
      words = words.dropFirst()
    } else {
      if let first = words.first, first == "-" || first.hasSuffix(".car") || isDID(first) {
        reference = try RepoReference(first)
        words = words.dropFirst()
      }
      if let name = words.popFirst() {
        let collection = try NSID(name)
        place = .collection(collection)
        if let rkey = words.popFirst() {
          place = .record(RecordPath(collection: collection, rkey: try RecordKey(rkey)))
        }
      }
    }
    guard let extra = words.first else { return }
    throw Complaint(
      .usage, "UsageError", what: "there is a word too many: \(extra)",
      why: "[FILE.car] [COLLECTION [RKEY]], or an at:// URI, is what is read",
      remedy: "plaited repo get --help")
  }

  private func isDID(_ text: String) -> Bool { text.hasPrefix("did:") }

  /// The tree that holds `collection`, or the CAR that was named.
  func reading(
    _ job: Job, _ options: RepoOptions, at rev: RevName?, holding collection: NSID
  ) throws -> Reading {
    guard case .account(let name) = reference else {
      return try reference.reading(job, options, at: rev)
    }
    let store = try job.store()
    let did = try store.account(name ?? options.repo)
    let space = options.space?.space ?? store.policy(of: did).space(of: collection)
    return Reading(try store.repo(did, space).snapshot(rev), handle: store.handle(of: did))
  }
}
