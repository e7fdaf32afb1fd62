// RepoDescribe.swift: `plaited repo describe|collections|stats`: a repo at a glance.
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoDescribe: Verb {
  static let configuration = verb(
    "describe", "A repo at a glance: whose, which commit, what in it.")
  static let examples = [
    Example("plaited repo describe", "the owner's public repo"),
    Example("plaited repo describe backup.car --json", "a CAR file, as JSON"),
    Example("plaited repo describe --space private", "the owner's other tree"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A DID, a handle, or a CAR file.") var what: String?
  @Option(help: ArgumentHelp("As it was with this commit.", valueName: "rev"))
  var at: RevName?

  func answer(_ job: inout Job) async throws -> Answer {
    let reading = try RepoReference(what).reading(job, repo, at: at)
    let collections = try reading.collections()
    let count = collections.reduce(0) { $0 + $1.count }
    var card = reading.card
    card.add("records", .count(count))
    var members = reading.members
    members["recordCount"] = .count(count)
    members["collections"] = .map(
      CBORMap(collections.map { ("\($0.collection)", .count($0.count)) }))
    let table = Table(
      columns: [.id("collection"), .count("records")],
      rows: collections.map { [.id("\($0.collection)"), .count($0.count)] })
    return Answer(
      members, page: [.card(card)] + (collections.isEmpty ? [] : [.space, .table(table)]),
      next: ["plaited repo get COLLECTION"])
  }
}

extension Reading {
  var members: CBORMap {
    CBORMap(present: [
      "did": .text(did), "handle": handle.map { .text($0) }, "commit": .text(commit),
      "rev": rev.map { .text($0) }, "data": .text(data),
      "space": space.map { .string($0.rawValue) }, "lsn": lsn.map { .number($0.rawValue) },
      "seq": seq.map { .number($0.rawValue) },
    ])
  }

  var card: Card {
    Card([
      "did": .id("\(did)"), "handle": handle.map { .id("\($0)") },
      "space": space.map { .text($0.rawValue) }, "commit": .id("\(commit)"),
      "rev": rev.map { .id("\($0)") },
      "written": rev.map { .time(Int64(clamping: $0.microseconds)) }, "data": .id("\(data)"),
      "lsn": lsn.map { .text("\($0)") }, "seq": seq.map { .text("\($0)") },
    ])
  }
}

struct RepoCollections: Verb {
  static let configuration = verb("collections", "The collections of a repo, with their counts.")
  static let examples = [
    Example("plaited repo collections", "those of the owner's public repo"),
    Example("plaited repo collections backup.car", "those in a CAR file"),
    Example("plaited repo collections --ndjson", "a JSON object each"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A DID, a handle, or a CAR file.") var what: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let reading = try RepoReference(what).reading(job, repo)
    try job.printer.openList(
      "collections", [.id("collection"), .count("records"), .text("space")])
    for item in try reading.collections() {
      let row = CollectionRow(item, reading.space)
      try job.printer.row(row.cells, row.value)
    }
    let isEmpty = job.printer.rowCount == 0
    return Answer(
      [:], notes: isEmpty ? ["\(reading.name) has no records"] : [],
      next: isEmpty ? [] : ["plaited repo get COLLECTION"])
  }
}

struct RepoStats: Verb {
  static let configuration = verb(
    "stats", "How large a repo is, and what shape its tree has.",
    "Reads every node and every record.")
  static let examples = [
    Example("plaited repo stats", "the owner's public repo"),
    Example("plaited repo stats backup.car", "a CAR file"),
    Example("plaited repo stats --json", "the figures as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A DID, a handle, or a CAR file.") var what: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let reading = try RepoReference(what).reading(job, repo)
    var figures = TreeFigures()
    let meter = Meter("reading", "records", for: job)
    var records: Set<CID> = []
    var recordByteCount = 0
    try reading.tree.forEachBlock(wrap: { $0 as any Error }) { block in
      switch block {
      case .node(let cid, let bytes): figures.add(try NodeView(bytes, cid))
      case .record(_, let cid):
        if records.insert(cid).inserted { recordByteCount += try reading.block(cid).count }
        try meter.reached(figures.entryCount)
      }
    }
    try meter.finish()
    var members = reading.members
    for (name, count) in figures.counts { members[name] = .count(count) }
    members["recordBlocks"] = .count(records.count)
    members["recordBytes"] = .count(recordByteCount)
    var card = reading.card
    card.add("records", .count(figures.entryCount))
    card.add("record bytes", .byteCount(recordByteCount))
    card.add("nodes", .count(figures.nodeCount))
    card.add("node bytes", .byteCount(figures.byteCount))
    card.add("layers", .count(figures.layerCount))
    card.add("largest node", .text("\(figures.entryCountMax) entries"))
    return Answer(members, page: [.card(card)])
  }
}

/// Counts of a tree's nodes.
struct TreeFigures {
  private(set) var nodeCount = 0
  private(set) var byteCount = 0
  private(set) var entryCount = 0
  private(set) var entryCountMax = 0
  private(set) var layerCount = 0

  mutating func add(_ node: NodeView) {
    nodeCount += 1
    byteCount += node.byteCount
    entryCount += node.entries.count
    entryCountMax = max(entryCountMax, node.entries.count)
    if let layer = node.layer { layerCount = max(layerCount, layer + 1) }
  }

  var counts: KeyValuePairs<String, Int> {
    [
      "recordCount": entryCount, "nodes": nodeCount, "nodeBytes": byteCount,
      "layers": layerCount, "largestNode": entryCountMax,
    ]
  }
}
