// RepoLog.swift: `plaited repo log`: the commits, newest first.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoLog: Verb {
  static let configuration = verb(
    "log", "The commits of a repo, newest first.",
    """
    Each is signed; --verify checks signatures, that revs ascend, and that the log is whole: where \
    it is damaged, the blocks are named whose bytes have changed.
    """)
  static let examples = [
    Example("plaited repo log", "all commits"),
    Example("plaited repo log --limit 5 --stat", "the last five, with the paths they changed"),
    Example("plaited repo log --verify --ndjson", "check every signature, a JSON object each"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "The repo: a DID or a handle.") var account: String?
  @Option(help: ArgumentHelp("At most so many commits.", valueName: "n"))
  var limit: Int?
  @Option(help: ArgumentHelp("Begin with this commit.", valueName: "rev"))
  var from: RevName?
  @Flag(help: "Revs and counts alone.")
  var oneline = false
  @Flag(help: "Also the paths that changed.")
  var stat = false
  @Flag(name: [.customShort("p"), .customLong("patch")], help: "Also what changed in them.")
  var patch = false
  @Flag(help: "Check each signature, and the order of revs.")
  var verify = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    var options = repo
    options.repo = account ?? repo.repo
    let repo = try options.repo(in: store)
    let commits = try repo.log(from: from.map { try repo.rev($0) }, limit: limit)
    let check = verify ? try LogCheck(repo.status) : nil
    let columns: [Column] =
      oneline ? [.id("rev"), .text("changes")] : CommitRow.columns + (verify ? [.text("sig")] : [])
    try job.printer.openList("commits", columns)
    var problemCount = 0
    for (index, summary) in commits.enumerated() {
      let row = CommitRow(summary)
      let older = index + 1 < commits.count ? commits[index + 1] : nil
      let problem = check?.problem(with: summary, after: older)
      if problem != nil { problemCount += 1 }
      try job.printer.row(
        oneline ? [.id("\(summary.head.rev)"), .text(row.changes)] : cells(row, problem),
        value(row, problem))
      if stat || patch { try details(of: summary, in: repo, &job) }
    }
    var answer = Answer([:], next: ["plaited repo show HEAD"])
    let damage = verify ? try store.damageProblems() : []
    if verify { answer.result["problems"] = .array(damage.map(\.value)) }
    if !damage.isEmpty {
      answer.page = Page([.table(Table(columns: RepoProblem.columns, rows: damage.map(\.cells)))])
    }
    if problemCount + damage.count > 0 {
      answer.status = .negative
      answer.notes = ["\(problemCount) commit(s) are not as they must be"]
      if !damage.isEmpty { answer.notes.append("what follows in the log cannot be read") }
    }
    if let note = try cutNote(commits, repo) { answer.notes.append(note) }
    return answer
  }

  /// Where the history begins, if this came so far and it is not the repo's own beginning.
  private func cutNote(_ commits: [CommitSummary], _ repo: Repo) throws -> String? {
    guard commits.count < limit ?? .max, let oldest = commits.last else { return nil }
    return switch try repo.beginning(with: oldest) {
    case .purge: "what was before \(oldest.head.rev) has been purged"
    case .retention: "what was before \(oldest.head.rev) is not kept any more"
    case nil: nil
    }
  }

  private func cells(_ row: CommitRow, _ problem: String?) -> [Cell] {
    guard verify else { return row.cells }
    return row.cells + [problem.map { .bad($0) } ?? .good("valid")]
  }

  private func value(_ row: CommitRow, _ problem: String?) -> CBORValue {
    var members = row.members(withOps: stat || patch)
    if verify {
      members["valid"] = .bool(problem == nil)
      members["problem"] = problem.map { .string($0) }
    }
    return .map(members)
  }

  /// Below a commit: the paths, and with `-p` the records' changes. Not in JSON, which has the ops.
  private func details(of summary: CommitSummary, in repo: Repo, _ job: inout Job) throws {
    let snapshot = patch ? try repo.snapshot(at: summary.head.rev) : nil
    for op in summary.ops ?? [] {
      let row = ChangeRow(op.change)
      try job.printer.aside([Piece.Line("  \(row.name) \(op.key)", .faint)])
      if let snapshot {
        try job.printer.aside(try RecordPatch.lines(of: op.change, in: snapshot))
      }
    }
  }
}

extension RecordPatch {
  /// - Parameter snapshot: of either side: blocks are found by their CIDs.
  static func lines(of change: MSTChange, in snapshot: RepoSnapshot) throws -> [Piece.Line] {
    func value(_ cid: CID?) throws -> CBORValue? {
      guard let cid, let bytes = try snapshot.block(cid) else { return nil }
      return try CBOR.decode(bytes)
    }
    return lines(from: try value(change.old), to: try value(change.new))
  }
}

/// What must hold of each commit in a log.
private struct LogCheck {
  private let did: DID
  private let key: PublicKey?

  init(_ status: RepoStatus) throws {
    did = status.did
    key = try status.signingKey.map { try PublicKey(multikey: $0) }
  }

  func problem(with summary: CommitSummary, after older: CommitSummary?) -> String? {
    if let older, older.head.rev >= summary.head.rev { return "rev does not ascend" }
    guard let key else { return "no key to check with" }
    let unsigned = UnsignedCommit(did: did, rev: summary.head.rev, data: summary.head.data)
    return key.verify(summary.signature, unsigned.digest) ? nil : "signature is not the repo's"
  }
}
