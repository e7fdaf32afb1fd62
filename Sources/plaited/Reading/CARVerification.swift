// CARVerification.swift: a CAR file checked as a repo in the store is: everything that is wrong.
//
// Hashes were checked as the file was read (CARFile). Here the commit, its signature, the tree and
// the form of every record.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import RepoStore

struct CARVerification {
  let did: DID
  private(set) var report: VerifyReport

  /// - Throws: where the file holds no commit, so that there is nothing to verify.
  init(_ car: CARFile, key: PublicKey?, _ progress: (Int) -> Void) throws {
    let (cid, commit) = try car.commit()
    did = commit.did
    report = VerifyReport(commit: cid, data: commit.data)
    let (digest, signature) = commit.signed
    if let key, !key.verify(signature, digest) {
      add("signature", cid, nil, in: car, "it was not signed by \(key)")
    }
    var recordCount = 0
    var problems: [RepoProblem] = []
    do throws(MSTError) {
      report.nodeCount = try MST.verify(root: commit.data, in: car) { key, cid in
        recordCount += 1
        progress(recordCount)
        if let problem = CARVerification.problem(key, cid, in: car) { problems.append(problem) }
      }
    } catch {
      let cid = CARVerification.subject(of: error)
      add("tree", cid, nil, in: car, "\(error)")
    }
    report.recordCount = recordCount
    report.problems += problems
  }

  private mutating func add(
    _ rule: String, _ cid: CID?, _ path: String?, in car: CARFile, _ message: String
  ) {
    report.problems.append(
      RepoProblem(
        rule: rule, cid: cid, path: path, offset: cid.flatMap { car.offset(of: $0) },
        message: message))
  }

  private static func problem(_ key: MSTKey, _ cid: CID, in car: CARFile) -> RepoProblem? {
    func found(_ rule: String, _ message: String) -> RepoProblem {
      RepoProblem(
        rule: rule, cid: cid, path: "\(key)", offset: car.offset(of: cid), message: message)
    }
    do throws(BlockReadFailure) {
      guard let bytes = try car.block(cid) else {
        return found("blockMissing", "the record is not in the file")
      }
      do throws(CBORError) {
        try CBOR.validateObject(bytes)
        return nil
      } catch {
        return found("record", "\(error)")
      }
    } catch {
      return found("record", error.reason)
    }
  }

  private static func subject(of error: MSTError) -> CID? {
    switch error {
    case .blockMissing(let cid, _), .readFailed(let cid, _), .hashMismatch(let cid),
      .node(let cid, _), .shape(let cid, _, _), .value(let cid):
      cid
    case .key, .limit, .notAscending, .proof: nil
    }
  }
}
