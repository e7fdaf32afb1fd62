// AccountStore+Blobs.swift: which blobs an account has given, and which of its records name which.
//
// A blob that no record names is temporary: only its owner knows of it. What records name is
// derived from the repos, rev by rev: the uses and the rev that they are of are written together,
// so that a crash leaves an earlier state that is brought up to date like any other.
// Not here: the bytes (BlobStore), or how records are read (XRPC).
import ATSyntax
import DAGCBOR

/// A blob that was uploaded.
public struct BlobEntry: Hashable, Sendable {
  public var cid: CID
  public var mimeType: String
  public var byteCount: Int

  public init(cid: CID, mimeType: String, byteCount: Int) {
    self.cid = cid
    self.mimeType = mimeType
    self.byteCount = byteCount
  }
}

/// A repo's tree: the public or the private one of a DID.
public struct BlobScope: Hashable, Sendable {
  public var did: DID
  public var isPrivate: Bool

  public init(did: DID, isPrivate: Bool) {
    self.did = did
    self.isPrivate = isPrivate
  }
}

/// What one record names now.
public struct BlobUse: Hashable, Sendable {
  /// The record.
  public var path: RecordPath
  /// All blobs that it names; none where it is gone, or names none.
  public var cids: Set<CID>

  public init(path: RecordPath, cids: Set<CID>) {
    self.path = path
    self.cids = cids
  }
}

/// A blob that a record names.
public struct NamedBlob: Hashable, Sendable {
  public var cid: CID
  public var path: RecordPath
}

extension AccountStore {
  /// Remembers a blob whose bytes are durable. One that is known keeps its first type.
  public func addBlob(
    _ blob: BlobEntry, of did: DID, at now: Moment
  ) throws(AccountError) {
    try write { database throws(AccountError) in
      try database.run(
        "INSERT INTO blob VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", .text("\(did)"),
        .text("\(blob.cid)"), .text(blob.mimeType), .integer(Int64(blob.byteCount)),
        .integer(now.seconds))
    }
  }

  /// A blob that `did` has given, temporary or not.
  public func blob(_ cid: CID, of did: DID) throws(AccountError) -> BlobEntry? {
    try read { database throws(AccountError) in
      try database.row(
        "SELECT mimeType, byteCount FROM blob WHERE did = ? AND cid = ?", .text("\(did)"),
        .text("\(cid)")
      ) { BlobEntry(cid: cid, mimeType: $0.text(0), byteCount: Int($0.integer(1))) }
    }
  }

  /// Whether a record of the tree names the blob.
  public func isNamed(_ cid: CID, in scope: BlobScope) throws(AccountError) -> Bool {
    try read { database throws(AccountError) in
      try database.row(
        "SELECT 1 FROM blobUse WHERE did = ? AND cid = ? AND isPrivate = ? LIMIT 1",
        .text("\(scope.did)"), .text("\(cid)"), .integer(scope.isPrivate ? 1 : 0)
      ) { _ in true } ?? false
    }
  }

  /// Blobs that public records name and that are here, by CID: those after `cursor`, named by a
  /// commit after `since`.
  public func namedBlobs(
    of did: DID, after cursor: CID?, since: TID?, limit: Int
  ) throws(AccountError) -> [CID] {
    let texts = try read { database throws(AccountError) in
      try database.rows(
        """
        SELECT DISTINCT blobUse.cid FROM blobUse JOIN blob USING (did, cid)
        WHERE blobUse.did = ? AND isPrivate = 0 AND blobUse.cid > ? AND rev > ?
        ORDER BY blobUse.cid LIMIT ?
        """, .text("\(did)"), .text(cursor?.description ?? ""), .text(since?.description ?? ""),
        .integer(Int64(limit))
      ) { $0.text(0) }
    }
    return try texts.map { text throws(AccountError) in try AccountStore.cid(text) }
  }

  /// Blobs that records name and that are not here, by CID.
  public func missingBlobs(
    of did: DID, after cursor: CID?, limit: Int
  ) throws(AccountError) -> [NamedBlob] {
    let rows = try read { database throws(AccountError) in
      try database.rows(
        """
        SELECT cid, min(path) FROM blobUse WHERE did = ?1 AND cid > ?2
        AND cid NOT IN (SELECT cid FROM blob WHERE did = ?1)
        GROUP BY cid ORDER BY cid LIMIT ?3
        """, .text("\(did)"), .text(cursor?.description ?? ""), .integer(Int64(limit))
      ) { ($0.text(0), $0.text(1)) }
    }
    var blobs: [NamedBlob] = []
    for (cid, path) in rows {
      let cid = try AccountStore.cid(cid)
      do throws(SyntaxError) {
        blobs.append(NamedBlob(cid: cid, path: try RecordPath(path)))
      } catch {
        throw .damaged(table: "blobUse", detail: "\(error)")
      }
    }
    return blobs
  }

  /// How many blobs records name, and how many of these are here.
  public func blobCounts(of did: DID) throws(AccountError) -> (named: Int, present: Int) {
    try read { database throws(AccountError) in
      try database.row(
        """
        SELECT count(*), count(blob.cid) FROM (SELECT DISTINCT did, cid FROM blobUse
        WHERE did = ?) AS named LEFT JOIN blob USING (did, cid)
        """, .text("\(did)")
      ) { (Int($0.integer(0)), Int($0.integer(1))) } ?? (0, 0)
    }
  }

  private static func cid(_ text: String) throws(AccountError) -> CID {
    guard let cid = CID(text) else {
      throw .damaged(table: "blob", detail: "a CID is \(text.prefix(80))")
    }
    return cid
  }
}

extension AccountStore {
  /// The rev that the uses of a tree are of; nil where they have to be found anew.
  public func blobRev(of scope: BlobScope) throws(AccountError) -> TID? {
    let text = try read { database throws(AccountError) in
      try database.row(
        "SELECT rev FROM blobUseRev WHERE did = ? AND isPrivate = ?", .text("\(scope.did)"),
        .integer(scope.isPrivate ? 1 : 0)
      ) { $0.text(0) }
    }
    guard let text else { return nil }
    do throws(SyntaxError) {
      return try TID(text)
    } catch {
      throw .damaged(table: "blobUseRev", detail: "\(error)")
    }
  }

  /// Takes in what changed in a tree up to `rev`; where `isWhole`, `uses` are all there are, not
  /// only those that changed.
  public func setBlobUses(
    _ uses: [BlobUse], of scope: BlobScope, asOf rev: TID, isWhole: Bool
  ) throws(AccountError) {
    let (did, isPrivate) = (
      SQLValue.text("\(scope.did)"), SQLValue.integer(scope.isPrivate ? 1 : 0)
    )
    try write { database throws(AccountError) in
      if isWhole {
        try database.run("DELETE FROM blobUse WHERE did = ? AND isPrivate = ?", did, isPrivate)
      }
      for use in uses {
        let path = SQLValue.text("\(use.path)")
        try database.run(
          "DELETE FROM blobUse WHERE did = ? AND isPrivate = ? AND path = ?", did, isPrivate, path)
        for cid in use.cids {
          try database.run(
            "INSERT INTO blobUse VALUES (?, ?, ?, ?, ?)", did, isPrivate, path, .text("\(cid)"),
            .text("\(rev)"))
        }
      }
      try database.run(
        """
        INSERT INTO blobUseRev VALUES (?, ?, ?)
        ON CONFLICT (did, isPrivate) DO UPDATE SET rev = excluded.rev
        """, did, isPrivate, .text("\(rev)"))
    }
  }
}
