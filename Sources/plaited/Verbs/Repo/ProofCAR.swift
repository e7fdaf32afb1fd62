// ProofCAR.swift: what proves something about a repo, as a CAR, and where it goes.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

struct ProofCAR {
  /// What is proven.
  private let subject: String
  /// The records that it holds; none for a proof of absence.
  private let recordCount: Int
  private let bytes: [UInt8]
  private let snapshot: RepoSnapshot

  /// The proof of what is at `path`, or that nothing is.
  init(of path: RecordPath, in reading: Reading) throws {
    snapshot = try reading.snapshot()
    subject = "\(path)"
    recordCount = try reading.tree.value(of: MSTKey(path)) == nil ? 0 : 1
    bytes = try snapshot.proof(of: path)
  }

  /// The proof that the records whose paths begin with `prefix` are these and no others.
  init(ofPrefix prefix: String, in reading: Reading) throws {
    snapshot = try reading.snapshot()
    subject = "\(prefix)…"
    recordCount = try reading.tree.count(in: .prefix(prefix))
    bytes = try snapshot.proof(of: .prefix(prefix))
  }

  /// Writes the proof to a file, or to standard output for `-`.
  func written(to file: String, _ job: Job, isForced: Bool) throws -> Answer {
    if file == "-" {
      try job.refuseTerminal(unless: isForced)
      try job.printer.bytes(bytes)
      return .raw(notes: [sentence])
    }
    let target = try ReplacingFile(job.desk.path(file))
    try target.append(bytes)
    try target.finish()
    return Answer(
      CBORMap(present: [
        "file": .string(file), "subject": .string(subject), "did": .text(snapshot.did),
        "commit": .text(snapshot.head.commit), "rev": .text(snapshot.head.rev),
        "records": .count(recordCount), "bytes": .count(bytes.count),
      ]),
      page: [
        .card(
          Card([
            "file": .text(file), "proves": .text(sentence),
            "commit": .id("\(snapshot.head.commit)"), "rev": .id("\(snapshot.head.rev)"),
            "size": .byteCount(bytes.count),
          ]))
      ],
      next: ["plaited repo check-proof \(file) --key DID:KEY"])
  }

  private var sentence: String {
    recordCount == 0
      ? "\(subject): there is nothing" : "\(subject): \(recordCount) record(s), and no others"
  }
}

extension Reading {
  /// The commit in the store that this is of.
  /// - Throws: for a CAR: it is a proof itself, and others are made from the store.
  func snapshot() throws -> RepoSnapshot {
    if case .store(let snapshot) = blocks { return snapshot }
    throw Complaint(
      .usage, "UsageError", what: "no proof can be made from \(name)",
      why: "proofs are made from a repo in a store", remedy: "plaited repo import \(name)")
  }
}
