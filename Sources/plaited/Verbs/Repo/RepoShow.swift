// RepoShow.swift: `plaited repo show`: one commit, and what it changed.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoShow: Verb {
  static let configuration = verb("show", "One commit: what it says and what it changed.")
  static let examples = [
    Example("plaited repo show HEAD", "the newest commit, with the changes of each record"),
    Example("plaited repo show HEAD~3 --stat", "an older one, its paths alone"),
    Example("plaited repo show 3krfzp6ehc222 --json", "the one with this rev, as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A rev, HEAD, HEAD~3, or the CID of a commit.") var rev: RevName = .back(0)
  @Flag(help: "The paths that changed, without what changed in them.")
  var stat = false

  func answer(_ job: inout Job) async throws -> Answer {
    let repo = try repo.repo(in: job.store())
    let wanted = try repo.rev(rev)
    guard let summary = try repo.log(from: wanted, limit: 1).first, summary.head.rev == wanted
    else { throw Complaint.noRev(rev, repo.did) }
    let snapshot = try repo.snapshot(at: wanted)
    var card = Card([
      "commit": .id("\(summary.head.commit)"), "did": .id("\(repo.did)"),
      "rev": .id("\(summary.head.rev)"), "time": .time(Int64(clamping: summary.time)),
      "data": .id("\(summary.head.data)"),
      "prevData": summary.previousData.map { .id("\($0)") },
    ])
    card.add("lsn", .text("\(summary.head.lsn)"))
    card.add("seq", summary.head.seq.map { .text("\($0)") })
    card.add("changes", .text(CommitRow(summary).changes))
    var page: [Piece] = [.card(card)]
    for op in summary.ops ?? [] {
      page += [
        .space, .table(Table(columns: ChangeRow.columns, rows: [ChangeRow(op.change).cells])),
      ]
      if !stat { page.append(.lines(try RecordPatch.lines(of: op.change, in: snapshot))) }
    }
    var members = CommitRow(summary).members(withOps: true)
    members["did"] = .text(repo.did)
    return Answer(members, page: page, next: ["plaited repo get --at \(wanted)"])
  }
}
