// RecordWrite.swift: what a caller asks for, what came of it, and the bounds of both.
//
// Semantics are those of com.atproto.repo.applyWrites: the writes of one commit are judged in
// order, each against what those before it leave, and take effect together or not at all.
// Spec: https://atproto.com/specs/repository, lexicon com.atproto.repo.*
import ATSyntax
import DAGCBOR

/// One write of one record.
public struct RecordWrite: Hashable, Sendable {
  /// What to do, and what must be there for it.
  public enum Action: Hashable, Sendable {
    /// The record must not be there.
    case create(CBORValue)
    /// The record may be there or not; the same record again changes nothing.
    case put(CBORValue)
    /// The record must be there.
    case update(CBORValue)
    /// The record must be there.
    case delete
    /// A record that is not there is as good as deleted.
    case deleteIfPresent

    var record: CBORValue? {
      switch self {
      case .create(let record), .put(let record), .update(let record): record
      case .delete, .deleteIfPresent: nil
      }
    }
  }

  /// What the record must be before the write.
  public enum SwapRecord: Hashable, Sendable {
    case any
    case absent
    case cid(CID)
  }

  public var path: RecordPath
  public var action: Action
  public var swapRecord: SwapRecord
  public var validation: ValidationMode

  public init(
    _ path: RecordPath, _ action: Action, swapRecord: SwapRecord = .any,
    validation: ValidationMode = .optimistic
  ) {
    self.path = path
    self.action = action
    self.swapRecord = swapRecord
    self.validation = validation
  }
}

/// What came of one write.
public enum WriteResult: Hashable, Sendable {
  case created(CID)
  case updated(CID, previous: CID)
  case deleted(previous: CID)
  /// Nothing changed: the same record again (its CID), or a record that was not there.
  case unchanged(CID?)
}

/// What came of a commit that is durable.
public struct CommitReceipt: Hashable, Sendable {
  /// The repo's head with this commit, or the one it had where nothing changed.
  public var head: RepoHead
  /// One for each write, in order.
  public var results: [WriteResult]
  /// What was found of each write's schema; `.absent` for a deletion, and where nobody looked.
  public var schemas: [ValidationStatus]
  /// The net effect, in key order: empty for an empty commit.
  public var opCount: Int
  /// No commit was made: every write asked for what was there.
  public var isNoOp: Bool

  init(head: RepoHead, _ effect: WritePreview, opCount: Int, isNoOp: Bool) {
    self.head = head
    results = effect.results
    schemas = effect.schemas
    self.opCount = opCount
    self.isNoOp = isNoOp
  }
}

extension CommitReceipt {
  /// The same answer when it is told: one that made no commit names the head that it was judged on.
  func after(_ predecessor: CommitReceipt) -> CommitReceipt {
    guard isNoOp else { return self }
    var told = self
    told.head = predecessor.head
    return told
  }
}

/// What writes would do.
public struct WritePreview: Hashable, Sendable {
  /// One for each write, in order.
  public var results: [WriteResult]
  /// As in `CommitReceipt`.
  public var schemas: [ValidationStatus]
}

/// The bounds of a store that are not bounds of a commit (`StoreLimit`), each with its reason.
public enum StoreLimits {
  /// Drafts in the queue that are not durable yet: beyond, writers are refused rather than kept
  /// waiting in memory.
  public static let queuedDraftsMax = StoreLimit.queuedDrafts.rawValue
  /// Bytes of the blocks in one event, protocol §22. A commit with more goes out as a pack.
  public static let eventByteCountMax = 2_000_000
  /// Bytes of drafts that wait in the queue, after which writers are refused.
  public static let queuedByteCountMax = 256 << 20
  /// Bytes of nodes and records kept for readers.
  public static let cacheByteCountMax = 32 << 20
  /// Nodes that a writer keeps in memory before it lets go of the lower ones.
  public static let loadedNodeCountMax = 200_000
  /// How long compaction waits for whoever reads an older state, in microseconds: 10 minutes.
  static let leaseMicroseconds: UInt64 = 600 * 1_000_000
  /// Old segments that one compaction lets go of, unless it is told to do more.
  public static let compactedSegmentCountMax = 8
  /// A pack is written again where this part of it, in percent, is dead.
  static let deadPackPercent = 25
  /// How far a clock may be off before a public repo is not written: what relays tolerate of revs
  /// in the future, protocol §22.
  public static let clockToleranceMicroseconds: Int64 = 5 * 60 * 1_000_000
  /// Bytes of a record in other people's repos, protocol §22.
  public static let foreignRecordByteCountMax = 1 << 20
}

/// A record that was encoded and checked at the door.
struct EncodedRecord: Sendable {
  var cid: CID
  var bytes: [UInt8]
  var schema: ValidationStatus
}

/// What every record must pass, whatever its schema: the data model, its type and its size.
struct RecordDoor: Sendable {
  var validate: StoreOptions.Validate?

  /// Encodes `record` for `path`, with `$type` filled in where it is missing.
  func encode(
    _ record: CBORValue, at path: RecordPath, _ validation: ValidationMode = .optimistic
  ) throws(StoreError) -> EncodedRecord {
    try translate({ () throws(RecordRefusal) in try encoded(record, at: path, validation) }) {
      StoreError.record(path, $0)
    }
  }

  private func encoded(
    _ record: CBORValue, at path: RecordPath, _ validation: ValidationMode
  ) throws(RecordRefusal) -> EncodedRecord {
    let collection = path.collection
    var record = record
    switch record["$type"] {
    case .string(collection.description)?: break
    case nil:
      if case .map(var map) = record {
        map["$type"] = .string(collection.description)
        record = .map(map)
      }
    case .string(let found)?: throw .type(expected: collection, found: found)
    case let found?:
      throw .type(
        expected: collection,
        found: String(decoding: JSONForm.encode(found).prefix(80), as: UTF8.self))
    }
    try translate({ () throws(DataModelError) in
      try DataModel.check(record: record, for: .writing)
    }) { RecordRefusal.dataModel($0) }
    let value = record
    let bytes = try translate({ () throws(CBORError) in try CBOR.encode(value) }) {
      RecordRefusal.encoding($0)
    }
    guard bytes.count <= StoreLimit.recordBytes.rawValue else {
      throw .tooLarge(byteCount: bytes.count)
    }
    let schema = validation == .off ? nil : try validate?(path, bytes.span.bytes, validation)
    return EncodedRecord(cid: CID(of: bytes), bytes: bytes, schema: schema ?? .absent)
  }
}
