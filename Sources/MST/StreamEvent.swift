// StreamEvent.swift: what a server tells its subscribers about the repos that it hosts.
//
// An event says nothing of its place in a stream: `seq` and `time` belong to the frame that carries
// it. Not here: bytes (DraftedFrame writes, StreamFrame reads), or whether a commit event is true
// (CommitEvent+Check).
// Spec: https://atproto.com/specs/sync#firehose, lexicon com.atproto.sync.subscribeRepos
import ATSyntax
import DAGCBOR

/// One change of one repo, identity or account.
public enum StreamEvent: Hashable, Sendable {
  case commit(CommitEvent)
  case sync(SyncEvent)
  case identity(IdentityEvent)
  case account(AccountEvent)

  /// Whom it is about.
  public var did: DID {
    switch self {
    case .commit(let event): event.did
    case .sync(let event): event.did
    case .identity(let event): event.did
    case .account(let event): event.did
    }
  }

  /// The name of its kind.
  public var type: StreamEventType {
    switch self {
    case .commit: .commit
    case .sync: .sync
    case .identity: .identity
    case .account: .account
    }
  }
}

/// The kinds of event; the raw value is `t` of a frame's header.
public enum StreamEventType: String, CaseIterable, Sendable {
  case commit = "#commit"
  case sync = "#sync"
  case identity = "#identity"
  case account = "#account"
}

/// A new commit: what it changed, and the blocks that prove it.
public struct CommitEvent: Hashable, Sendable {
  public let did: DID
  public let rev: TID
  /// The rev of the commit before; nil for a first commit.
  public let since: TID?
  /// The CID of the commit's block.
  public let commit: CID
  /// A CAR: the commit, the records that were written, and the nodes that undoing `ops` needs.
  public let blocks: [UInt8]
  /// What was done, at most one operation for a path.
  public let ops: [RepoOp]
  /// The root of the tree before; nil for a first commit only.
  public let prevData: CID?

  public init(
    did: DID, rev: TID, since: TID?, commit: CID, blocks: [UInt8], ops: [RepoOp], prevData: CID?
  ) {
    self.did = did
    self.rev = rev
    self.since = since
    self.commit = commit
    self.blocks = blocks
    self.ops = ops
    self.prevData = prevData
  }
}

/// The state of a repo without what led to it, after an import, a repair or an activation.
public struct SyncEvent: Hashable, Sendable {
  public let did: DID
  public let rev: TID
  /// A CAR of one block, the commit, which is its root.
  public let blocks: [UInt8]

  public init(did: DID, rev: TID, blocks: [UInt8]) {
    self.did = did
    self.rev = rev
    self.blocks = blocks
  }
}

/// A hint that an identity should be resolved again.
public struct IdentityEvent: Hashable, Sendable {
  public let did: DID
  /// What the sender takes for the handle; it proves nothing.
  public let handle: Handle?

  public init(did: DID, handle: Handle?) {
    self.did = did
    self.handle = handle
  }
}

/// What a host says of an account.
public struct AccountEvent: Hashable, Sendable {
  public let did: DID
  /// Why the account is not active, or what else is said of it.
  public let status: AccountStatus
  /// Whether the repo is to be shown: `active` of the wire. Relays may say `desynchronized` or
  /// `throttled` of an account that is active; for all else the status decides.
  public let isActive: Bool

  /// What a host says of its own accounts: only `.active` is active.
  public init(did: DID, status: AccountStatus) {
    self.init(did: did, status: status, isActive: status == .active)
  }

  /// What was received, contradictions included.
  init(did: DID, status: AccountStatus, isActive: Bool) {
    self.did = did
    self.status = status
    self.isActive = isActive
  }
}

/// The states of an account. Source: https://atproto.com/specs/account#hosting-status
public enum AccountStatus: Hashable, Sendable {
  case active
  case takendown
  case suspended
  case deleted
  case deactivated
  /// Said by those downstream: their copy is behind.
  case desynchronized
  /// Said by those downstream: the account exceeds a limit of theirs.
  case throttled
  /// Inactive without a reason, or a reason that did not exist when this was written.
  case other(String?)

  /// `status` on the wire; nil where the field is left out.
  public var name: String? {
    switch self {
    case .active: nil
    case .takendown: "takendown"
    case .suspended: "suspended"
    case .deleted: "deleted"
    case .deactivated: "deactivated"
    case .desynchronized: "desynchronized"
    case .throttled: "throttled"
    case .other(let name): name
    }
  }

  /// The status that the wire's two fields name.
  package init(name: String?, isActive: Bool) {
    switch name {
    case nil: self = isActive ? .active : .other(nil)
    case "takendown": self = .takendown
    case "suspended": self = .suspended
    case "deleted": self = .deleted
    case "deactivated": self = .deactivated
    case "desynchronized": self = .desynchronized
    case "throttled": self = .throttled
    default: self = .other(name)
    }
  }
}
