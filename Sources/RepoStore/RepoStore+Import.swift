// RepoStore+Import.swift: a repo from a CAR, all of it checked before any of it counts.
//
// The blocks are set aside, the tree and every record are verified, and only then laid down in a
// pack in the order of an export; one run of entries makes the pack, the head and its #sync part of
// the store. A refused import leaves nothing behind.
// A repo that is not here is adopted with its commit as it is; one that is here gets a new commit
// of its own on the imported tree.
// Spec: com.atproto.repo.importRepo, https://atproto.com/specs/sync
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

/// What the caller of an import says of where it comes from.
struct ForeignOrigin {
  var did: DID?
  var signer: PublicKey?
  var validation: ValidationMode
}

/// What an import brought.
public struct ImportReport: Sendable {
  public var head: RepoHead
  /// The commit in the CAR; the head itself where the repo was adopted.
  public var importedCommit: CID
  public var recordCount: Int
  /// Of them, by what was found of their schemas; none where nobody looked.
  public var schemaCounts: [ValidationStatus: Int]
  public var nodeCount: Int
  public var byteCount: Int
  /// Whether the commit's signature was checked with a key.
  public var isSignatureChecked: Bool
  /// Whether the repo was not here before.
  public var isAdopted: Bool
}

extension RepoStore {
  /// Imports a CAR, whose bytes `next` gives chunk by chunk, nil at the end.
  ///
  /// Memory is bounded but for about 40 bytes a block. Other repos can be written meanwhile.
  /// `did`: who the repo must be of; nil for whoever the commit names.
  /// `signer`: who must have signed the commit; nil: the key of the repo that is here, or nobody.
  /// `validation`: how every record is held to its schema.
  /// - Throws: `.importRefused` with what is wrong; `.appendOnly` or `.wrongSpace` for a record
  ///   that may not come this way; and what `next` throws.
  public func importCAR(
    of did: DID? = nil, signer: PublicKey? = nil, validation: ValidationMode = .optimistic,
    _ next: () throws(StoreError) -> [UInt8]?
  ) async throws(StoreError) -> ImportReport {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let staged = try onDisk { () throws(DiskError) in
      try StagedBlocks(
        "\(log.files.layout.packs)/import-\(surroundings.randomWord()).new",
        on: surroundings.disk)
    }
    let result: Result<ImportReport, StoreError>
    do throws(StoreError) {
      let commit = try stage(next, into: staged)
      let origin = ForeignOrigin(did: did, signer: signer, validation: validation)
      let checked = try verify(commit, in: staged, from: origin)
      result = .success(
        try await creations.run { () throws(StoreError) in
          try holdingWriter(of: checked.name) { () throws(StoreError) in
            try layDown(checked, from: staged)
          }
        })
    } catch {
      result = .failure(error)
    }
    try onDisk { () throws(DiskError) in try staged.discard() }
    return try result.get()
  }

  /// Sets aside all blocks but the commit's.
  ///
  /// - Returns: the commit that the CAR names as its root.
  private func stage(
    _ next: () throws(StoreError) -> [UInt8]?, into staged: StagedBlocks
  ) throws(StoreError) -> Commit {
    var reader = CARReader()
    var root: CID?
    var commit: [UInt8]?
    while let chunk = try next() {
      reader.append(chunk)
      while let item = try inCAR({ () throws(CARError) in try reader.next() }) {
        switch item {
        case .header(let roots):
          guard roots.count == 1 else { throw .importRefused(.rootCount(roots.count)) }
          root = roots[0]
        case .block(let cid, let bytes, _) where cid == root: commit = bytes
        case .block(let cid, let bytes, _):
          try onDisk { () throws(DiskError) in try staged.append(cid, bytes) }
        }
      }
    }
    try inCAR { () throws(CARError) in try reader.finish() }
    try onDisk { () throws(DiskError) in try staged.finish() }
    guard let root else { throw .importRefused(.rootCount(0)) }
    guard let commit else { throw .importRefused(.commitMissing(root)) }
    let block = try translate({ () throws(CommitError) in try CommitBlock(commit) }) {
      StoreError.importRefused(.commit($0))
    }
    guard case .current(let current) = block else { throw .importRefused(.legacyCommit) }
    return current
  }

  private func inCAR<R>(_ body: () throws(CARError) -> R) throws(StoreError) -> R {
    try translate(body) { StoreError.importRefused(.car($0)) }
  }

