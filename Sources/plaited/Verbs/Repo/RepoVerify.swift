// RepoVerify.swift: `plaited repo verify`: whether a repo is whole, in the store or in a file.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoVerify: Verb {
  static let configuration = verb(
    "verify", "Check a repo: signature, tree, every record.",
    """
    Everything is read and hashed again, and checked by the strictest rules: encoding, order and \
    layer of every key, no node too many. What is wrong is listed; exit status 1 says that there \
    is something.
    """)
  static let examples = [
    Example("plaited repo verify", "check the owner's public repo in the store"),
    Example(
      "plaited repo verify backup.car --key \(Example.key)", "check a file, signature too"),
    Example("plaited repo verify --space private --json", "check the other tree, answer in JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A DID, a handle, or a CAR file.") var what: String?
  @Option(help: ArgumentHelp("Who must have signed it.", valueName: "did:key"))
  var key: PublicKeyArgument?
  @Option(help: ArgumentHelp("As it was with this commit.", valueName: "rev"))
  var at: RevName?

  func answer(_ job: inout Job) async throws -> Answer {
    let reference = try RepoReference(what)
    let meter = Meter("verifying", "records", for: job)
    guard case .account(let name) = reference else {
      guard case .car(let path) = reference else { return Answer() }
      let car = try CARFile(path, on: job.desk)
      let check = try CARVerification(car, key: key?.key) { meter.passed($0) }
      try meter.finish()
      return VerifyAnswer(check.report, did: check.did, isSignatureChecked: key != nil).answer
    }
    let store = try job.store()
    var options = repo
    options.repo = name ?? repo.repo
    let found = try options.repo(in: store)
    let signer = try key?.key ?? found.status.signingKey.map { try PublicKey(multikey: $0) }
    var report = try found.snapshot(at).verify(signer: signer) { meter.passed($0) }
    try meter.finish()
    report.problems += try store.damageProblems()
    return VerifyAnswer(report, did: found.did, isSignatureChecked: signer != nil).answer
  }
}

/// What a verification says.
struct VerifyAnswer {
  private let report: VerifyReport
  private let did: DID
  private let isSignatureChecked: Bool

  init(_ report: VerifyReport, did: DID, isSignatureChecked: Bool) {
    self.report = report
    self.did = did
    self.isSignatureChecked = isSignatureChecked
  }

  var answer: Answer {
    let verdict: Cell =
      report.isClean
      ? .good(isSignatureChecked ? "whole and signed" : "whole; the signature was not checked")
      : .bad("\(report.problems.count) problem(s)")
    var page: [Piece] = [
      .card(
        Card([
          "did": .id("\(did)"), "commit": .id("\(report.commit)"), "data": .id("\(report.data)"),
          "records": .count(report.recordCount), "nodes": .count(report.nodeCount),
          "verdict": verdict,
        ]))
    ]
    if !report.isClean {
      page += [
        .space,
        .table(
          Table(columns: RepoProblem.columns, rows: report.problems.map(\.cells))),
      ]
    }
    var answer = Answer(
      [
        "ok": .bool(report.isClean), "did": .text(did), "commit": .text(report.commit),
        "data": .text(report.data), "records": .count(report.recordCount),
        "nodes": .count(report.nodeCount), "signatureChecked": .bool(isSignatureChecked),
        "problems": .array(report.problems.map(\.value)),
      ], page: page)
    if !report.isClean { answer.status = .negative }
    return answer
  }
}

extension RepoProblem {
  static let columns: [Column] = [.id("rule"), .id("path"), .id("cid"), .text("message")]

  var cells: [Cell] {
    [
      .bad(rule), path.map { .id($0) } ?? .absent, cid.map { .id("\($0)") } ?? .absent,
      .text(message),
    ]
  }

  var value: CBORValue {
    .map(
      CBORMap(present: [
        "rule": .string(rule), "cid": cid.map { .text($0) }, "path": path.map { .string($0) },
        "offset": offset.map { .count($0) }, "message": .string(message),
      ]))
  }
}
