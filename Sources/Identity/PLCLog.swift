// PLCLog.swift: the operations of one did:plc identity in the order of the directory, verified.
//
//   A ── B ── C ── D           D and C were signed by the second key of B; the first key signs C',
//         └── C' ── E          at most 72 hours after C: C and D are nullified, C' and E count.
//
// Not here: reading a directory's JSON (PLCLog+JSON.swift), or asking one.
// Spec: https://web.plc.directory/spec/v0.1/did-plc
import ATCrypto
import ATSyntax
import DAGCBOR

/// A valid history: to hold one is to know that each operation was allowed when it was made.
public struct PLCLog: Sendable {
  /// An operation in its place.
  public struct Entry: Sendable {
    public let operation: PLCOperation
    /// When the directory took the operation, in microseconds since 1970; nil for a log without
    /// times.
    public let microsecondsSinceEpoch: Int64?
    /// Whether a later fork by a stronger key has made this operation void.
    public fileprivate(set) var isNullified: Bool
    /// The place of the signer among the rotation keys of the operation before (or of this, the
    /// first).
    fileprivate let signerIndex: Int
  }

  public let did: DID
  /// All operations, nullified ones too; never empty.
  public private(set) var entries: [Entry]
  /// Indices of the entries that count, each following from the one before.
  private var path: [Int]

  /// Begins a log with the operation that creates `did`.
  public init(
    of did: DID, creation operation: PLCOperation, at microsecondsSinceEpoch: Int64? = nil
  ) throws(PLCLogError) {
    guard operation.unsigned.prev == nil, let state = operation.unsigned.state else {
      throw PLCLogError(.noCreation, at: 0)
    }
    guard let created = operation.createdDID, created == did else {
      throw PLCLogError(.otherDID(found: operation.createdDID), at: 0)
    }
    guard let signerIndex = operation.signerIndex(among: state.rotationKeys) else {
      throw PLCLogError(.signature, at: 0)
    }
    self.did = did
    entries = [
      Entry(
        operation: operation, microsecondsSinceEpoch: microsecondsSinceEpoch, isNullified: false,
        signerIndex: signerIndex)
    ]
    path = [0]
  }

  /// Verifies a chain without times, as `GET /<did>/log` has it: every operation counts.
  public init(of did: DID, chain: [PLCOperation]) throws(PLCLogError) {
    guard let first = chain.first else { throw PLCLogError(.empty, at: 0) }
    try self.init(of: did, creation: first)
    for operation in chain.dropFirst() { try append(operation) }
  }

  /// The last operation that counts: what the next one's `prev` names.
  public var last: PLCOperation { entries[path[path.count - 1]].operation }

  /// The state now; nil if the identity has been ended by a tombstone.
  public var state: PLCState? { last.unsigned.state }

  /// The document that the directory serves now; nil after a tombstone.
  public var document: DIDDocument? { state.map { DIDDocument(plc: $0, of: did) } }
}

extension PLCLog {
  /// Adds an operation if it may follow now. A fork nullifies the entries after its `prev`.
  ///
  /// - Complexity: one to ten verifications; after a fork, the length of what it nullifies.
  /// - Throws: then the log is as it was.
  public mutating func append(
    _ operation: PLCOperation, at microsecondsSinceEpoch: Int64? = nil
  ) throws(PLCLogError) {
    let index = entries.count
    guard index < IdentityLimits.logOperationCountMax else {
      throw PLCLogError(.tooManyOperations, at: index)
    }
    // A log has times for all of its entries or for none. The entry is there: logs are never empty.
    if let last = entries[index - 1].microsecondsSinceEpoch {
      guard let now = microsecondsSinceEpoch, now >= last else {
        throw PLCLogError(.timeOrder, at: index)
      }
    }
    let position = try position(ofPrev: operation, at: index)
    let signerIndex = try signer(
      of: operation, after: position, at: index, microsecondsSinceEpoch)
    for nullified in path[(position + 1)...] { entries[nullified].isNullified = true }
    path.removeSubrange((position + 1)...)
    path.append(index)
    entries.append(
      Entry(
        operation: operation, microsecondsSinceEpoch: microsecondsSinceEpoch, isNullified: false,
        signerIndex: signerIndex))
  }

  /// The place in `path` of the operation that `operation` follows.
  private func position(
    ofPrev operation: PLCOperation, at index: Int
  ) throws(PLCLogError) -> Int {
    guard let prev = operation.unsigned.prev else { throw PLCLogError(.secondCreation, at: index) }
    guard let position = path.lastIndex(where: { entries[$0].operation.cid == prev }) else {
      throw PLCLogError(.prevUnknown(prev), at: index)
    }
    return position
  }

  /// The place of the signer among the keys that may sign after `position`.
  private func signer(
    of operation: PLCOperation, after position: Int, at index: Int, _ now: Int64?
  ) throws(PLCLogError) -> Int {
    guard let state = entries[path[position]].operation.unsigned.state else {
      throw PLCLogError(.afterTombstone, at: index)
    }
    guard position + 1 < path.count else {
      guard let signer = operation.signerIndex(among: state.rotationKeys) else {
        throw PLCLogError(.signature, at: index)
      }
      return signer
    }
    let disputed = entries[path[position + 1]]
    let stronger = Array(state.rotationKeys.prefix(disputed.signerIndex))
    guard let signer = operation.signerIndex(among: stronger) else {
      throw PLCLogError(.recoveryKey(disputedSignerIndex: disputed.signerIndex), at: index)
    }
    guard let now, let then = disputed.microsecondsSinceEpoch else {
      throw PLCLogError(.forkWithoutTimes, at: index)
    }
    // Cannot overflow where times are datetimes; a caller's own extremes count as too late.
    let (lapsed, isOverflow) = now.subtractingReportingOverflow(then)
    guard !isOverflow, lapsed <= IdentityLimits.recoveryMicroseconds else {
      throw PLCLogError(.recoveryLate(microseconds: isOverflow ? .max : lapsed), at: index)
    }
    return signer
  }
}
