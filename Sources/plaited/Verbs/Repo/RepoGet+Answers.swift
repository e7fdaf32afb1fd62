// RepoGet+Answers.swift: collections, lists, counts, single records and proofs.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

extension RepoGet {
  /// The collections of a repo; the owner sees both of its trees unless one was asked for.
  func overview(_ job: inout Job, _ target: GetTarget) throws -> Answer {
    let readings = try overviewReadings(job, target)
    guard let first = readings.first else { return Answer() }
    try job.printer.openList(
      "collections", [.id("collection"), .count("records"), .text("space")])
    for reading in readings {
      for item in try reading.collections() {
        let row = CollectionRow(item, reading.space)
        try job.printer.row(row.cells, row.value)
      }
    }
    let isEmpty = job.printer.rowCount == 0
    return Answer(
      CBORMap(present: [
        "did": .text(first.did), "handle": first.handle.map { .text($0) },
        "rev": first.rev.map { .text($0) },
      ]),
      notes: isEmpty ? ["\(first.name) has no records"] : [],
      next: isEmpty
        ? ["plaited repo create app.example.note '{\"text\":\"hello\"}'"]
        : ["plaited repo get COLLECTION"])
  }

  private func overviewReadings(_ job: Job, _ target: GetTarget) throws -> [Reading] {
    guard case .account(let name) = target.reference, repo.space == nil else {
      return [try target.reference.reading(job, repo, at: at)]
    }
    let store = try job.store()
    let did = try store.account(name ?? repo.repo)
    let handle = store.handle(of: did)
    guard at == nil else {
      return [Reading(try store.repo(did).snapshot(at), handle: handle)]
    }
    return try store.repos.filter { $0.did == did }.sorted { $0.id < $1.id }.map { status in
      Reading(try store.repo(did, status.space).snapshot(), handle: handle)
    }
  }

  func counted(_ query: RecordQuery, _ reading: Reading) throws -> Answer {
    var scan = reading.records(query)
    let count = try scan.count()
    return Answer(
      CBORMap(present: [
        "collection": .text(query.collection), "count": .count(count),
        "withoutTime": withoutTime(scan).map { .count($0) },
      ]),
      page: [.lines([Piece.Line(String(count))])], notes: timeNotes(scan, query))
  }

  func listed(
    _ query: RecordQuery, _ reading: Reading, _ job: inout Job
  ) async throws -> Answer {
    let shape = RecordShape(
      reading, fields: try fieldPaths(), isCIDOnly: cid, timeField: query.timeField)
    if cbor { return try bytes(of: query, reading, job) }
    try job.printer.openList("records", shape.columns)
    var scan = reading.records(query)
    var last: RecordKey?
    while let record = try scan.next() {
      try job.printer.row(try shape.cells(record), try shape.value(record))
      last = record.path.rkey
    }
    if watch { try await follow(query, reading, shape, &job) }
    let isFull = last != nil && job.printer.rowCount == query.limit
    let next = isFull ? last : nil
    return Answer(
      CBORMap(present: [
        "cursor": next.map { .text($0) }, "withoutTime": withoutTime(scan).map { .count($0) },
      ]),
      notes: (job.printer.rowCount == 0 ? ["no record matches"] : []) + timeNotes(scan, query),
      next: next.map { ["plaited repo get \(query.collection) --cursor \($0)"] } ?? [])
  }

  /// The records' blocks, a sequence of CBOR items.
  private func bytes(
    of query: RecordQuery, _ reading: Reading, _ job: Job
  ) throws -> Answer {
    try job.refuseTerminal(unless: force)
    var scan = reading.records(query)
    while let record = try scan.next() { try job.printer.bytes(record.bytes) }
    return .raw(notes: timeNotes(scan, query))
  }

  private func withoutTime(_ scan: RecordScan) -> Int? {
    since == nil && until == nil ? nil : scan.withoutTimeCount
  }

  private func timeNotes(_ scan: RecordScan, _ query: RecordQuery) -> [String] {
    guard scan.withoutTimeCount > 0 else { return [] }
    return ["\(scan.withoutTimeCount) left out: no datetime in \(query.timeField)"]
  }

  func record(at path: RecordPath, _ reading: Reading, _ job: inout Job) throws -> Answer {
    guard let record = try reading.record(at: path) else {
      throw Complaint.noRecord(path, in: reading)
    }
    let shape = RecordShape(
      reading, fields: try fieldPaths(), isCIDOnly: cid, timeField: .createdAt)
    if cbor {
      try job.refuseTerminal(unless: force)
      try job.printer.bytes(record.bytes)
      return .raw()
    }
    guard case .map(let members) = try shape.value(record) else { return Answer() }
    return Answer(
      members, page: try shape.page(record),
      next: ["plaited repo prove \(path.collection) \(path.rkey) -o proof.car"])
  }
}

extension Job {
  /// Bytes would leave a terminal in disorder, and are no JSON.
  func refuseTerminal(unless isForced: Bool) throws {
    if printer.mode == .json || printer.mode == .ndjson {
      throw Complaint(
        .usage, "BytesAndJSON", what: "bytes and JSON do not go to the same output",
        why: "standard output was to get both",
        remedy: "name a file for the bytes, or leave out --json and --ndjson")
    }
    if isForced || !desk.terminal.ends.contains(.output) { return }
    throw Complaint(
      .usage, "BytesToTerminal", what: "bytes are not written to a terminal",
      why: "standard output is one", remedy: "add > FILE, or --force")
  }
}

extension Complaint {
  static func noRecord(_ path: RecordPath, in reading: Reading) -> Complaint {
    Complaint(
      .negative, "RecordNotFound", what: "there is no record \(path)",
      why: "\(reading.name) has none under this key"
        + (reading.rev.map { " as of \($0)" } ?? ""),
      remedy: "plaited repo get \(path.collection)")
  }
}

/// A collection in a list.
struct CollectionRow {
  var item: CollectionCount
  var space: Space?

  init(_ item: CollectionCount, _ space: Space?) {
    self.item = item
    self.space = space
  }

  var cells: [Cell] {
    [
      .id(item.collection.description), .count(item.count),
      space.map { .text($0.rawValue) } ?? .absent,
    ]
  }

  var value: CBORValue {
    .map(
      CBORMap(present: [
        "collection": .text(item.collection), "count": .count(item.count),
        "space": space.map { .string($0.rawValue) },
      ]))
  }
}
