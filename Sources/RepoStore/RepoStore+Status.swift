// RepoStore+Status.swift: an account that pauses and comes back, and the name that it is known by.
//
// Which events tell of it, and in which order: https://atproto.com/specs/account
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

extension RepoStore {
  /// Says whether an account is active: nothing but its status is told while it is not.
  ///
  /// An account that comes back is told of by `#identity`, `#account`, an empty commit and its
  /// `#sync`. The same status again changes nothing.
  /// - Throws: `.noRepo`, `.noSigningKey`, and what a commit throws.
  public func setStatus(_ status: AccountStatus, of did: DID) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let repo = try repo(did)
    let found = try repo.status
    guard found.status != status else { return }
    _ = try signingKey(of: repo)
    var run = EntryRun(drafts: [], changes: [])
    if status == .active {
      run.append(
        .event(.identity(IdentityEvent(did: did, handle: found.handle)), repo.id, .public), .none)
      run.drafts[0].flags.insert(.more)
    }
    run.append(
      .event(.account(AccountEvent(did: did, status: status)), repo.id, .public),
      .status(repo.id, status))
    try await write(run, of: repo)
    if status == .active { try await announce(repo) }
  }

  /// An empty commit, by the repo's own writer and so in its order, and the `#sync` of it.
  private func announce(_ repo: Repo) async throws(StoreError) {
    try await repo.commit([])
    let snapshot = try repo.snapshot()
    var blocks = CARWriter.header(roots: [snapshot.head.commit])
    CARWriter.appendSection(
      cid: snapshot.head.commit, block: try snapshot.commitBlock(), to: &blocks)
    var run = EntryRun(drafts: [], changes: [])
    run.append(
      .event(
        .sync(SyncEvent(did: repo.did, rev: snapshot.head.rev, blocks: blocks)), repo.id, .public),
      .none)
    try await write(run, of: repo)
  }

  private func write(_ run: EntryRun, of repo: Repo) async throws(StoreError) {
    try await creations.run { () throws(StoreError) in
      _ = try write({ run }, of: repo.id)
    }
  }

  /// Gives an account another handle, which `#identity` tells.
  public func setHandle(_ handle: Handle?, of did: DID) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let repo = try repo(did)
    guard try repo.status.handle != handle else { return }
    var run = EntryRun(drafts: [], changes: [])
    run.append(
      .event(.identity(IdentityEvent(did: did, handle: handle)), repo.id, .public),
      .handle(repo.id, handle))
    try await write(run, of: repo)
  }

  /// The key that signs a repo's commits.
  /// - Throws: `.noSigningKey` where it is not here.
  package func signingKey(of repo: Repo) throws(StoreError) -> PrivateKey {
    guard let name = try repo.status.signingKey, let key = try keys.key(named: name) else {
      throw .noSigningKey(repo.did)
    }
    return key
  }
}
