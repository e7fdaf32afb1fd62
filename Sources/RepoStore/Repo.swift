// Repo.swift: one repo of a store: a handle to write it, and to read it as of now or as of then.
import ATSyntax
import DAGCBOR
import MST

/// A repo, named. Cheap to copy; it looks its state up with each call.
public struct Repo: Sendable {
  let store: RepoStore
  public let id: RepoID
  public let name: RepoName

  public var did: DID { name.did }
  public var space: Space { name.space }

  /// What the store knows of it now.
  /// - Throws: `.noRepo` where it was deleted.
  public var status: RepoStatus {
    get throws(StoreError) {
      guard let status = store.log.read({ $0.state.repos[id] }) else {
        throw .noRepo(did, space)
      }
      return status
    }
  }

  /// The newest durable commit.
  public var head: RepoHead {
    get throws(StoreError) {
      guard let head = try status.head else { throw .noRepo(did, space) }
      return head
    }
  }

  /// Makes one commit of `writes`, in order, and returns when it is durable.
  ///
  /// All of them take effect, or none. Cost: one signature, one commit's blocks, and a share of one
  /// sync. Cancelling the task does not cancel the write.
  /// `swapCommit`: the commit that must be the head.
  /// - Throws: the first write that cannot be done, judged on what was durable before;
  ///   `.outcomeUnknown` where the disk failed: reopening decides.
  @discardableResult
  public func commit(
    _ writes: [RecordWrite], swapCommit: CID? = nil
  ) async throws(StoreError) -> CommitReceipt {
    let pending = try enqueue(writes, swapCommit: swapCommit)
    // Signs here and, where nobody writes, writes here: no switch of threads for a single writer.
    store.queue.drive()
    return try await pending.durable
  }

  /// Puts a commit in the queue and returns at once; `durable` of what is returned tells the
  /// outcome. The queue is written by whoever commits next, or beside after `flush`.
  ///
  /// - Throws: `.readOnly`, `.noSigningKey`, `.closed`; refusals of the writes are told later.
  public func enqueue(
    _ writes: [RecordWrite], swapCommit: CID? = nil
  ) throws(StoreError) -> PendingCommit {
    try store.writer(of: self).enqueue(writes, swapCommit: swapCommit)
  }

  /// The repo as of now, readable for as long as it is held.
  public func snapshot() throws(StoreError) -> RepoSnapshot {
    snapshot(of: try head)
  }

  /// The repo as it was with the commit `rev`.
  /// - Throws: `.noSuchRev` where the history kept here does not hold it.
  public func snapshot(at rev: TID) throws(StoreError) -> RepoSnapshot {
    let head = try head
    if head.rev == rev { return try snapshot() }
    guard let found = try store.commit(of: id, rev: rev) else { throw .noSuchRev(did, rev) }
    return snapshot(of: found.head)
  }

  private func snapshot(of head: RepoHead) -> RepoSnapshot {
    RepoSnapshot(
      name: name, head: head, blocks: store.blocks(of: id), lease: store.leases.lease(head.lsn))
  }
}

extension RepoStore {
  /// Starts writing what waits in the queue, beside.
  public func flush() { queue.driveBeside() }

  func blocks(of id: RepoID) -> StoreBlocks {
    StoreBlocks(of: id, in: log, cache: cache)
  }
}
