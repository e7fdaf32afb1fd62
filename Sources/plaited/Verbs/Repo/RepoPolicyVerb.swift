// RepoPolicyVerb.swift: `plaited repo policy`: which collections are private, and which only grow.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoPolicyVerb: Verb {
  static let configuration = verb(
    "policy", "Show or change which collections are private, and which are append-only.",
    """
    A pattern is a collection, or a family of them: dev.example.log.*. A collection that has \
    records stays in its tree, and what is append-only stays so.
    """)
  static let examples = [
    Example("plaited repo policy", "show the policy of the owner's repos"),
    Example(
      "plaited repo policy --private 'app.example.diary.*'", "keep a family in the private tree"),
    Example(
      "plaited repo policy --append-only app.example.audit --yes",
      "records there are never changed or deleted"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(
    help: ArgumentHelp(
      "Whose repos, where the store has those of several (else the owner's).",
      valueName: "did|handle"))
  var repo: String?
  @Option(
    name: .customLong("private"),
    help: ArgumentHelp("Keep these collections in the private tree.", valueName: "pattern"))
  var privatePatterns: [String] = []
  @Option(
    name: .customLong("public"),
    help: ArgumentHelp("Take this pattern out of the private ones.", valueName: "pattern"))
  var publicPatterns: [String] = []
  @Option(
    help: ArgumentHelp("Records there are never changed or deleted.", valueName: "pattern"))
  var appendOnly: [String] = []
  @Flag(help: "Show what the policy would be, and change nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let did = try store.account(repo)
    let before = store.policy(of: did)
    var policy = before
    for pattern in publicPatterns {
      guard policy.privateCollections.contains(pattern) else { throw notPrivate(pattern, policy) }
    }
    policy.privateCollections.removeAll { publicPatterns.contains($0) }
    policy.privateCollections += try new(privatePatterns, beside: policy.privateCollections)
    policy.appendOnlyCollections += try new(appendOnly, beside: policy.appendOnlyCollections)
    if policy != before, !dryRun {
      if policy.appendOnlyCollections != before.appendOnlyCollections {
        try job.confirm("append-only is never undone for a collection that has records")
      }
      try await store.setPolicy(policy, of: did)
    }
    return try rows(policy, did, &job)
  }

  private func new(_ patterns: [String], beside known: [String]) throws -> [String] {
    for pattern in patterns {
      let name = pattern.hasSuffix(".*") ? String(pattern.dropLast(2)) + ".x" : pattern
      _ = try NSID(name.split(separator: ".").count < 3 ? "\(name).x" : name)
    }
    return patterns.filter { !known.contains($0) }
  }

  private func notPrivate(_ pattern: String, _ policy: RepoPolicy) -> Complaint {
    Complaint(
      .negative, "NotPrivate", what: "\(pattern) is not among the private patterns",
      why: "they are \(policy.privateCollections.joined(separator: ", "))",
      remedy: Nearest.word(to: pattern, among: policy.privateCollections)
        .map { "plaited repo policy --public '\($0)'" } ?? "plaited repo policy")
  }

  private func rows(_ policy: RepoPolicy, _ did: DID, _ job: inout Job) throws -> Answer {
    try job.printer.openList("patterns", [.id("pattern"), .text("rule")])
    let rules = [
      ("private", policy.privateCollections), ("appendOnly", policy.appendOnlyCollections),
    ]
    for (rule, patterns) in rules {
      for pattern in patterns.sorted() {
        let name = rule == "private" ? "kept in the private tree" : "append-only"
        try job.printer.row(
          [.id(pattern), .text(name)], ["pattern": .string(pattern), "rule": .string(rule)])
      }
    }
    let isEmpty = job.printer.rowCount == 0
    return Answer(
      CBORMap(present: ["did": .text(did), "dryRun": dryRun ? true : nil]),
      notes: isEmpty ? ["every collection is public, and may change"] : [])
  }
}
