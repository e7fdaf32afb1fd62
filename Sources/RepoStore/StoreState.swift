// StoreState.swift: everything small that a store knows: repos, heads, numbers, files.
//
// A value that is what the log says: it is made from a checkpoint and the entries after it, and
// changes only by applying entries, in the same way while running and while recovering.
// Not here: where blocks are (BlockIndex), or reading entries (Recovery).
import ATSyntax
import DAGCBOR
import MST

/// The newest commit of a repo, as the log holds it.
public struct RepoHead: Hashable, Sendable {
  /// The CID of the signed commit.
  public var commit: CID
  /// The root of the tree.
  public var data: CID
  public var rev: TID
  /// The entry that brought it.
  public var lsn: LSN
  /// Its number in the public stream; nil in a private tree.
  public var seq: Seq?
}

/// The names of one tree: who and which.
public struct RepoName: Hashable, Sendable {
  public var did: DID
  public var space: Space

  public init(_ did: DID, _ space: Space) {
    self.did = did
    self.space = space
  }
}

/// What a store knows of one repo.
public struct RepoStatus: Sendable {
  public internal(set) var id: RepoID
  public internal(set) var name: RepoName
  public internal(set) var handle: Handle?
  public internal(set) var status: AccountStatus
  /// The multikey of the key that signs; nil for a repo that is only read here.
  public internal(set) var signingKey: String?
  public internal(set) var policy: RepoPolicy
  /// nil between the creation and the first commit of a run, which nobody sees.
  public internal(set) var head: RepoHead?
  /// The commit with which the history begins, where what was before was purged; its entry is that
  /// of the purge.
  public internal(set) var purged: RepoHead?

  public var did: DID { name.did }
  public var space: Space { name.space }
}

struct StoreState: Sendable {
  var identity: StoreIdentity
  var nextLSN = LSN(rawValue: 1)
  var nextSeq: UInt64 = 1
  var nextRepoID: UInt32 = 1
  var repos: [RepoID: RepoStatus] = [:]
  var names: [RepoName: RepoID] = [:]
  /// The last rev of repos that were deleted: one that comes back goes on after it.
  var deletedRevs: [RepoName: TID] = [:]
  var packs: [PackMark] = []
  /// The highest number that a pack ever had.
  var lastPack: UInt32 = 0
  /// Sealed segments in order; the active one is not among them.
  var sealed: [SegmentMark] = []
  var retention = Retention()

  init(identity: StoreIdentity) { self.identity = identity }

  /// The sealed segments and packs that count.
  var files: Set<BlockFile> {
    Set(sealed.map { .segment($0.file) }).union(packs.map { .pack($0.number) })
  }

  /// A segment that is complete.
  struct SegmentMark: Hashable, Sendable {
    var number: UInt32
    /// How many times it was written anew.
    var generation: UInt32 = 0
    var firstLSN: LSN
    /// Where the log ends in it.
    var end: Int
    /// Of the last entry's header.
    var lastChecksum: UInt64

    /// What the segment's file is called by: number and generation.
    var file: UInt32 { SegmentMark.file(number, generation) }

    static let numberBitCount: UInt32 = 24
    /// A segment can be written anew as often; the highest bit is the packs'.
    static let generationMax: UInt32 = 127

    static func file(_ number: UInt32, _ generation: UInt32) -> UInt32 {
      number | generation << numberBitCount
    }
  }

  /// A pack that an `attach` entry made part of the store.
  struct PackMark: Hashable, Sendable {
    var number: UInt32
    var repo: RepoID
    var byteCount: Int
    var checksum: UInt64
    /// It is as old as this entry: the one that attached it, or where a compaction cut.
    var lsn = LSN.zero
  }

  /// The files that are as old as `lsn` or older: of two copies of a block the younger is kept
  /// longer.
  func files(upTo lsn: LSN) -> Set<BlockFile> {
    Set(sealed.filter { $0.firstLSN <= lsn }.map { .segment($0.file) })
      .union(packs.filter { $0.lsn <= lsn }.map { .pack($0.number) })
  }

