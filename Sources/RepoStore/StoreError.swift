// StoreError.swift: everything a store can refuse or fail at, with the evidence.
//
// Three families: what the caller asked cannot be (a negative answer), what the disk did, and what
// the store found damaged. `description` makes the sentence; whoever shows it adds what to do.
import ATSyntax
import DAGCBOR
import MST

/// What a store refused, what its disk did, or what it found damaged.
public enum StoreError: Error, Hashable, Sendable {
  // The caller's.
  case noStore(path: String)
  case storeExists(path: String)
  case locked(path: String, holder: String)
  case closed
  case readOnly(reason: String)
  case noRepo(DID, Space)
  case repoExists(DID, Space)
  case noSigningKey(DID)
  case noRecord(RecordPath)
  case recordExists(RecordPath)
  /// A record's CID is not the one that was asked for; nil: absent.
  case recordMoved(RecordPath, expected: CID?, found: CID?)
  case headMoved(DID, expected: CID, found: CID)
  case noSuchRev(DID, TID)
  case appendOnly(RecordPath)
  /// The collection lives in the other tree.
  case wrongSpace(NSID, belongsTo: Space)
  case record(RecordPath, RecordRefusal)
  case limit(StoreLimit, found: Int)
  case tree(MSTError)
  /// The clock is not to be trusted: the last rev, or the time since the boot, says otherwise.
  case clock(now: UInt64, expected: UInt64)
  case query(String)
  case importRefused(ImportFault)
  case policy(String)

  // The disk's.
  case disk(DiskError)
  /// A write may or may not be durable; reopening decides.
  case outcomeUnknown(rev: TID?, cause: DiskError)
  case busy

  // What was found.
  case corrupt(Corruption)
  case blockMissing(CID, repo: DID)
  /// What was read was an older state, and was let go of meanwhile, or purged.
  case snapshotExpired(DID, TID)
}

/// Why a record is refused.
public enum RecordRefusal: Error, Hashable, Sendable {
  case dataModel(DataModelError)
  case encoding(CBORError)
  /// `$type` names another collection.
  case type(expected: NSID, found: String)
  case tooLarge(byteCount: Int)
  /// What the validating closure given at open said: where in the record (a JSON Pointer), and a
  /// sentence that says where as well.
  case schema(path: String, message: String)
}

/// A bound of `StoreLimits` and what it is.
public enum StoreLimit: Int, Hashable, Sendable {
  case writesPerCommit = 200
  case recordBytes = 1_000_000
  case queuedDrafts = 4_096
}

/// What an import found wrong, and where.
public enum ImportFault: Error, Hashable, Sendable {
  case car(CARError)
  case rootCount(Int)
  case commit(CommitError)
  case legacyCommit
  case commitMissing(CID)
  case signature(CID)
  case wrongDID(expected: DID, found: DID)
  case tree(MSTError)
  case recordMissing(RecordPath, CID)
  case record(RecordPath, CID, String)
  case tooLarge(byteCount: Int)
  /// The rev is not after the last one of this repo.
  case staleRev(last: TID, found: TID)
  case unreadable(String)
}

/// Damage, and where it is.
public struct Corruption: Hashable, Sendable {
  /// The rule that is broken.
  public enum Kind: String, Hashable, Sendable {
    case segmentHeader = "a segment's first page is damaged"
    case segmentMissing = "a segment is missing"
    case format = "the format is of another version"
    case entry = "an entry is damaged, and later ones are not"
    case lostTail = "the log ends before what it is known to have held"
    case unknownKind = "an entry is of a kind that this version does not know"
    case checkpoint = "a checkpoint does not say what it must"
    case frame = "an event does not say what it must"
    case pack = "a pack is missing or not as it was attached"
    case block = "a block does not hash to its name"
  }

  public var kind: Kind
  public var path: String
  public var offset: Int
  public var detail: String

