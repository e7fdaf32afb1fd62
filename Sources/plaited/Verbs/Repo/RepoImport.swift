// RepoImport.swift: `plaited repo import`: a CAR into the store, after all of it was checked.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoImport: Verb {
  static let configuration = verb(
    "import", "Read a repo from a CAR file into the store.",
    """
    Everything is verified first: every hash, the whole tree, the commit's signature where its \
    key is known. A repo that the store does not have is adopted with its commit as it is, to be \
    read only until it has its key; into a repo that is there the content goes by a new commit. A \
    CAR that is refused leaves nothing behind.
    """)
  static let examples = [
    Example("plaited repo import backup.car", "read a repo from a file"),
    Example("gunzip < backup.car.gz | plaited repo import -", "read it from a pipe"),
    Example("plaited repo import backup.car --dry-run", "verify it, and say what would change"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var schema: ValidateOption
  @Argument(help: "The CAR to read, or - for standard input.") var file: String
  @Option(help: ArgumentHelp("Whose repo it must be.", valueName: "did"))
  var did: String?
  @Option(help: ArgumentHelp("Who must have signed it.", valueName: "did:key"))
  var signer: PublicKeyArgument?
  @Option(
    help: ArgumentHelp("The private key with which it is written from now on.", valueName: "file"))
  var key: String?
  @Option(
    help: ArgumentHelp("A clock that stands at this microsecond.", valueName: "micros"))
  var clock: UInt64?
  @Flag(help: "Verify, say what would change, and write nothing.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    let owner = try did.map { try DID($0) }
    let store = try job.store(StoreWish(createsIfMissing: !dryRun, clock: clock))
    if dryRun { return try preview(store, owner, job) }
    let report = try await imported(store, owner, job)
    var head = report.head
    let name = try did(of: report, in: store)
    if let key {
      try await store.giveKey(job.privateKey(key), to: name)
      head = try store.repo(name).head
    }
    return answer(report, name, head, isWritable: try store.repo(name).status.signingKey != nil)
  }

  private func imported(
    _ store: RepoStore, _ owner: DID?, _ job: Job
  ) async throws -> ImportReport {
    let inlet = file == "-" ? job.desk.input : try ReadableFile(job.desk.path(file)).inlet
    let meter = Meter("importing", "bytes", for: job)
    var byteCount = 0
    var failure: (any Error)?
    let report: ImportReport
    do throws(StoreError) {
      report = try await store.importCAR(
        of: owner, signer: signer?.key, validation: schema.validate
      ) {
        () throws(StoreError) in
        do {
          let piece = try inlet.read()
          byteCount += piece.count
          try meter.reached(byteCount)
          return piece.isEmpty ? nil : piece
        } catch {
          failure = error
          throw .importRefused(.unreadable("\(error)"))
        }
      }
    } catch {
      // What stopped the import was the reading, unless it was the store.
      if let failure { throw failure }
      throw error
    }
    try meter.finish()
    return report
  }

  private func did(of report: ImportReport, in store: RepoStore) throws -> DID {
    guard let repo = store.repos.first(where: { $0.head?.commit == report.head.commit }) else {
      throw Complaint(
        .bug, "InternalError", what: "the imported repo is not in the store",
        why: "no repo has head \(report.head.commit)", remedy: "plaited store check")
    }
    return repo.did
  }

  private func answer(
    _ report: ImportReport, _ did: DID, _ head: RepoHead, isWritable: Bool
  ) -> Answer {
    var members = head.members
    members["did"] = .text(did)
    members["importedCommit"] = .text(report.importedCommit)
    members["records"] = .count(report.recordCount)
    let schemas = SchemaTally(schema.validate, report.schemaCounts)
    members["validation"] = schemas.value
    members["nodes"] = .count(report.nodeCount)
    members["bytes"] = .count(report.byteCount)
    members["adopted"] = .bool(report.isAdopted)
    members["signatureChecked"] = .bool(report.isSignatureChecked)
    members["writable"] = .bool(isWritable)
    var card = Card([
      "did": .id("\(did)"),
      "repo": .text(report.isAdopted ? "adopted as it is" : "changed by a new commit"),
      "signature": report.isSignatureChecked ? .good("valid") : .faint("not checked: no key known"),
      "records": .count(report.recordCount), "schemas": schemas.cell,
      "size": .byteCount(report.byteCount),
    ])
    card.add(head)
    return Answer(
      members, page: [.card(card)],
      notes: isWritable ? [] : ["read-only: import it with --key FILE to write it here"],
      next: ["plaited repo verify \(did)", "plaited repo get --repo \(did)"])
  }

  /// Judges every record as the import would.
  private func schemaTally(of car: Reading, _ job: Job) throws -> SchemaTally {
    var tally = SchemaTally(schema.validate)
    guard schema.validate != .off else { return tally }
    let judge = job.door.schemas.judge
    var walk = car.tree.walk()
    while let entry = try walk.next() {
      guard let path = entry.path else { continue }
      let bytes = try car.block(entry.value)
      do throws(RecordRefusal) {
        tally.add([try judge(path, bytes.span.bytes, schema.validate)])
      } catch {
        throw StoreError.record(path, error)
      }
    }
    return tally
  }

  /// Verifies the CAR and compares it with what is here.
  private func preview(_ store: RepoStore, _ owner: DID?, _ job: Job) throws -> Answer {
    let car = try Reading(CARFile(file, on: job.desk))
    if let owner, owner != car.did {
      throw StoreError.importRefused(.wrongDID(expected: owner, found: car.did))
    }
    let schemas = try schemaTally(of: car, job)
    let isKnown = store.repos.contains { $0.did == car.did && $0.space == .public }
    let before = isKnown ? try store.repo(car.did).snapshot().tree : MST()
    let changes = try before.diff(to: car.tree).changes.map { ChangeRow($0) }
    return Answer(
      CBORMap(present: [
        "did": .text(car.did), "importedCommit": .text(car.commit), "adopted": .bool(!isKnown),
        "changes": .array(changes.map(\.value)), "validation": schemas.value, "dryRun": true,
      ]),
      page: [.table(Table(columns: ChangeRow.columns, rows: changes.map(\.cells)))],
      notes: ["\(changes.count) record(s) would change; nothing was written"])
  }
}