  /// What an entry does to this.
  enum Change: Sendable {
    case none
    case control(ControlRecord)
    case head(RepoID, commit: CID, data: CID, rev: TID)
    case handle(RepoID, Handle?)
    case status(RepoID, AccountStatus)
    case attach(Attachment)
  }

  /// Takes in one entry that is durable, in order.
  mutating func apply(_ change: Change, lsn: LSN, seq: UInt64) {
    nextLSN = lsn.advanced(by: 1)
    if seq >= nextSeq { nextSeq = seq + 1 }
    switch change {
    case .none: break
    case .control(let record): apply(record, lsn)
    case .head(let id, let commit, let data, let rev):
      repos[id]?.head = RepoHead(
        commit: commit, data: data, rev: rev, lsn: lsn,
        seq: seq == 0 ? nil : Seq(rawValue: seq))
    case .handle(let id, let handle): repos[id]?.handle = handle
    case .status(let id, let status): repos[id]?.status = status
    case .attach(let attachment):
      packs.removeAll { attachment.removedPacks.contains($0.number) }
      sealed.removeAll { attachment.removedSegments.contains($0.number) }
      for mark in attachment.rewritten {
        if let index = sealed.firstIndex(where: { $0.number == mark.number }) {
          sealed[index] = mark
        }
      }
      packs += attachment.packs.map { pack in
        var pack = pack
        if pack.lsn == .zero { pack.lsn = lsn }
        return pack
      }
      lastPack = max(lastPack, attachment.packs.map(\.number).max() ?? 0)
    }
  }

  private mutating func apply(_ record: ControlRecord, _ lsn: LSN) {
    switch record {
    case .created(let id, let name, let key, let policy):
      repos[id] = RepoStatus(
        id: id, name: name, handle: nil, status: .active, signingKey: key, policy: policy,
        head: nil)
      names[name] = id
      nextRepoID = max(nextRepoID, id.rawValue + 1)
    case .deleted(let id):
      guard let repo = repos.removeValue(forKey: id) else { return }
      names[repo.name] = nil
      packs.removeAll { $0.repo == id }
      if let rev = repo.head?.rev { deletedRevs[repo.name] = rev }
    case .policy(let id, let policy): repos[id]?.policy = policy
    case .key(let id, let key): repos[id]?.signingKey = key
    case .jump(let seq): nextSeq = max(nextSeq, seq)
    case .purged(let id, var head):
      head?.lsn = lsn
      repos[id]?.purged = head
    case .retention(let retention): self.retention = retention
    }
  }
}

/// Where a repo's collections live and which of them may only grow.
public struct RepoPolicy: Hashable, Sendable {
  /// Collections, or families of them as `a.b.*`, that are kept in the private tree.
  public var privateCollections: [String]
  /// Collections, or families, whose records are never changed or deleted.
  public var appendOnlyCollections: [String]

  public init(privateCollections: [String] = [], appendOnlyCollections: [String] = []) {
    self.privateCollections = privateCollections
    self.appendOnlyCollections = appendOnlyCollections
  }

  /// The tree in which `collection` is kept.
  public func space(of collection: NSID) -> Space {
    privateCollections.contains { RepoPolicy.matches($0, collection) } ? .private : .public
  }

  /// Whether records of `collection` may only be added.
  public func isAppendOnly(_ collection: NSID) -> Bool {
    appendOnlyCollections.contains { RepoPolicy.matches($0, collection) }
  }

  /// Whether a pattern, an NSID or `NSID-prefix.*`, covers `collection`.
  public static func matches(_ pattern: String, _ collection: NSID) -> Bool {
    guard pattern.hasSuffix(".*") else { return pattern == collection.description }
    return collection.description.hasPrefix(String(pattern.dropLast()))
  }
}
