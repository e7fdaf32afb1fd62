// RepoProve.swift: `plaited repo prove|check-proof`: what anyone can check with a public key alone.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoProve: Verb {
  static let configuration = verb(
    "prove", "Prove what is under a path, or that nothing is.",
    """
    The proof is a CAR: the signed commit, the nodes on the way, and the record. For a whole \
    collection or prefix it proves as well that nothing was left out.
    """)
  static let examples = [
    Example("plaited repo prove app.example.note 3k2aexample22 -o proof.car", "prove a record"),
    Example(
      "plaited repo prove app.example.note --prefix 3k -o proof.car",
      "prove all records whose keys begin with 3k"),
    Example(
      "plaited repo prove at://alice.example.com/app.example.note/3k2aexample22 > proof.car",
      "prove a record, named by its URI"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: ArgumentHelp("COLLECTION [RKEY], or an at:// URI.", valueName: "what"))
  var what: [String]
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The file to write, - for standard output.", valueName: "file"))
  var output = "-"
  @Option(help: ArgumentHelp("Only record keys that begin so.", valueName: "rkey"))
  var prefix: String?
  @Option(help: ArgumentHelp("As it was with this commit.", valueName: "rev"))
  var at: RevName?
  @Flag(help: "Write bytes to a terminal all the same.")
  var force = false

  func answer(_ job: inout Job) async throws -> Answer {
    let target = try GetTarget(what)
    let proof: ProofCAR
    switch target.place {
    case .record(let path):
      proof = try ProofCAR(
        of: path, in: target.reading(job, repo, at: at, holding: path.collection))
    case .collection(let collection):
      proof = try ProofCAR(
        ofPrefix: "\(collection)/\(prefix ?? "")",
        in: target.reading(job, repo, at: at, holding: collection))
    case .everything:
      throw Complaint(
        .usage, "UsageError", what: "nothing was named that could be proven",
        why: "a proof is of a collection, a prefix of it, or a record",
        remedy: "plaited repo prove COLLECTION [RKEY] -o proof.car")
    }
    return try proof.written(to: output, job, isForced: force)
  }
}

struct RepoCheckProof: Verb {
  static let configuration = verb(
    "check-proof", "Check a proof with a public key, and nothing else.",
    """
    Without a question, the records that the CAR proves are listed. With COLLECTION/RKEY the \
    record is shown to be there or not; with COLLECTION, and perhaps --prefix, the list is shown \
    to be complete, or what is missing is named.
    """)
  static let examples = [
    Example(
      "plaited repo check-proof proof.car app.example.note/3k2aexample22 --key \(Example.key)",
      "is the record in the repo, and what is its CID?"),
    Example(
      "plaited repo check-proof notes.car app.example.note --prefix 3k --key \(Example.key)",
      "are these all records whose keys begin with 3k?"),
    Example(
      "plaited repo check-proof proof.car --key \(Example.key) --ndjson",
      "which records does the CAR prove?"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "The CAR with the proof, or - for standard input.") var file: String
  @Argument(help: "COLLECTION/RKEY, COLLECTION, or an at:// URI.") var question: String?
  @Option(help: ArgumentHelp("The repo's public key.", valueName: "did:key"))
  var key: PublicKeyArgument
  @Option(help: ArgumentHelp("Only record keys that begin so.", valueName: "rkey"))
  var prefix: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let inlet = file == "-" ? job.desk.input : try ReadableFile(job.desk.path(file)).inlet
    let proof = try RepoProof(car: try inlet.all(upTo: RepoProof.byteCountMax))
    try proof.check(signer: key.key)
    let outcome = try ProofOutcome(of: ProofQuestion(question, prefix: prefix), in: proof)
    try job.printer.openList("records", [.id("path"), .id("cid")])
    for record in outcome.records {
      try job.printer.row(
        [.id("\(record.path)"), .id("\(record.cid)")],
        ["path": .text(record.path), "cid": .text(record.cid)])
    }
    return outcome.answer
  }
}

/// A public key on the command line.
struct PublicKeyArgument: ExpressibleByArgument {
  var key: PublicKey

  init?(argument: String) {
    do throws(KeyError) {
      key =
        try argument.hasPrefix("did:key:")
        ? PublicKey(didKey: argument) : PublicKey(multikey: argument)
    } catch {
      return nil  // the option's own message says what is expected
    }
  }
}
