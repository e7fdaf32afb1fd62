// RepoSnapshot+Verify.swift: whether a repo is whole, to the last rule.
//
// Everything is read again from the disk and hashed: the commit and its signature, every node,
// every record. What is wrong is listed, not thrown; only the disk can end it early.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

/// Something that is wrong with a repo.
public struct RepoProblem: Hashable, Sendable {
  /// A short name of the rule: `signature`, `commit`, `tree`, `record`, `blockMissing`.
  public var rule: String
  public var cid: CID?
  public var path: String?
  /// In a file of the store, in bytes.
  public var offset: Int?
  public var message: String

  public init(rule: String, cid: CID?, path: String?, offset: Int?, message: String) {
    self.rule = rule
    self.cid = cid
    self.path = path
    self.offset = offset
    self.message = message
  }

  init(rule: String, cid: CID? = nil, path: String? = nil, message: String) {
    self.init(rule: rule, cid: cid, path: path, offset: nil, message: message)
  }
}

/// What a verification found.
public struct VerifyReport: Hashable, Sendable {
  public var commit: CID
  public var data: CID
  public var recordCount = 0
  public var nodeCount = 0
  public var problems: [RepoProblem] = []

  public var isClean: Bool { problems.isEmpty }

  public init(commit: CID, data: CID) {
    self.commit = commit
    self.data = data
  }
}

extension RepoSnapshot {
  /// Verifies the commit, the tree and every record.
  ///
  /// Cost: the whole repo is read and hashed; memory is one path.
  /// - Parameters:
  ///   - signer: who must have signed the commit; nil leaves the signature unchecked.
  ///   - progress: called with the number of records so far, at each.
  public func verify(
    signer: PublicKey? = nil, _ progress: (Int) -> Void = { _ in }
  ) throws(StoreError) -> VerifyReport {
    var report = VerifyReport(commit: head.commit, data: head.data)
    let reader = ReadAhead(blocks)
    if let problem = commitProblem(signer, reader) { report.problems.append(problem) }
    var recordCount = 0
    var problems: [RepoProblem] = []
    do throws(MSTError) {
      report.nodeCount = try MST.verify(root: head.data, in: reader) { key, cid in
        recordCount += 1
        progress(recordCount)
        if let problem = Self.recordProblem(key, cid, reader) { problems.append(problem) }
      }
    } catch {
      problems.append(Self.problem(error))
    }
    report.recordCount = recordCount
    report.problems += problems
    return report
  }

  private func commitProblem(_ signer: PublicKey?, _ reader: ReadAhead) -> RepoProblem? {
    do throws(BlockReadFailure) {
      guard let bytes = try reader.block(head.commit) else {
        return RepoProblem(
          rule: "blockMissing", cid: head.commit, message: "the commit is missing")
      }
      return Self.commitProblem(bytes, head, did, signer)
    } catch {
      return RepoProblem(rule: "commit", cid: head.commit, message: error.reason)
    }
  }

  private static func commitProblem(
    _ bytes: [UInt8], _ head: RepoHead, _ did: DID, _ signer: PublicKey?
  ) -> RepoProblem? {
    let block: CommitBlock
    do throws(CommitError) {
      block = try CommitBlock(bytes)
    } catch {
      return RepoProblem(rule: "commit", cid: head.commit, message: error.description)
    }
    if block.did != did || block.data != head.data {
      return RepoProblem(
        rule: "commit", cid: head.commit,
        message: "it is of \(block.did) with root \(block.data), expected \(did), \(head.data)")
    }
    if let signer, !signer.verify(block.signed.signature, block.signed.digest) {
      return RepoProblem(
        rule: "signature", cid: head.commit,
        message: "it was not signed by \(signer.didKey)")
    }
    return nil
  }

  private static func recordProblem(
    _ key: MSTKey, _ cid: CID, _ reader: ReadAhead
  ) -> RepoProblem? {
    let path = key.description
    do throws(BlockReadFailure) {
      guard let bytes = try reader.block(cid) else {
        return RepoProblem(
          rule: "blockMissing", cid: cid, path: path, message: "the record is missing")
      }
      do throws(CBORError) {
        try CBOR.validateObject(bytes)
        return nil
      } catch {
        return RepoProblem(rule: "record", cid: cid, path: path, message: error.description)
      }
    } catch {
      return RepoProblem(rule: "record", cid: cid, path: path, message: error.reason)
    }
  }

  static func problem(_ error: MSTError) -> RepoProblem {
    switch error {
    case .blockMissing(let cid, _):
      RepoProblem(rule: "blockMissing", cid: cid, message: error.description)
    case .readFailed(let cid, _), .hashMismatch(let cid), .node(let cid, _), .value(let cid):
      RepoProblem(rule: "tree", cid: cid, message: error.description)
    case .shape(let cid, _, let key):
      RepoProblem(rule: "tree", cid: cid, path: key, message: error.description)
    case .key, .limit, .notAscending, .proof:
      RepoProblem(rule: "tree", message: error.description)
    }
  }
}
