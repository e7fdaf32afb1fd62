// RepoStore+Repos.swift: repos coming and going: each is one run of entries, whole or not at all.
//
// A public repo begins with #identity, #account and an empty signed #commit; a private one with its
// commit alone. Spec: https://atproto.com/specs/account, sync
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

/// What a new repo begins with.
public struct NewRepo: Sendable {
  public var name: RepoName
  /// What signs its commits; kept in the store's keys.
  public var key: PrivateKey
  public var handle: Handle?
  public var policy: RepoPolicy

  public init(
    _ did: DID, _ space: Space = .public, key: PrivateKey, handle: Handle? = nil,
    policy: RepoPolicy = RepoPolicy()
  ) {
    name = RepoName(did, space)
    self.key = key
    self.handle = handle
    self.policy = policy
  }
}

extension RepoStore {
  /// Makes a repo with an empty first commit, and returns when it is durable.
  ///
  /// A repo that was deleted here and comes back goes on after its last rev.
  /// - Throws: `.repoExists`, `.readOnly`, and what a commit throws.
  @discardableResult
  public func createRepo(_ new: NewRepo) async throws(StoreError) -> Repo {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    try keys.add(new.key)
    // One creation at a time: the id of the next must be free.
    let placed = try await creations.run { () throws(StoreError) in
      let (exists, id, last) = log.read { published in
        (
          published.state.names[new.name] != nil,
          RepoID(rawValue: published.state.nextRepoID), published.state.deletedRevs[new.name]
        )
      }
      if exists { throw .repoExists(new.name.did, new.name.space) }
      let draft = try firstCommit(of: new, id: id, after: last)
      return try write(draft)
    }
    _ = placed
    return try repo(new.name.did, new.name.space)
  }

  private func firstCommit(
    of new: NewRepo, id: RepoID, after last: TID?
  ) throws(StoreError) -> CommitDraft {
    let stream = EventStream(new.name.space)
    var prefix = EntryRun(drafts: [], changes: [])
    let created = ControlRecord.created(
      id, new.name, key: new.key.publicKey.multikey, new.policy)
    prefix.append(.control(created), .control(created))
    if new.name.space == .public {
      prefix.append(
        .event(.identity(IdentityEvent(did: new.name.did, handle: new.handle)), id, stream),
        .handle(id, new.handle))
      prefix.append(
        .event(.account(AccountEvent(did: new.name.did, status: .active)), id, stream),
        .status(id, .active))
    }
    for index in prefix.drafts.indices { prefix.drafts[index].flags.insert(.more) }
    var tree = MST()
    var blocks = CommitBlocks(of: id)
    let root = tree.seal { blocks.append($0, $1) }
    let clock = surroundings.clock
    var tids = TIDClock(clockID: clock.clockID)
    let rev = try translate({ () throws(SyntaxError) in
      try tids.next(after: last, now: clock.now())
    }) { _ in StoreError.clock(now: clock.now(), expected: last?.microseconds ?? 0) }
    return CommitDraft(
      repo: id, stream: stream,
      unsigned: UnsignedCommit(did: new.name.did, rev: rev, data: root), ops: [], previous: nil,
      prefix: prefix, blocks: blocks,
      signing: CommitSigning(key: new.key, checksCommits: options.checksCommits))
  }

  var surroundings: Surroundings { log.surroundings }

  /// Writes a draft that no repo's writer has made, and waits for it.
  private func write(_ draft: CommitDraft) throws(StoreError) -> [PlacedEntry] {
    try write({ () throws(StoreError) in try draft.finish().run }, of: draft.repo)
  }

  /// Writes a run that is not a repo's next commit, and waits for it.
  func write(
    _ finish: @escaping QueuedRun.Finish, of repo: RepoID
  ) throws(StoreError) -> [PlacedEntry] {
    let result = OneResult()
    try queue.admit()
    queue.enqueue(
      QueuedRun(
        repo: repo, byteCount: 1_024, finish: finish, done: { placed in result.set(placed) }))
    queue.finish(until: { result.isSet })
    return try result.get()
  }

  /// Deletes a repo: its records are gone for every reader from the entry on; the log keeps its
  /// events until compaction, and shows them to nobody.
  ///
  /// A public repo's deletion is told by an `#account` event.
  public func deleteRepo(_ did: DID, _ space: Space) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let repo = try repo(did, space)
    var run = EntryRun(drafts: [], changes: [])
    if space == .public {
      run.append(
        .event(.account(AccountEvent(did: did, status: .deleted)), .none, .public), .none)
      run.drafts[0].flags.insert(.more)
    }
    let deleted = ControlRecord.deleted(repo.id)
    run.append(.control(deleted), .control(deleted))
    let whole = run
    try await creations.run { () throws(StoreError) in
      try retireWriter(of: repo)
      _ = try write({ whole }, of: repo.id)
    }
    dropWriter(repo.id)
    cache.removeAll()
  }

  /// Changes where collections live and which may only grow.
  ///
  /// - Throws: `.policy` where a collection that has records would change its tree, or would no
  ///   longer be append-only: a policy is tightened, never loosened.
  public func setPolicy(_ policy: RepoPolicy, of did: DID) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let now = self.policy(of: did)
    for space in Space.allCases {
      guard log.read({ $0.state.names[RepoName(did, space)] }) != nil else { continue }
      for collection in try repo(did, space).snapshot().collectionNames() {
        guard policy.space(of: collection) == now.space(of: collection) else {
          throw .policy(
            "\(collection) has records in the \(now.space(of: collection).rawValue) tree")
        }
        guard policy.isAppendOnly(collection) || !now.isAppendOnly(collection) else {
          throw .policy("\(collection) is append-only and has records: that is never undone")
        }
      }
    }
    guard let id = log.read({ $0.state.policyHolder(of: did) }) else {
      throw .noRepo(did, .public)
    }
    let record = ControlRecord.policy(id, policy)
    var run = EntryRun(drafts: [], changes: [])
    run.append(.control(record), .control(record))
    let whole = run
    try await creations.run { () throws(StoreError) in
      _ = try write({ whole }, of: id)
    }
  }
}

extension EntryRun {
  mutating func append(_ draft: EntryDraft, _ change: StoreState.Change) {
    drafts.append(draft)
    changes.append(change)
  }
}

extension EntryDraft {
  static func control(_ record: ControlRecord) -> EntryDraft { .own(.control, record.value) }

  /// An event that brings no blocks.
  static func event(
    _ event: StreamEvent, _ repo: RepoID, _ stream: EventStream
  ) -> EntryDraft {
    EntryDraft(
      repo: repo, kind: .frame, stream: stream,
      body: .frame(DraftedFrame(event), blocks: [], rev: nil))
  }
}

extension StoreState {
  /// The repo whose policy says where a DID's collections live: the public one, or the only one.
  func policyHolder(of did: DID) -> RepoID? {
    names[RepoName(did, .public)] ?? names[RepoName(did, .private)]
  }

  func policy(of did: DID) -> RepoPolicy {
    policyHolder(of: did).flatMap { repos[$0]?.policy } ?? RepoPolicy()
  }
}
