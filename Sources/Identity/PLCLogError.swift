// PLCLogError.swift: which operation of a did:plc log breaks which rule.
import ATSyntax
import DAGCBOR

/// A log that does not verify. Source of the rules: did:plc specification.
public struct PLCLogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with what was found.
  public enum Rule: Hashable, Sendable {
    case json(JSONError)
    /// An entry, or the whole, has not the shape of an audit log.
    case field(FieldError)
    case operation(PLCOperationError)
    case empty
    case tooManyOperations
    /// An entry is of another DID than was asked for.
    case entryDID(DID)
    /// The entry gives another CID than its operation has.
    case entryCID(found: CID, expected: CID)
    /// `createdAt` is no datetime.
    case time(SyntaxError)
    /// An operation is older than the one before it, or has no time in a log that has times.
    case timeOrder
    /// The log says that the operation is nullified where it counts, or the reverse.
    case nullified(found: Bool)
    /// The first operation is a tombstone, or follows another.
    case noCreation
    /// The first operation creates another DID, or none.
    case otherDID(found: DID?)
    /// An operation after the first follows none.
    case secondCreation
    /// `prev` names no operation of the log, or a nullified one.
    case prevUnknown(CID)
    case afterTombstone
    /// No rotation key of the operation before has signed this one (low-S, over exactly its bytes).
    case signature
    /// A fork was not signed by a key before the one that signed the operation in dispute.
    case recoveryKey(disputedSignerIndex: Int)
    /// A fork came later than 72 hours after the operation in dispute.
    case recoveryLate(microseconds: Int64)
    /// A fork in a log without times.
    case forkWithoutTimes
  }

  public let rule: Rule
  /// The operation, counted from 0; nil where the log as a whole is wrong.
  public let index: Int?

  init(_ rule: Rule, at index: Int?) {
    self.rule = rule
    self.index = index
  }

  public var description: String {
    "did:plc log" + (index.map { ", operation \($0)" } ?? "") + ": \(explanation)"
  }

  private var explanation: String {
    switch rule {
    case .json(let error): error.description
    case .field(let error): error.description
    case .operation(let error): error.description
    case .empty: "has no operations"
    case .tooManyOperations:
      "more than \(IdentityLimits.logOperationCountMax) operations are not read"
    case .entryDID(let did): "is of \(did)"
    case .entryCID(let found, let expected): "is \(expected), but the log says \(found)"
    case .time(let error): "createdAt: \(error)"
    case .timeOrder: "is older than the operation before it, or has no time"
    case .nullified(let found):
      "the log says that it is \(found ? "" : "not ")nullified, but it is\(found ? " not" : "")"
    case .noCreation: "is not the creation of an identity"
    case .otherDID(let found): "creates \(found.map { "\($0)" } ?? "no identity"), not this one"
    case .secondCreation: "follows no operation"
    case .prevUnknown(let cid): "follows \(cid), which is not in the log or is nullified"
    case .afterTombstone: "follows a tombstone"
    case .signature: "no rotation key of the operation before it has signed it"
    case .recoveryKey(let index):
      "forks, but none of the \(index) keys stronger than the disputed signer has signed it"
    case .recoveryLate(let microseconds):
      "forks \(microseconds / 3_600_000_000) hours after the disputed operation, allowed are 72"
    case .forkWithoutTimes: "forks in a log without times, so nobody knows if it was in time"
    }
  }
}