  init(_ kind: Kind, _ path: String, at offset: Int = 0, _ detail: String = "") {
    self.kind = kind
    self.path = path
    self.offset = offset
    self.detail = detail
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noStore(let path): "\(path) holds no store"
    case .storeExists(let path): "\(path) holds a store already"
    case .locked(let path, let holder): "\(path) is in use by \(holder)"
    case .closed: "the store is closed"
    case .readOnly(let reason): "the store is open for reading only: \(reason)"
    case .noRepo(let did, let space): "there is no \(space.rawValue) repo of \(did)"
    case .repoExists(let did, let space): "there is a \(space.rawValue) repo of \(did) already"
    case .noSigningKey(let did): "no signing key of \(did) is here, so its repo cannot be written"
    case .noRecord(let path): "there is no record \(path)"
    case .recordExists(let path): "there is a record \(path) already"
    case .recordMoved(let path, let expected, let found):
      "\(path) is \(name(found)), expected \(name(expected))"
    case .headMoved(let did, let expected, let found):
      "the head of \(did) is \(found), expected \(expected)"
    case .noSuchRev(let did, let rev): "\(did) has no commit \(rev) in the history kept here"
    case .appendOnly(let path):
      "\(path) cannot be changed or deleted: its collection is append-only"
    case .wrongSpace(let collection, let space):
      "\(collection) is kept in the \(space.rawValue) tree"
    case .record(let path, let refusal): "\(path): \(refusal)"
    case .limit(let limit, let found): "\(limit): \(found)"
    case .tree(let error): error.description
    case .clock(let now, let expected):
      "the clock says \(now) µs since 1970, and should say about \(expected)"
    case .query(let text): text
    case .importRefused(let fault): fault.description
    case .policy(let text): text
    case .disk(let error): error.description
    case .outcomeUnknown(let rev, let cause):
      "whether \(rev.map { "commit \($0)" } ?? "the write") is durable is unknown: \(cause)"
    case .busy: "too many writes wait already"
    case .corrupt(let corruption): corruption.description
    case .blockMissing(let cid, let did): "block \(cid) of \(did) is missing"
    case .snapshotExpired(let did, let rev):
      "commit \(rev) of \(did) was let go of while it was being read"
    }
  }

  private func name(_ cid: CID?) -> String { cid?.description ?? "absent" }
}

extension RecordRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .dataModel(let error): error.description
    case .encoding(let error): error.description
    case .type(let expected, let found): "$type is \(found), expected \(expected)"
    case .tooLarge(let byteCount):
      "the record is \(byteCount) bytes, at most \(StoreLimit.recordBytes.rawValue) are allowed"
    case .schema(_, let message): message
    }
  }
}

extension StoreLimit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .writesPerCommit: "writes in one commit, at most \(rawValue)"
    case .recordBytes: "bytes of a record, at most \(rawValue)"
    case .queuedDrafts: "commits that wait, at most \(rawValue)"
    }
  }
}

extension ImportFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .car(let error): error.description
    case .rootCount(let count): "the CAR names \(count) roots, expected one: the commit"
    case .commit(let error): "the commit: \(error)"
    case .legacyCommit: "the commit is of version 2, expected version 3"
    case .commitMissing(let cid): "the CAR does not hold its root \(cid)"
    case .signature(let cid): "the signature of commit \(cid) is not by the repo's key"
    case .wrongDID(let expected, let found): "the commit is of \(found), expected \(expected)"
    case .tree(let error): error.description
    case .recordMissing(let path, let cid): "record \(path) (\(cid)) is not in the CAR"
    case .record(let path, let cid, let reason): "record \(path) (\(cid)): \(reason)"
    case .tooLarge(let byteCount): "more than \(byteCount) bytes"
    case .staleRev(let last, let found): "the rev is \(found), and \(last) is here already"
    case .unreadable(let reason): reason
    }
  }
}

extension Corruption: CustomStringConvertible {
  public var description: String {
    "\(path), byte \(offset): \(kind.rawValue)" + (detail.isEmpty ? "" : " (\(detail))")
  }
}
