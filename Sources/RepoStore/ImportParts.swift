// ImportParts.swift: what an import lays down: the pack, and the run of entries that attaches it.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

extension RepoStore {
  /// A CAR that was found to be a whole repo.
  struct CheckedRepo: Sendable {
    var commit: Commit
    var recordCount: Int
    var schemaCounts: [ValidationStatus: Int]
    var nodeCount: Int
    var isSignatureChecked: Bool
    /// Whether its blocks came in the order of an export, and nothing with them.
    var isPack: Bool

    var name: RepoName { RepoName(commit.unsigned.did, .public) }
  }

  /// Append-only collections of the repo that is here must come through unchanged.
  func checkAppendOnly(
    from existing: RepoStatus, to checked: CheckedRepo, in staged: StagedBlocks
  ) throws(StoreError) {
    let policy = policy(of: existing.did)
    guard !policy.appendOnlyCollections.isEmpty, let head = existing.head else { return }
    let here = MST(root: head.data, in: blocks(of: existing.id))
    let there = MST(root: checked.commit.unsigned.data, in: staged)
    for change in try inTree({ () throws(MSTError) in try here.diff(to: there).changes }) {
      guard change.old != nil, let path = MSTEntry(key: change.key, value: head.data).path,
        policy.isAppendOnly(path.collection)
      else { continue }
      throw .appendOnly(path)
    }
  }

  /// Lays the tree and its records down in the order of an export. Blocks that came in that order,
  /// and nothing with them, are a pack already.
  func pack(
    _ checked: CheckedRepo, of id: RepoID, from staged: StagedBlocks
  ) throws(StoreError) -> StoreState.PackMark {
    if checked.isPack { return try log.layDown(of: id, begun: staged.body) { _ in } }
    var written: Set<Digest> = []
    let walk = StagedWalk(staged)
    let tree = MST(root: checked.commit.unsigned.data, in: walk)
    return try log.layDown(of: id) { writer throws(StoreError) in
      try tree.forEachBlock(wrap: { StoreError.tree($0) }) { block throws(StoreError) in
        switch block {
        case .node(let cid, let bytes):
          try onDisk { () throws(DiskError) in try writer.append(cid, bytes) }
        case .record(let key, let cid):
          guard written.insert(cid.digest).inserted else { return }
          try append(cid, of: key, from: walk, to: &writer)
        }
      }
    }
  }

  private func append(
    _ cid: CID, of key: MSTKey, from walk: StagedWalk, to writer: inout PackWriter
  ) throws(StoreError) {
    let bytes = try translate({ () throws(BlockReadFailure) in try walk.block(cid) }) {
      StoreError.importRefused(.unreadable($0.reason))
    }
    guard let bytes else {
      throw .importRefused(.unreadable("\(key): \(cid) was there and is gone"))
    }
    try onDisk { () throws(DiskError) in try writer.append(cid, bytes) }
  }

  /// The run that makes a pack, a head and its `#sync` part of the store at once.
  ///
  /// - Parameter key: what signs here; without one nobody is told: the repo is only kept.
  func importRun(
    _ commit: Commit, of id: RepoID, key: String?, mark: StoreState.PackMark, isNew: Bool
  ) -> EntryRun {
    let did = commit.unsigned.did
    let stream: EventStream = key == nil ? .private : .public
    var run = EntryRun(drafts: [], changes: [])
    if isNew {
      let created = ControlRecord.created(
        id, RepoName(did, .public), key: key, RepoPolicy())
      run.append(.control(created), .control(created))
    }
    let attachment = Attachment([mark])
    run.append(.own(.attach, attachment.value), .attach(attachment))
    if isNew && key != nil {
      run.append(
        .event(.identity(IdentityEvent(did: did, handle: nil)), id, stream), .handle(id, nil))
      run.append(
        .event(.account(AccountEvent(did: did, status: .active)), id, stream),
        .status(id, .active))
    }
    for index in run.drafts.indices { run.drafts[index].flags.insert(.more) }
    run.append(.sync(commit, id, stream), .head(id, commit))
    return run
  }
}

extension EntryDraft {
  /// The event that says: this commit is the state now. Its one block is the commit.
  static func sync(_ commit: Commit, _ repo: RepoID, _ stream: EventStream) -> EntryDraft {
    var blocks = CommitBlocks(of: repo)
    blocks.close(commit.cid, commit.encoded)
    let event = SyncEvent(did: commit.unsigned.did, rev: commit.unsigned.rev, blocks: blocks.car)
    return EntryDraft(
      repo: repo, kind: .frame, stream: stream,
      body: .frame(
        DraftedFrame(.sync(event)), blocks: blocks.blocks, rev: commit.unsigned.rev))
  }
}

extension StoreState.Change {
  static func head(_ repo: RepoID, _ commit: Commit) -> StoreState.Change {
    .head(
      repo, commit: commit.cid, data: commit.unsigned.data, rev: commit.unsigned.rev)
  }
}
