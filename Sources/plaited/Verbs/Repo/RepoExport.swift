// RepoExport.swift: `plaited repo export`: a repo as a CAR, streamed.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct RepoExport: Verb {
  static let configuration = verb(
    "export", "Write a repo to a CAR file.",
    """
    The blocks come in the order of a walk along the tree, the commit first, so that a reader can \
    follow with little memory. The same commit gives the same bytes.
    """)
  static let examples = [
    Example("plaited repo export backup.car", "write the public tree to a file"),
    Example("plaited repo export - | gzip > backup.car.gz", "write it to a pipe"),
    Example(
      "plaited repo export more.car --since HEAD~3", "only what the last three commits brought"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "The file to write, or - for standard output.") var file = "-"
  @Option(help: ArgumentHelp("Only what is not reachable at this commit.", valueName: "rev"))
  var since: RevName?
  @Option(help: ArgumentHelp("As it was with this commit: a rev, HEAD~3.", valueName: "rev"))
  var at: RevName?
  @Flag(help: "Write bytes to a terminal all the same.")
  var force = false

  func answer(_ job: inout Job) async throws -> Answer {
    let repo = try repo.repo(in: job.store())
    let snapshot = try repo.snapshot(at)
    let earlier = try since.map { try repo.snapshot($0) }
    let meter = Meter("exporting", "bytes", for: job)
    if file == "-" {
      try job.refuseTerminal(unless: force)
      _ = try export(snapshot, since: earlier, meter) { try job.printer.bytes($0) }
      return .raw()
    }
    let target = try ReplacingFile(job.desk.path(file))
    let blockCount = try export(snapshot, since: earlier, meter) { try target.append($0) }
    try target.finish()
    return Answer(
      CBORMap(present: [
        "file": .string(file), "did": .text(snapshot.did), "commit": .text(snapshot.head.commit),
        "data": .text(snapshot.head.data), "rev": .text(snapshot.head.rev),
        "blocks": .count(blockCount), "bytes": .count(target.byteCount),
        "since": earlier.map { .text($0.head.rev) },
      ]),
      page: [
        .card(
          Card([
            "file": .text(file), "commit": .id("\(snapshot.head.commit)"),
            "rev": .id("\(snapshot.head.rev)"), "blocks": .count(blockCount),
            "size": .byteCount(target.byteCount),
          ]))
      ],
      next: ["plaited repo verify \(file)"])
  }

  private func export(
    _ snapshot: RepoSnapshot, since earlier: RepoSnapshot?, _ meter: Meter,
    _ write: ([UInt8]) throws -> Void
  ) throws -> Int {
    var failure: (any Error)?
    var byteCount = 0
    let blockCount: Int
    do throws(StoreError) {
      blockCount = try snapshot.export(since: earlier) { piece throws(StoreError) in
        do {
          try write(piece)
          byteCount += piece.count
          try meter.reached(byteCount)
        } catch {
          failure = error
          throw .closed
        }
      }
    } catch {
      // What stopped the export was the writing, unless it was the store.
      if let failure { throw failure }
      throw error
    }
    try meter.finish()
    return blockCount
  }
}
