// RepoRevert.swift: `plaited repo revert`: the tree of an earlier commit, by a new one.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoRevert: Verb {
  static let configuration = verb(
    "revert", "Make the tree what it was with an earlier commit, by a new commit.",
    """
    Nothing of the past is lost: the log grows by one. Records of append-only collections are \
    never changed; where that would be needed, nothing is done.
    """)
  static let examples = [
    Example("plaited repo revert HEAD~1", "undo the last commit"),
    Example("plaited repo revert HEAD~5 --dry-run", "say what would change"),
    Example("plaited repo revert 3krfzp6ehc222 --json", "go back to this rev, answer in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "A rev, HEAD~3, or the CID of a commit.") var rev: RevName
  @Option(
    help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Say what would change, and write nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let repo = try repo.repo(in: job.store(StoreWish(clock: clock)))
    let target = try repo.rev(rev)
    let changes = try repo.snapshot().changes(to: repo.snapshot(at: target))
    let rows = changes.map { ChangeRow($0) }
    var members: CBORMap = [
      "revertedTo": .text(target), "changes": .array(rows.map(\.value)),
    ]
    let table = Piece.table(Table(columns: ChangeRow.columns, rows: rows.map(\.cells)))
    if dryRun {
      members["dryRun"] = true
      return Answer(members, page: rows.isEmpty ? [] : [table])
    }
    let receipt = try await repo.revert(to: target, validation: schema.validate)
    var schemas = SchemaTally(schema.validate)
    schemas.add(receipt.schemas)
    members["validation"] = schemas.value
    for (name, value) in receipt.head.members { members[name] = value }
    var card = Card([
      "reverted to": .id("\(target)"), "changes": .count(rows.count), "schemas": schemas.cell,
    ])
    card.add(receipt.head)
    return Answer(
      members, page: rows.isEmpty ? [.card(card)] : [table, .space, .card(card)],
      next: ["plaited repo diff \(target) HEAD"])
  }
}
