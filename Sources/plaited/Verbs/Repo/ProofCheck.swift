// ProofCheck.swift: what a proof says to someone who asks, and what it leaves open.
//
// A subtree that is not in the file may hide anything: an answer is complete only if none had to be
// opened for it. Not here: the checking itself (RepoProof).
import ATSyntax
import DAGCBOR
import MST
import RepoStore

/// What is asked of a proof.
enum ProofQuestion: Equatable {
  /// All records that it holds.
  case everything
  case record(RecordPath)
  /// All records whose paths begin so.
  case prefix(String)

  init(_ text: String?, prefix: String?) throws {
    guard var text else {
      self = .everything
      return
    }
    if text.hasPrefix("at://") {
      let uri = try ATURI(text)
      text = uri.path.map { "\($0)" } ?? uri.collection.map { "\($0)" } ?? ""
    }
    if text.contains("/") {
      self = .record(try RecordPath(text))
    } else {
      self = .prefix("\(try NSID(text))/\(prefix ?? "")")
    }
  }
}

/// What a proof answers.
struct ProofOutcome {
  private let question: ProofQuestion
  private let proof: RepoProof
  private(set) var records: [StoredRecord] = []
  /// A block that the answer needs and the file does not hold.
  private(set) var missing: CID?

  /// - Throws: what makes the proof void; not what it merely leaves open.
  init(of question: ProofQuestion, in proof: RepoProof) throws(RepoProofError) {
    self.question = question
    self.proof = proof
    do throws(RepoProofError) {
      switch question {
      case .everything: records = try proof.enclosedRecords()
      case .record(let path): records = try [proof.record(at: path)].compactMap { $0 }
      case .prefix(let prefix): records = try proof.records(in: .prefix(prefix))
      }
    } catch .tree(.blockMissing(let cid, _)), .tree(.proof(.incomplete(let cid))),
      .recordMissing(_, let cid)
    {
      missing = cid
    }
  }

  private var subject: String {
    switch question {
    case .everything: "everything in the file"
    case .record(let path): "\(path)"
    case .prefix(let prefix): "\(prefix)…"
    }
  }

  private var isAbsence: Bool {
    if case .record = question { records.isEmpty && missing == nil } else { false }
  }

  private var verdict: Cell {
    if let missing { return .bad("incomplete: block \(missing) is missing") }
    return isAbsence
      ? .good("complete: the repo has no such record")
      : .good("complete: \(records.count) record(s)")
  }

  var answer: Answer {
    let members = CBORMap(present: [
      "did": .text(proof.did), "commit": .text(proof.commit), "data": .text(proof.data),
      "rev": proof.rev.map { .text($0) }, "subject": .string(subject), "signature": "valid",
      "complete": .bool(missing == nil),
      "missing": .array([missing].compactMap { $0.map { .text($0) } }),
      "present": .bool(!records.isEmpty),
    ])
    let card = Card([
      "did": .id("\(proof.did)"), "commit": .id("\(proof.commit)"),
      "rev": proof.rev.map { .id("\($0)") }, "signature": .good("valid"),
      "asked for": .text(subject), "answer": verdict,
    ])
    var answer = Answer(members, page: [.card(card)])
    if missing != nil { answer.status = .negative }
    return answer
  }
}
