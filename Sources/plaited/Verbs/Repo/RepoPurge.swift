// RepoPurge.swift: `plaited repo purge`: the history of a repo, gone for good.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoPurge: Verb {
  static let configuration = verb(
    "purge", "Cut the history of a repo: what its records are now stays, what was before is gone.",
    """
    Every file of the store is rewritten that holds something of it; blobs that nothing else \
    refers to go too. Subscribers are told with #sync. Backups, and what other hosts and readers \
    have received, are not reached.
    """)
  static let examples = [
    Example("plaited repo purge --dry-run", "say how many commits would go"),
    Example("plaited repo purge --yes", "cut the history of the owner's public repo"),
    Example(
      "plaited repo purge --space private --yes --json", "of the private one, answer in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Flag(help: "Say what would go, and change nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let repo = try repo.repo(in: store)
    let head = try repo.head
    let commitCount = try repo.log().count
    var members: CBORMap = [
      "did": .text(repo.did), "space": .string(repo.space.rawValue), "rev": .text(head.rev),
    ]
    if dryRun {
      members["dryRun"] = true
      members["commits"] = .count(commitCount)
      return Answer(
        members,
        page: [.card(Card(["head": .id("\(head.rev)"), "commits to go": .count(commitCount)]))],
        notes: [RepoPurge.reach])
    }
    try job.confirm(
      "\(commitCount) commits of \(repo.did) (\(repo.space.rawValue)) go for good, and only the "
        + "records of now stay. \(RepoPurge.reach)")
    let report = try await store.purge(repo.did, repo.space)
    members["events"] = .count(report.eventCount)
    members["segments"] = .count(report.segmentCount)
    members["packs"] = .count(report.removedPackCount)
    members["blobs"] = .count(report.removedBlobCount)
    members["freedBytes"] = .count(report.freedByteCount)
    members["writtenBytes"] = .count(report.writtenByteCount)
    let card = Card([
      "head": .id("\(head.rev)"), "events gone": .count(report.eventCount),
      "segments rewritten": .count(report.segmentCount),
      "packs gone": .count(report.removedPackCount),
      "blobs gone": .count(report.removedBlobCount),
      "freed": .byteCount(report.freedByteCount), "written": .byteCount(report.writtenByteCount),
    ])
    return Answer(
      members, page: [.card(card)], notes: [RepoPurge.reach], next: ["plaited repo log"])
  }

  private static let reach =
    "backups, and what other hosts and readers have received, are not reached"
}
