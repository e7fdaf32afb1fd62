// RepoDiff.swift: `plaited repo diff`: what differs between two commits, or two CAR files.
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoDiff: Verb {
  static let configuration = verb(
    "diff", "What differs between two commits, or two CAR files.",
    "The cost follows the difference, not the size. Without B the newest commit is compared with.")
  static let examples = [
    Example("plaited repo diff HEAD~1 HEAD", "what the last commit changed"),
    Example("plaited repo diff HEAD~3 -p", "the last three, with the changes of each record"),
    Example(
      "plaited repo diff a.car b.car --exit-code", "compare two files, exit 1 if they differ"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A rev, HEAD~3, or a CAR file.") var a: String
  @Argument(help: "The same for the later one.") var b = "HEAD"
  @Flag(help: "Only how many of each kind.")
  var stat = false
  @Flag(name: [.customShort("p"), .customLong("patch")], help: "Also what changed in them.")
  var patch = false
  @Flag(help: "Exit with 1 where there are differences.")
  var exitCode = false

  func answer(_ job: inout Job) async throws -> Answer {
    let (before, after) = (try side(a, job), try side(b, job))
    let changes = try before.tree.diff(to: after.tree).changes
    var counts: [String: Int] = [:]
    if !stat { try job.printer.openList("changes", ChangeRow.columns) }
    for change in changes {
      let row = ChangeRow(change)
      counts[row.name, default: 0] += 1
      if stat { continue }
      try job.printer.row(row.cells, row.value)
      if patch { try job.printer.aside(try lines(of: change, before, after)) }
    }
    var members: CBORMap = ["from": .text(before.data), "to": .text(after.data)]
    var card = Card()
    for name in ["create", "update", "delete"] {
      members["\(name)d"] = .count(counts[name] ?? 0)
      card.add("\(name)d", .count(counts[name] ?? 0))
    }
    var answer = Answer(
      members, page: stat ? [.card(card)] : [],
      notes: changes.isEmpty ? ["no differences"] : [])
    if exitCode, !changes.isEmpty { answer.status = .negative }
    return answer
  }

  private func side(_ text: String, _ job: Job) throws -> Reading {
    if let name = RevName(text) {
      return try RepoReference.account(repo.repo).reading(job, repo, at: name)
    }
    guard text.hasSuffix(".car") || text == "-" else {
      throw Complaint(
        .usage, "UsageError", what: "\(text) is neither a commit nor a CAR file",
        why: "a commit is named by its rev, HEAD, HEAD~3 or its CID",
        remedy: "plaited repo log --oneline")
    }
    return try RepoReference.car(path: text).reading(job, repo)
  }

  private func lines(
    of change: MSTChange, _ before: Reading, _ after: Reading
  ) throws -> [Piece.Line] {
    RecordPatch.lines(
      from: try change.old.map { try CBOR.decode(before.block($0)) },
      to: try change.new.map { try CBOR.decode(after.block($0)) })
  }
}
