// FirehoseVerbs.swift: `plaited firehose tail`: the store's events, as subscribers get them.
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct FirehoseGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "firehose", abstract: "The stream of events.", subcommands: [FirehoseTail.self])
}

struct FirehoseTail: Verb {
  static let configuration = verb(
    "tail", "The last events of the store's public stream, or all after a cursor.",
    "The owner's private stream is shown with --space private; its numbers are those of the log.")
  static let examples = [
    Example("plaited firehose tail", "the last ten events"),
    Example("plaited firehose tail --cursor 0 --ndjson", "all events, a JSON object a line"),
    Example("plaited firehose tail --follow", "the last ten, and then those that come"),
  ]

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("All events after this seq.", valueName: "seq"))
  var cursor: UInt64?
  @Option(name: .shortAndLong, help: ArgumentHelp("So many of the last.", valueName: "n"))
  var number = 10
  @Option(help: ArgumentHelp("End after so many.", valueName: "n"))
  var limit: Int?
  @Flag(name: .shortAndLong, help: "Then wait for more.")
  var follow = false
  @Option(help: ArgumentHelp("The stream: public or private.", valueName: "space"))
  var space: SpaceName = .public
  @Flag(help: "The frames' own bytes, one after the other.")
  var cbor = false
  @Flag(help: "Write bytes to a terminal all the same.")
  var force = false

  var isLive: Bool { follow }

  func validate() throws {
    if number < 0 || limit ?? 0 < 0 { throw ValidationError("a number of events is from 0 on") }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    if cbor { try job.refuseTerminal(unless: force) }
    var reader = store.events(after: try start(in: store), streams: [space.stream])
    if !cbor { try job.printer.openList("events", EventRow.columns) }
    var count = 0
    while limit.map({ count < $0 }) ?? true {
      guard let event = try reader.next() else {
        let position = reader.position
        guard follow, await store.nextDurable(after: position) > position else { break }
        continue
      }
      count += 1
      if cbor {
        try job.printer.bytes(event.frame)
        if follow { try job.printer.out.flush() }
      } else {
        let row = try EventRow(event)
        try job.printer.row(row.cells, row.value)
      }
    }
    if cbor { return .raw() }
    return Answer([:], notes: count == 0 ? ["no events"] : [])
  }

  /// The place in the log after which the wanted events are.
  private func start(in store: RepoStore) throws -> LSN {
    if let cursor {
      return space == .public
        ? try store.cursor(after: Seq(rawValue: cursor)) : LSN(rawValue: cursor)
    }
    if space == .public {
      let last = store.status.lastSeq.rawValue
      let count = UInt64(number)
      return try store.cursor(after: Seq(rawValue: last > count ? last - count : 0))
    }
    var reader = store.events(after: .zero, streams: [space.stream])
    var cursors: [LSN] = [.zero]
    while let event = try reader.next() { cursors.append(event.lsn) }
    return cursors[max(0, cursors.count - 1 - number)]
  }
}

extension SpaceName {
  fileprivate var stream: EventStream { self == .public ? .public : .private }
}

/// An event as a row.
struct EventRow {
  private let event: LogEvent
  private let content: StreamEvent?

  init(_ event: LogEvent) throws {
    self.event = event
    content =
      if case .message(_, _, let content) = try StreamFrame(event.frame) { content } else { nil }
  }

  static let columns: [Column] = [
    .count("seq"), .time("time"), .text("event"), .id("did"), .id("rev"), .text("what"),
  ]

  private var number: UInt64 { event.seq?.rawValue ?? event.lsn.rawValue }

  var cells: [Cell] {
    [
      .count(Int(clamping: number)), .time(Int64(clamping: event.time)),
      .text(content?.type.rawValue ?? ""), content.map { .id("\($0.did)") } ?? .absent,
      rev.map { .id("\($0)") } ?? .absent, .text(summary),
    ]
  }

  private var rev: TID? {
    switch content {
    case .commit(let commit)?: commit.rev
    case .sync(let sync)?: sync.rev
    case .identity?, .account?, nil: nil
    }
  }

  private var summary: String {
    switch content {
    case .commit(let commit)?:
      commit.ops.isEmpty
        ? "empty"
        : commit.ops.map { "\(ChangeRow($0.change).name) \($0.key)" }.joined(separator: ", ")
    case .sync(let sync)?: "\(sync.blocks.count) bytes"
    case .identity(let identity)?: identity.handle?.description ?? ""
    case .account(let account)?: account.status.name ?? "active"
    case nil: ""
    }
  }

  var value: CBORValue {
    var members: CBORMap = [
      "seq": .number(number), "lsn": .number(event.lsn.rawValue),
      "time": .string(Instant.text(Int64(clamping: event.time))),
    ]
    guard let content else { return .map(members) }
    members["type"] = .string(content.type.rawValue)
    members["did"] = .text(content.did)
    members["rev"] = rev.map { .text($0) }
    switch content {
    case .commit(let commit):
      members["commit"] = .text(commit.commit)
      members["since"] = commit.since.map { .text($0) } ?? .null
      members["prevData"] = commit.prevData.map { .text($0) }
      members["ops"] = .array(commit.ops.map { ChangeRow($0.change).value })
      members["blockBytes"] = .count(commit.blocks.count)
    case .sync(let sync): members["blockBytes"] = .count(sync.blocks.count)
    case .identity(let identity): members["handle"] = identity.handle.map { .text($0) }
    case .account(let account):
      members["active"] = .bool(account.isActive)
      members["status"] = account.status.name.map { .string($0) }
    }
    return .map(members)
  }
}
