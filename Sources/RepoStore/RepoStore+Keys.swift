// RepoStore+Keys.swift: giving a repo that was only kept here the key to be written with.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

extension RepoStore {
  /// Makes an adopted repo writable: from now on it is in the public stream, which begins with
  /// `#identity`, `#account`, an empty commit by this key and its `#sync`.
  ///
  /// The key need not be the one that signed so far; whether the DID's document names it is not
  /// known here.
  /// - Throws: `.policy` where the repo has a key already.
  public func giveKey(
    _ key: PrivateKey, to did: DID, handle: Handle? = nil
  ) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let repo = try repo(did)
    guard try repo.status.signingKey == nil else {
      throw .policy("\(did) has a signing key already")
    }
    try keys.add(key)
    try await creations.run { () throws(StoreError) in
      let run = try activation(of: repo, by: key, handle)
      _ = try write({ run }, of: repo.id)
    }
    dropWriter(repo.id)
  }

  private func activation(
    of repo: Repo, by key: PrivateKey, _ handle: Handle?
  ) throws(StoreError) -> EntryRun {
    let head = try repo.head
    var clock = TIDClock(clockID: surroundings.clock.clockID)
    let now = surroundings.clock.now()
    let rev = try translate({ () throws(SyntaxError) in
      try clock.next(after: head.rev, now: now)
    }) { _ in StoreError.clock(now: now, expected: head.rev.microseconds) }
    let owned = ControlRecord.key(repo.id, key.publicKey.multikey)
    var run = EntryRun(drafts: [], changes: [])
    run.append(.control(owned), .control(owned))
    run.append(
      .event(.identity(IdentityEvent(did: repo.did, handle: handle)), repo.id, .public),
      .handle(repo.id, handle))
    run.append(
      .event(.account(AccountEvent(did: repo.did, status: .active)), repo.id, .public),
      .status(repo.id, .active))
    for index in run.drafts.indices { run.drafts[index].flags.insert(.more) }
    let draft = CommitDraft(
      repo: repo.id, stream: .public,
      unsigned: UnsignedCommit(did: repo.did, rev: rev, data: head.data), ops: [],
      previous: (head.rev, head.data), prefix: run, blocks: CommitBlocks(of: repo.id),
      signing: CommitSigning(key: key, checksCommits: false))
    let finished = try draft.finish()
    var whole = finished.run
    let commit = finished.signed
    whole.drafts[whole.drafts.count - 1].flags.insert(.more)
    whole.append(.sync(commit, repo.id, .public), .head(repo.id, commit))
    return whole
  }
}
