// ApplyRun.swift: commits of one `repo apply`, on their way and told.
import ATSyntax
import DAGCBOR
import RepoStore

struct ApplyRun {
  /// Commits that may be on their way: enough to share a sync, few enough to hold in memory.
  private static let pendingCountMax = 512

  private struct Pending {
    var batch: WriteBatch
    var commit: PendingCommit
  }

  private let store: RepoStore
  private let did: DID
  private let space: Space?
  private let meter: Meter
  private var schemas: SchemaTally
  private var repos: [Space: Repo] = [:]
  private var waiting: [Pending] = []
  private var told = 0
  private(set) var counts: [String: Int] = [:]
  private(set) var commitCount = 0
  private(set) var writeCount = 0
  private(set) var head: RepoHead?

  init(
    _ store: RepoStore, _ did: DID, space: Space?, schemas: SchemaTally, meter: Meter
  ) {
    self.store = store
    self.did = did
    self.space = space
    self.schemas = schemas
    self.meter = meter
  }

  func openList(_ job: inout Job) throws {
    job.printer.isLive = true
    try job.printer.openList(
      "commits", [.count("lsn"), .id("rev"), .count("ops"), .count("line")])
  }

  /// Drafts a commit; waits where too many are on their way.
  /// - Throws: why this or an earlier commit was refused; nothing after it has been drafted.
  mutating func enqueue(_ batch: WriteBatch, _ job: inout Job) async throws {
    let repo = try repo(for: batch)
    let commit: PendingCommit
    do throws(StoreError) {
      commit = try repo.enqueue(batch.writes)
    } catch {
      throw ApplyRun.refused(batch, error)
    }
    waiting.append(Pending(batch: batch, commit: commit))
    if commit.refusal != nil { return try await drain(&job) }
    if waiting.count - told >= ApplyRun.pendingCountMax { try await tellFirst(&job) }
  }

  /// Judges a batch on the repo as it is, alone.
  mutating func check(_ batch: WriteBatch) throws {
    let repo = try repo(for: batch)
    do throws(StoreError) {
      let preview = try repo.preview(batch.writes)
      count(preview.results)
      schemas.add(preview.schemas)
    } catch {
      throw ApplyRun.refused(batch, error)
    }
    commitCount += 1
    writeCount += batch.writes.count
  }

  /// Waits for everything that is on its way.
  mutating func drain(_ job: inout Job) async throws {
    store.flush()
    while told < waiting.count { try await tellFirst(&job) }
    try meter.finish()
  }

  private mutating func tellFirst(_ job: inout Job) async throws {
    let first = waiting[told]
    told += 1
    if told == waiting.count || told == ApplyRun.pendingCountMax {
      waiting.removeFirst(told)
      told = 0
    }
    store.flush()
    let receipt: CommitReceipt
    do throws(StoreError) {
      receipt = try await first.commit.durable
    } catch {
      throw ApplyRun.refused(first.batch, error)
    }
    count(receipt.results)
    schemas.add(receipt.schemas)
    writeCount += first.batch.writes.count
    head = receipt.head
    if receipt.isNoOp { return }
    commitCount += 1
    if job.printer.mode == .ndjson {
      try job.printer.row(
        [
          .count(Int(receipt.head.lsn.rawValue)), .id("\(receipt.head.rev)"),
          .count(receipt.opCount), .count(first.batch.lastLine),
        ], value(receipt, line: first.batch.lastLine))
    }
    try meter.reached(writeCount)
  }

  private mutating func count(_ results: [WriteResult]) {
    for result in results { counts[result.name, default: 0] += 1 }
  }

  private func value(_ receipt: CommitReceipt, line: Int) -> CBORValue {
    var members = receipt.head.members
    var found = SchemaTally(schemas.validation)
    found.add(receipt.schemas)
    members["validation"] = found.value
    members["ops"] = .count(receipt.opCount)
    members["line"] = .count(line)
    return .map(members)
  }

  /// The tree that all of a batch belongs to.
  private mutating func repo(for batch: WriteBatch) throws -> Repo {
    let policy = store.policy(of: did)
    var found: (space: Space, collection: NSID)?
    for write in batch.writes {
      let collection = write.path.collection
      let space = space ?? policy.space(of: collection)
      if let found, found.space != space {
        throw Complaint(
          .conflict, "WrongSpace", what: "\(batch.place) mix two trees",
          why: "\(found.collection) is kept in the \(found.space.rawValue) tree, "
            + "\(collection) in the \(space.rawValue) one, and a commit is of one tree",
          remedy: "sort the lines by collection, or use --single")
      }
      found = found ?? (space, collection)
    }
    let space = found?.space ?? .public
    if let repo = repos[space] { return repo }
    let repo = try store.repo(did, space)
    repos[space] = repo
    return repo
  }

  private static func refused(_ batch: WriteBatch, _ error: StoreError) -> Complaint {
    var complaint = Complaint(error)
    complaint.what = "\(batch.place): \(complaint.what)"
    return complaint
  }
}

extension ApplyRun {
  func answer(isDryRun: Bool, mode: OutputMode) -> Answer {
    var members = CBORMap(present: [
      "commits": .count(commitCount), "writes": .count(writeCount),
      "validation": schemas.value, "dryRun": isDryRun ? true : nil,
    ])
    var card = Card(["writes": .count(writeCount), "commits": .count(commitCount)])
    for name in ["created", "updated", "deleted", "unchanged"] {
      members[name] = .count(counts[name] ?? 0)
      card.add(name, counts[name].map { .count($0) })
    }
    card.add("schemas", schemas.cell)
    for (name, value) in head?.members ?? [:] { members[name] = value }
    if let head { card.add(head) }
    return Answer(
      members, page: [.card(card)],
      next: isDryRun ? ["plaited repo apply FILE"] : ["plaited repo log", "plaited repo get"])
  }
}
