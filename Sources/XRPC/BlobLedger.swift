// BlobLedger.swift: which blobs the records of a repo name, brought up to date before it is asked.
//
// The rows in the accounts' database are derived: they are of one rev of each tree, and the
// difference from there to the head's tree is what has to be looked at. Nothing is written with a
// commit, so a commit costs nothing here, and a crash loses nothing.
import ATSyntax
import Accounts
import DAGCBOR
import MST
import RepoStore
import Synchronization

/// The blobs of the accounts of one site.
final class BlobLedger: Sendable {
  private let store: RepoStore
  private let accounts: AccountStore
  /// What each tree was when it was last looked at.
  private let settled = Mutex<[BlobScope: RepoSnapshot]>([:])

  init(_ store: RepoStore, _ accounts: AccountStore) {
    self.store = store
    self.accounts = accounts
  }

  /// Whether every blob that a record names was given, and is what the record says.
  /// - Throws: `BlobNotFound`, `InvalidMimeType`, `InvalidSize`.
  func check(_ record: CBORValue, of did: DID) throws(XRPCError) {
    for reference in BlobReference.all(in: record) {
      let blob = try inAccounts { () throws(AccountError) in
        try accounts.blob(reference.cid, of: did)
      }
      guard let blob else {
        throw .named(.blobNotFound, "the blob \(reference.cid) was not uploaded")
      }
      guard blob.mimeType == reference.mimeType else {
        throw .named(
          .invalidMimeType,
          "the blob \(reference.cid) is \(blob.mimeType), the record says "
            + "\(reference.mimeType)")
      }
      guard Int64(blob.byteCount) == reference.byteCount else {
        throw .named(
          .invalidSize,
          "the blob \(reference.cid) has \(blob.byteCount) bytes, the record says "
            + "\(reference.byteCount)")
      }
    }
  }

  /// Takes in what has changed in the trees of an account.
  ///
  /// Cost: a path of nodes for each record that changed; the whole tree with the first call.
  func settle(_ did: DID) throws(XRPCError) {
    for space in Space.allCases {
      let repo: Repo
      do throws(StoreError) {
        repo = try store.repo(did, space)
      } catch .noRepo {
        continue
      } catch {
        throw XRPCError(error)
      }
      try settle(repo)
    }
  }

  private func settle(_ repo: Repo) throws(XRPCError) {
    let scope = BlobScope(did: repo.did, isPrivate: repo.space == .private)
    try settled.withLock { settled throws(XRPCError) in
      let now = try inStore { () throws(StoreError) in try repo.snapshot() }
      if settled[scope]?.head.commit == now.head.commit { return }
      var before = settled[scope]
      if before == nil { before = try earlier(repo, scope) }
      if let before, before.head.data == now.head.data {
        settled[scope] = now
        return
      }
      let uses = try inStore { () throws(StoreError) in try BlobLedger.uses(from: before, to: now) }
      // Where nothing has to do with blobs nothing is written; the next start looks once more.
      if before == nil || !uses.isEmpty {
        try inAccounts { () throws(AccountError) in
          try accounts.setBlobUses(
            uses, of: scope, asOf: now.head.rev, isWhole: before == nil)
        }
      }
      settled[scope] = now
    }
  }

  /// The tree that the rows are of; nil where it is not known any more.
  private func earlier(_ repo: Repo, _ scope: BlobScope) throws(XRPCError) -> RepoSnapshot? {
    let rev = try inAccounts { () throws(AccountError) in try accounts.blobRev(of: scope) }
    guard let rev else { return nil }
    do throws(StoreError) {
      return try repo.snapshot(at: rev)
    } catch .noSuchRev {
      return nil
    } catch {
      throw XRPCError(error)
    }
  }

  /// What records name now that named, or may have named, something else before.
  private static func uses(
    from before: RepoSnapshot?, to now: RepoSnapshot
  ) throws(StoreError) -> [BlobUse] {
    guard let before else { return try uses(in: now) }
    var uses: [BlobUse] = []
    for change in try before.changes(to: now) {
      guard let path = change.path else { continue }
      let cids = try change.new.map { cid throws(StoreError) in try blobs(of: cid, in: now) } ?? []
      let named =
        try change.old.map { cid throws(StoreError) in
          try blobs(of: cid, in: before)
        } ?? []
      if cids != named { uses.append(BlobUse(path: path, cids: cids)) }
    }
    return uses
  }

  /// All records of a tree that name blobs.
  private static func uses(in now: RepoSnapshot) throws(StoreError) -> [BlobUse] {
    var uses: [BlobUse] = []
    var walk = now.tree.walk()
    while let entry = try inTree({ () throws(MSTError) in try walk.next() }) {
      guard let path = entry.path else { continue }
      let cids = try blobs(of: entry.value, in: now)
      if !cids.isEmpty { uses.append(BlobUse(path: path, cids: cids)) }
    }
    return uses
  }

  private static func blobs(
    of cid: CID, in snapshot: RepoSnapshot
  ) throws(StoreError) -> Set<CID> {
    guard let bytes = try snapshot.block(cid), BlobReference.mayBe(in: bytes) else { return [] }
    do throws(CBORError) {
      return Set(BlobReference.all(in: try CBOR.decode(bytes)).map(\.cid))
    } catch {
      // A record of another host that is not strict: it names nothing that we could serve.
      return []
    }
  }
}

extension MSTChange {
  /// The key as a record path; nil for the rare key of another host that is none.
  fileprivate var path: RecordPath? {
    do throws(SyntaxError) { return try RecordPath(key.description) } catch { return nil }
  }
}

private func inTree<R>(_ body: () throws(MSTError) -> R) throws(StoreError) -> R {
  do throws(MSTError) { return try body() } catch { throw .tree(error) }
}