  private func verify(
    _ commit: Commit, in staged: StagedBlocks, from origin: ForeignOrigin
  ) throws(StoreError) -> CheckedRepo {
    let found = commit.unsigned.did
    if let did = origin.did, did != found {
      throw .importRefused(.wrongDID(expected: did, found: found))
    }
    var signer = origin.signer
    if signer == nil { signer = try knownKey(of: found) }
    if let signer, !signer.verify(commit.signature, commit.unsigned.digest) {
      throw .importRefused(.signature(commit.cid))
    }
    var door = ForeignDoor(
      policy: policy(of: found), validate: options.validate, validation: origin.validation)
    var fault: StoreError?
    var recordCount = 0
    let walk = StagedWalk(staged)
    let nodeCount = try translate({ () throws(MSTError) in
      try MST.verify(root: commit.unsigned.data, in: walk) { key, cid in
        recordCount += 1
        if fault == nil { fault = door.fault(of: key, cid, in: walk) }
      }
    }) { StoreError.importRefused(.tree($0)) }
    if let fault { throw fault }
    return CheckedRepo(
      commit: commit, recordCount: recordCount, schemaCounts: door.schemaCounts,
      nodeCount: nodeCount, isSignatureChecked: signer != nil, isPack: walk.isPack)
  }

  private func knownKey(of did: DID) throws(StoreError) -> PublicKey? {
    guard let id = log.read({ $0.state.names[RepoName(did, .public)] }),
      let name = log.read({ $0.state.repos[id]?.signingKey })
    else { return nil }
    return try translate({ () throws(KeyError) in try PublicKey(multikey: name) }) {
      StoreError.policy("signing key \(name): \($0)")
    }
  }

  /// Writes the pack and the run that makes it count.
  private func layDown(
    _ checked: CheckedRepo, from staged: StagedBlocks
  ) throws(StoreError) -> ImportReport {
    let existing = log.read { published in
      published.state.names[checked.name].flatMap { published.state.repos[$0] }
    }
    let (id, commit, key): (RepoID, Commit, String?)
    if let existing {
      try checkAppendOnly(from: existing, to: checked, in: staged)
      (id, commit, key) = try newCommit(on: checked, over: existing)
    } else {
      id = RepoID(rawValue: log.read { $0.state.nextRepoID })
      commit = checked.commit
      key = try adoptedKey(of: checked)
    }
    let mark = try pack(checked, of: id, from: staged)
    try PackReader(mark, in: log.files).add(to: log.index)
    let run = importRun(commit, of: id, key: key, mark: mark, isNew: existing == nil)
    let placed: [PlacedEntry]
    do throws(StoreError) {
      placed = try write({ run }, of: id)
    } catch {
      if case .outcomeUnknown = error { throw error }
      try log.discard(mark)
      throw error
    }
    let seq = placed.last?.header.seq ?? 0
    return ImportReport(
      head: RepoHead(
        commit: commit.cid, data: commit.unsigned.data, rev: commit.unsigned.rev,
        lsn: placed.last?.header.lsn ?? .zero, seq: seq == 0 ? nil : Seq(rawValue: seq)),
      importedCommit: checked.commit.cid, recordCount: checked.recordCount,
      schemaCounts: checked.schemaCounts,
      nodeCount: checked.nodeCount, byteCount: mark.byteCount,
      isSignatureChecked: checked.isSignatureChecked, isAdopted: existing == nil)
  }

  /// The key by which an adopted repo can be written here: one that is in the ring and signed it.
  private func adoptedKey(of checked: CheckedRepo) throws(StoreError) -> String? {
    for key in try keys.all() {
      let commit = checked.commit
      if key.publicKey.verify(commit.signature, commit.unsigned.digest) {
        return key.publicKey.multikey
      }
    }
    return nil
  }

  /// A commit of our own on the imported tree: after both revs, by the repo's own key.
  private func newCommit(
    on checked: CheckedRepo, over existing: RepoStatus
  ) throws(StoreError) -> (RepoID, Commit, String?) {
    guard let name = existing.signingKey, let key = try keys.key(named: name) else {
      throw .noSigningKey(existing.did)
    }
    guard let head = existing.head else { throw .noRepo(existing.did, existing.space) }
    let imported = checked.commit.unsigned
    var clock = TIDClock(clockID: surroundings.clock.clockID)
    let now = surroundings.clock.now()
    let last = max(head.rev, imported.rev)
    let rev = try translate({ () throws(SyntaxError) in
      try clock.next(after: last, now: now)
    }) { _ in StoreError.clock(now: now, expected: last.microseconds) }
    let unsigned = UnsignedCommit(did: imported.did, rev: rev, data: imported.data)
    return (existing.id, unsigned.signed { key.sign($0) }, name)
  }
}
