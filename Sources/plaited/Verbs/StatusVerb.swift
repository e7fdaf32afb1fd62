// StatusVerb.swift: `plaited status`: the store and its repos at a glance.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct Status: Verb {
  static let configuration = verb("status", "The store and its repos at a glance.")
  static let examples = [
    Example("plaited status", "the store in ./data"),
    Example("plaited status -C other", "another store"),
    Example("plaited status --json", "the same as JSON"),
  ]

  @OptionGroup var common: CommonOptions

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let status = store.status
    let repos = store.repos.map { RepoRow($0) }
    let card = Card([
      "store": .text(store.directory), "id": .id(status.storeID), "epoch": .id(status.epoch),
      "lsn": .text("\(status.lastLSN)"), "seq": .text("\(status.lastSeq)"),
      "durability": status.durability == .full ? .text("full") : .bad("relaxed"),
      "log": .byteCount(status.logByteCount), "segments": .count(status.segmentCount),
      "packs": .count(status.packCount),
      "history": .text(KeepArgument.text(status.retention.historySeconds)),
      "replay": .text(KeepArgument.text(status.retention.replaySeconds)),
      "read-only": status.readOnlyReason.map { .bad($0) },
    ])
    var page: [Piece] = [.card(card)]
    if !repos.isEmpty {
      page += [.space, .table(Table(columns: RepoRow.columns, rows: repos.map(\.cells)))]
    }
    return Answer(
      CBORMap(present: [
        "path": .string(store.directory), "id": .string(status.storeID),
        "epoch": .string(status.epoch), "lsn": .number(status.lastLSN.rawValue),
        "seq": .number(status.lastSeq.rawValue), "durability": .string(status.durability.rawValue),
        "logBytes": .count(status.logByteCount), "segments": .count(status.segmentCount),
        "packs": .count(status.packCount),
        "history": .string(KeepArgument.text(status.retention.historySeconds)),
        "replay": .string(KeepArgument.text(status.retention.replaySeconds)),
        "readOnly": status.readOnlyReason.map { .string($0) },
        "repos": .array(repos.map(\.value)),
      ]),
      page: page, next: repos.isEmpty ? ["plaited init"] : ["plaited repo get"])
  }
}

/// A repo of the store in a list.
struct RepoRow {
  var status: RepoStatus

  init(_ status: RepoStatus) { self.status = status }

  static let columns: [Column] = [
    .id("repo"), .text("space"), .id("rev"), .time("written"), .count("seq"), .text("key"),
  ]

  var cells: [Cell] {
    let rev = status.head?.rev
    return [
      .id(status.handle?.description ?? status.did.description), .text(status.space.rawValue),
      rev.map { .id("\($0)") } ?? .absent,
      rev.map { .time(Int64(clamping: $0.microseconds)) } ?? .absent,
      status.head?.seq.map { .count(Int($0.rawValue)) } ?? .absent,
      status.signingKey == nil ? .faint("read-only") : .text("here"),
    ]
  }

  var value: CBORValue {
    var members = status.head?.members ?? [:]
    members["did"] = .text(status.did)
    members["handle"] = status.handle.map { .text($0) }
    members["space"] = .string(status.space.rawValue)
    members["status"] = .string(status.status.name ?? "active")
    members["signingKey"] = status.signingKey.map { .string("did:key:\($0)") }
    return .map(members)
  }
}
