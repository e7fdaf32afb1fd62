// AccountStore+Sessions.swift: sessions as chains of refresh tokens, each good for one successor.
//
// A token that was used gives the same successor again for a while: an answer may be lost, and two
// parts of a program may refresh at once. Used after that, it was stolen or lost, and the whole
// chain ends.
//
//   rotated   now < rotated + grace       later
//   ───────── the same successor ─────── the chain is revoked
import ATSyntax

/// One token of a session's chain, known by name.
public struct RefreshToken: Hashable, Sendable {
  public var id: String
  /// The session: the same for every token of the chain.
  public var family: String
  public var did: DID
  public var credential: Credential
  public var expires: Moment
}

/// How long tokens are good.
public struct SessionTimes: Hashable, Sendable {
  /// Seconds of an access token.
  public var accessSeconds: Int64
  /// Seconds of a refresh token.
  public var refreshSeconds: Int64
  /// Seconds in which a used refresh token still gives its successor.
  public var graceSeconds: Int64

  public init(accessSeconds: Int64, refreshSeconds: Int64, graceSeconds: Int64) {
    self.accessSeconds = accessSeconds
    self.refreshSeconds = refreshSeconds
    self.graceSeconds = graceSeconds
  }

  /// Two hours, ninety days, two hours. Source: the reference.
  public static let standard = SessionTimes(
    accessSeconds: 7_200, refreshSeconds: 90 * 86_400, graceSeconds: 7_200)
}

/// What came of using a refresh token.
public enum Rotation: Hashable, Sendable {
  case successor(RefreshToken)
  /// Not known: it was revoked, or never given.
  case unknown
  case expired
  /// It was used before, too long ago: its session is revoked.
  case reused
}

extension AccountStore {
  /// Begins a session. The oldest ones go where there are too many.
  public func beginSession(
    of did: DID, _ credential: Credential, at now: Moment, _ times: SessionTimes = .standard
  ) throws(AccountError) -> RefreshToken {
    let token = RefreshToken(
      id: randomName(), family: randomName(), did: did, credential: credential,
      expires: now.adding(seconds: times.refreshSeconds))
    try write { database throws(AccountError) in
      let known = try database.row("SELECT 1 FROM account WHERE did = ?", .text("\(did)")) { _ in
        true
      }
      guard known != nil else { throw .noAccount(did) }
      try database.run("DELETE FROM refresh WHERE expires <= ?", .integer(now.seconds))
      try database.insert(token, at: now)
      try database.run(
        """
        DELETE FROM refresh WHERE did = ?1 AND id NOT IN (
          SELECT id FROM refresh WHERE did = ?1 ORDER BY created DESC, id = ?2 DESC LIMIT ?3)
        """, .text("\(did)"), .text(token.id), .integer(Int64(AccountLimits.sessionCountMax)))
    }
    return token
  }

  /// Uses a refresh token.
  public func rotate(
    _ id: String, at now: Moment, _ times: SessionTimes = .standard
  ) throws(AccountError) -> Rotation {
    let successorID = randomName()
    return try write { database throws(AccountError) in
      guard let link = try database.link(id) else { return .unknown }
      guard now < link.token.expires else { return .expired }
      if let next = link.next {
        guard now < link.rotated.adding(seconds: times.graceSeconds) else {
          try database.run("DELETE FROM refresh WHERE family = ?", .text(link.token.family))
          return .reused
        }
        guard let successor = try database.link(next) else { return .unknown }
        return .successor(successor.token)
      }
      var successor = link.token
      successor.id = successorID
      successor.expires = now.adding(seconds: times.refreshSeconds)
      try database.insert(successor, at: now)
      try database.run(
        "UPDATE refresh SET next = ?, rotated = ? WHERE id = ?", .text(successorID),
        .integer(now.seconds), .text(id))
      return .successor(successor)
    }
  }

  /// Ends the session of a refresh token, used or not; returns whether there was one.
  @discardableResult
  public func endSession(_ id: String) throws(AccountError) -> Bool {
    try write { database throws(AccountError) in
      guard let link = try database.link(id) else { return false }
      try database.run("DELETE FROM refresh WHERE family = ?", .text(link.token.family))
      return true
    }
  }

  /// Whether a session has not ended: what an access token is good for ends with it.
  public func isAlive(session family: String) throws(AccountError) -> Bool {
    try read { database throws(AccountError) in
      try database.row("SELECT 1 FROM refresh WHERE family = ? LIMIT 1", .text(family)) { _ in
        true
      } ?? false
    }
  }
}

/// A token in its chain.
private struct ChainLink: Sendable {
  var token: RefreshToken
  var next: String?
  var rotated: Moment
}

extension Database {
  fileprivate func link(_ id: String) throws(AccountError) -> ChainLink? {
    let row = try row(
      """
      SELECT family, did, appPassword, isPrivileged, expires, next, rotated
      FROM refresh WHERE id = ?
      """, .text(id)
    ) { row in
      (
        family: row.text(0), did: row.text(1),
        credential: row.optionalText(2).map {
          Credential.appPassword(name: $0, isPrivileged: row.integer(3) != 0)
        } ?? .password, expires: Moment(seconds: row.integer(4)), next: row.optionalText(5),
        rotated: Moment(seconds: row.integer(6))
      )
    }
    guard let row else { return nil }
    let did: DID
    do throws(SyntaxError) {
      did = try DID(row.did)
    } catch {
      throw .damaged(table: "refresh", detail: "\(error)")
    }
    return ChainLink(
      token: RefreshToken(
        id: id, family: row.family, did: did, credential: row.credential, expires: row.expires),
      next: row.next, rotated: row.rotated)
  }

  fileprivate func insert(
    _ token: RefreshToken, at now: Moment
  ) throws(AccountError) {
    var name: String?
    var isPrivileged = false
    if case .appPassword(let appName, let privilege) = token.credential {
      (name, isPrivileged) = (appName, privilege)
    }
    try run(
      "INSERT INTO refresh VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", .text(token.id),
      .text(token.family), .text("\(token.did)"), SQLValue(name),
      .integer(isPrivileged ? 1 : 0), .integer(now.seconds), .integer(token.expires.seconds))
  }
}
