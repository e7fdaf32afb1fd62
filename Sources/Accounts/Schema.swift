// Schema.swift: the tables of private.sqlite, and how an older file becomes one of this version.
//
// The file's own numbers say what it is: `application_id` that it is ours, `user_version` which
// steps it has taken. A step is never changed once it has been released; a later one is added.
// What a repo's log says is not said here again: handles and statuses are the log's.

enum Schema {
  /// `plta`.
  static let applicationID: Int64 = 0x706c_7461

  /// Each takes the database one version further.
  static let steps: [StaticString] = [
    """
    CREATE TABLE account (
      did TEXT PRIMARY KEY, email TEXT UNIQUE, password TEXT, appSalt BLOB NOT NULL,
      created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- A session is a chain of refresh tokens: `family` is the chain, `next` the token after this.
    CREATE TABLE refresh (
      id TEXT PRIMARY KEY, family TEXT NOT NULL, did TEXT NOT NULL, appPassword TEXT,
      isPrivileged INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
      next TEXT, rotated INTEGER,
      FOREIGN KEY (did) REFERENCES account (did) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX refreshFamily ON refresh (family);
    CREATE INDEX refreshAccount ON refresh (did, created);

    CREATE TABLE appPassword (
      did TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, isPrivileged INTEGER NOT NULL,
      created INTEGER NOT NULL,
      PRIMARY KEY (did, name),
      FOREIGN KEY (did) REFERENCES account (did) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE preference (
      did TEXT NOT NULL, position INTEGER NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (did, position),
      FOREIGN KEY (did) REFERENCES account (did) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    -- A blob without a row in blobUse is temporary.
    CREATE TABLE blob (
      did TEXT NOT NULL, cid TEXT NOT NULL, mimeType TEXT NOT NULL, byteCount INTEGER NOT NULL,
      created INTEGER NOT NULL,
      PRIMARY KEY (did, cid)
    ) STRICT, WITHOUT ROWID;

    -- Derived from the repos: which records name which blobs, as of blobUseRev.
    CREATE TABLE blobUse (
      did TEXT NOT NULL, isPrivate INTEGER NOT NULL, path TEXT NOT NULL, cid TEXT NOT NULL,
      rev TEXT NOT NULL,
      PRIMARY KEY (did, isPrivate, path, cid)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blobUseCID ON blobUse (did, cid);
    CREATE TABLE blobUseRev (
      did TEXT NOT NULL, isPrivate INTEGER NOT NULL, rev TEXT NOT NULL,
      PRIMARY KEY (did, isPrivate)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE nonce (
      issuer TEXT NOT NULL, id TEXT NOT NULL, expires INTEGER NOT NULL,
      PRIMARY KEY (issuer, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX nonceExpires ON nonce (expires);

    CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    """
  ]

  static var version: Int64 { Int64(steps.count) }
}

extension Database {
  /// Makes the tables, or brings those of an older version to this one.
  /// - Throws: `.version` for a later one, `.foreign` for a file that is none of ours.
  func migrate(_ path: String) throws(AccountError) {
    let application = try row("PRAGMA application_id") { $0.integer(0) } ?? 0
    let found = try row("PRAGMA user_version") { $0.integer(0) } ?? 0
    let tableCount = try row("SELECT count(*) FROM sqlite_schema") { $0.integer(0) } ?? 0
    let isNew = application == 0 && found == 0 && tableCount == 0
    guard isNew || application == Schema.applicationID else { throw .foreign(path: path) }
    guard found <= Schema.version else { throw .version(found: found, known: Schema.version) }
    for index in Int(found)..<Schema.steps.count {
      try transaction { database throws(AccountError) in
        try database.execute(Schema.steps[index])
        // A pragma takes no bound value; the list of versions is as long as that of the steps.
        try database.execute(Schema.marks[index])
      }
    }
  }
}

extension Schema {
  /// What is written with each step.
  fileprivate static let marks: [StaticString] = [
    "PRAGMA application_id = 0x706c7461; PRAGMA user_version = 1"
  ]
}
