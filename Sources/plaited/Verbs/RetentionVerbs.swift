// RetentionVerbs.swift: `plaited store compact` and `retention`: how long what was is kept.
import ArgumentParser
import DAGCBOR
import RepoStore

/// How long: `30d`, `72h`, `forever`, `none`.
struct KeepArgument: ExpressibleByArgument, Equatable, Sendable {
  /// nil: for ever.
  var seconds: UInt64?

  init?(argument: String) {
    switch argument {
    case "forever": seconds = nil
    case "none": seconds = 0
    default:
      guard case .ago(let microseconds)? = TimeArgument(argument), argument != "now" else {
        return nil
      }
      seconds = UInt64(microseconds / 1_000_000)
    }
  }

  /// The same in words, in the largest unit that divides it.
  static func text(_ seconds: UInt64?) -> String {
    guard let seconds else { return "forever" }
    if seconds == 0 { return "none" }
    let units: [(UInt64, String)] = [(86_400, "d"), (3_600, "h"), (60, "m")]
    let unit = units.first { seconds % $0.0 == 0 } ?? (1, "s")
    return "\(seconds / unit.0)\(unit.1)"
  }
}

extension Retention {
  var members: CBORMap {
    [
      "history": .string(KeepArgument.text(historySeconds)),
      "replay": .string(KeepArgument.text(replaySeconds)),
    ]
  }
}

struct StoreCompact: Verb {
  static let configuration = verb(
    "compact", "Let go of history that need not be kept, and of what is dead in packs.",
    """
    What every repo holds now stays, and so does all that is younger than the store keeps it \
    (plaited store retention), or than --keep says. Events stay as long as they can be replayed.
    """)
  static let examples = [
    Example("plaited store compact --dry-run", "say what would go"),
    Example("plaited store compact", "keep what the store is set to keep"),
    Example("plaited store compact --keep 7d --json", "keep a week, answer in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("Keep history this long: 30d, 12h, forever, none.", valueName: "time"))
  var keep: KeepArgument?
  @Flag(help: "Say what would go, and change nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    var retention = store.retention
    if let keep { retention.historySeconds = keep.seconds }
    let report = try await store.compact(keeping: retention, isDryRun: dryRun)
    var members = retention.members
    members["dryRun"] = dryRun ? true : nil
    members["segments"] = .count(report.removedSegmentCount)
    members["packs"] = .count(report.removedPackCount)
    members["freedBytes"] = .count(report.freedByteCount)
    if !dryRun { members["writtenBytes"] = .count(report.writtenByteCount) }
    let card = Card([
      "history": .text(KeepArgument.text(retention.historySeconds)),
      "replay": .text(KeepArgument.text(retention.replaySeconds)),
      (dryRun ? "segments to go" : "segments gone"): .count(report.removedSegmentCount),
      (dryRun ? "packs to go" : "packs gone"): .count(report.removedPackCount),
      (dryRun ? "to be freed" : "freed"): .byteCount(report.freedByteCount),
      "written": dryRun ? nil : .byteCount(report.writtenByteCount),
    ])
    return Answer(
      members, page: [.card(card)],
      notes: report.isIdle
        ? ["all of it is younger than that, or in the segment being written"] : [])
  }
}

struct StoreRetention: Verb {
  static let configuration = verb(
    "retention", "Show or change how long history is kept, and events can be replayed.",
    "History goes with the next compaction: plaited store compact, or by itself while serving.")
  static let examples = [
    Example("plaited store retention", "show it"),
    Example("plaited store retention --history forever", "keep everything"),
    Example("plaited store retention --history 90d --replay 24h", "a quarter, and a day of events"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("Keep history this long: 30d, forever, none.", valueName: "time"))
  var history: KeepArgument?
  @Option(help: ArgumentHelp("Replay events this old: 72h.", valueName: "time"))
  var replay: KeepArgument?
  @Flag(help: "Show what it would be, and change nothing.")
  var dryRun = false

  func validate() throws {
    if let replay, replay.seconds == nil {
      throw ValidationError("--replay takes a time, such as 72h: what is replayed is kept whole")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    var retention = store.retention
    if let history { retention.historySeconds = history.seconds }
    if let seconds = replay?.seconds { retention.replaySeconds = seconds }
    if retention != store.retention, !dryRun { try await store.setRetention(retention) }
    var members = retention.members
    members["dryRun"] = dryRun ? true : nil
    return Answer(
      members,
      page: [
        .card(
          Card([
            "history": .text(KeepArgument.text(retention.historySeconds)),
            "replay": .text(KeepArgument.text(retention.replaySeconds)),
          ]))
      ], next: ["plaited store compact --dry-run"])
  }
}
