// AccountStore+Accounts.swift: whose accounts there are, and the password of each.
//
// An account is made with its first password. Its repo is there before it: a DID without a repo has
// nothing to log in to.
import ATSyntax

/// An account, as its server knows it.
public struct Account: Hashable, Sendable {
  public var did: DID
  public var email: String?
  public var created: Moment
  /// Whether it has a password: without one nobody logs in.
  public var hasPassword: Bool
}

/// Who says to be somebody, before it is checked.
public enum LoginName: Hashable, Sendable {
  case did(DID)
  /// In any case.
  case email(String)
  /// A handle that is nobody's here: it takes as long as any other to be refused.
  case nobody
}

/// What a password is good for.
public enum Credential: Hashable, Sendable {
  case password
  case appPassword(name: String, isPrivileged: Bool)
}

extension AccountStore {
  /// Gives an account its password, and makes the account where there is none. Every session of it
  /// ends.
  ///
  /// - Throws: `.password` for one that is too short or too long.
  public func setPassword(
    _ password: String, of did: DID, at now: Moment
  ) throws(AccountError) {
    let byteCount = password.utf8.count
    guard AccountLimits.passwordByteCounts.contains(byteCount) else {
      throw .password(byteCount: byteCount)
    }
    let hash = try hashed(password, salt: chance.bytes(PasswordHash.saltByteCount))
    let appSalt = chance.bytes(PasswordHash.saltByteCount)
    try write { database throws(AccountError) in
      try database.run(
        """
        INSERT INTO account (did, password, appSalt, created) VALUES (?, ?, ?, ?)
        ON CONFLICT (did) DO UPDATE SET password = excluded.password
        """, .text("\(did)"), .text(hash.text), .blob(appSalt), .integer(now.seconds))
      try database.run(
        "DELETE FROM refresh WHERE did = ? AND appPassword IS NULL", .text("\(did)"))
    }
  }

  /// Gives an account its e-mail address, or takes it.
  public func setEmail(_ email: String?, of did: DID) throws(AccountError) {
    let email = email?.lowercased()
    try write { database throws(AccountError) in
      let owner = try database.row("SELECT did FROM account WHERE email = ?", SQLValue(email)) {
        $0.text(0)
      }
      if let owner, owner != "\(did)" { throw .emailTaken }
      let count = try database.run(
        "UPDATE account SET email = ? WHERE did = ?", SQLValue(email), .text("\(did)"))
      if count == 0 { throw .noAccount(did) }
    }
  }

  /// The account of a DID, or nil.
  public func account(_ did: DID) throws(AccountError) -> Account? {
    let row = try read { database throws(AccountError) in
      try database.row(
        "SELECT email, created, password IS NOT NULL FROM account WHERE did = ?", .text("\(did)")
      ) { row in
        (
          email: row.optionalText(0), created: Moment(seconds: row.integer(1)),
          hasPassword: row.integer(2) != 0
        )
      }
    }
    return row.map {
      Account(did: did, email: $0.email, created: $0.created, hasPassword: $0.hasPassword)
    }
  }
}

extension AccountStore {
  /// Checks a password, or an app password, and says whose it is and what it is good for; nil where
  /// it is nobody's.
  ///
  /// A name that is not known costs as much time as one that is: what is hashed depends on the form
  /// of what was tried alone.
  public func login(
    _ name: LoginName, _ tried: String
  ) throws(AccountError) -> (did: DID, credential: Credential)? {
    guard tried.utf8.count <= AccountLimits.triedPasswordByteCountMax else { return nil }
    let row = try loginRow(name)
    let hash = row.flatMap { $0.password.flatMap(PasswordHash.init) } ?? decoy
    let isPassword = try slowly { () throws(AccountError) in try hash.matches(tried) }
    if isPassword, let row, row.password != nil {
      // Safe to hash again: this only happens where the cost was raised since.
      if hash.cost != cost { try rehash(tried, of: row.did) }
      return (row.did, .password)
    }
    guard AppPassword.hasForm(tried) else { return nil }
    let appHash = try hashed(tried, salt: row?.appSalt ?? decoy.salt)
    guard let row else { return nil }
    let known = try appHashes(of: row.did)
    // All are compared: which one it is takes no different time.
    let found = known.reduce(into: AppHash?.none) { found, known in
      if equalInConstantTime(Array(known.hash.utf8), Array(appHash.text.utf8)) { found = known }
    }
    guard let found else { return nil }
    return (row.did, .appPassword(name: found.name, isPrivileged: found.isPrivileged))
  }

  private struct LoginRow: Sendable {
    var did: DID
    var password: String?
    var appSalt: [UInt8]
  }

  private struct AppHash: Sendable {
    var name: String
    var hash: String
    var isPrivileged: Bool
  }

  private func loginRow(_ name: LoginName) throws(AccountError) -> LoginRow? {
    let found = try read { database throws(AccountError) in
      let read = { (row: Row) in (row.text(0), row.optionalText(1), row.bytes(2)) }
      switch name {
      case .nobody: return (String, String?, [UInt8])?.none
      case .did(let did):
        return try database.row(
          "SELECT did, password, appSalt FROM account WHERE did = ?", .text("\(did)"), as: read)
      case .email(let email):
        return try database.row(
          "SELECT did, password, appSalt FROM account WHERE email = ?",
          .text(email.lowercased()), as: read)
      }
    }
    guard let (did, password, appSalt) = found else { return nil }
    do throws(SyntaxError) {
      return LoginRow(did: try DID(did), password: password, appSalt: appSalt)
    } catch {
      throw .damaged(table: "account", detail: "\(error)")
    }
  }

  private func appHashes(of did: DID) throws(AccountError) -> [AppHash] {
    try read { database throws(AccountError) in
      try database.rows(
        "SELECT name, hash, isPrivileged FROM appPassword WHERE did = ?", .text("\(did)")
      ) { AppHash(name: $0.text(0), hash: $0.text(1), isPrivileged: $0.integer(2) != 0) }
    }
  }

  private func rehash(_ password: String, of did: DID) throws(AccountError) {
    let hash = try hashed(password, salt: chance.bytes(PasswordHash.saltByteCount))
    try write { database throws(AccountError) in
      try database.run(
        "UPDATE account SET password = ? WHERE did = ?", .text(hash.text), .text("\(did)"))
    }
  }

  /// What is compared where there is nothing to compare with.
  private var decoy: PasswordHash { .decoy(cost: cost) }

  func hashed(_ password: String, salt: [UInt8]) throws(AccountError) -> PasswordHash {
    try slowly { () throws(AccountError) in
      try PasswordHash(of: password, salt: salt, cost: cost)
    }
  }

  /// Runs something that hashes once, when few others do.
  private func slowly<Value>(
    _ body: () throws(AccountError) -> Value
  ) throws(AccountError) -> Value {
    hashing.wait()
    defer { hashing.signal() }
    return try body()
  }
}

extension PasswordHash {
  /// No password's hash.
  fileprivate static func decoy(cost: HashCost) -> PasswordHash {
    PasswordHash(
      cost: cost, salt: Array(repeating: 0, count: saltByteCount),
      hash: Array(repeating: 0, count: hashByteCount))
  }
}
