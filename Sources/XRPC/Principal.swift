// Principal.swift: who calls a method, once that has been checked.
import ATSyntax
import Accounts
import Tokens

/// Who calls.
enum Principal: Hashable, Sendable {
  case nobody
  case session(Login)
  case refresh(SessionToken)
  case service(ServiceToken)
  case admin

  /// The account that calls, if one does.
  var did: DID? {
    switch self {
    case .session(let login): login.did
    case .refresh(let token): token.did
    case .service(let token): token.issuer
    case .nobody, .admin: nil
    }
  }
}

/// A session that has not ended, and what it may do.
struct Login: Hashable, Sendable {
  /// From the least to the most.
  enum Reach: Int, Hashable, Sendable, Comparable {
    /// An app password: everything but the account itself and private messages.
    case app
    /// An app password that may do private messages too.
    case privilegedApp
    /// The account's own password.
    case full

    static func < (a: Reach, b: Reach) -> Bool { a.rawValue < b.rawValue }
  }

  var did: DID
  var session: String
  var reach: Reach

  init(did: DID, session: String, reach: Reach) {
    self.did = did
    self.session = session
    self.reach = reach
  }
}

extension Login.Reach {
  /// nil: a refresh token is no login.
  init?(_ scope: TokenScope) {
    switch scope {
    case .access: self = .full
    case .privilegedAppPassword: self = .privilegedApp
    case .appPassword: self = .app
    case .refresh: return nil
    }
  }
}

extension Credential {
  var scope: TokenScope {
    switch self {
    case .password: .access
    case .appPassword(_, isPrivileged: true): .privilegedAppPassword
    case .appPassword(_, isPrivileged: false): .appPassword
    }
  }
}

/// Whom a method answers: a column of the method table.
enum Access: Hashable, Sendable {
  /// Anybody: what a request says about its sender is not looked at.
  case anyone
  /// Anybody, and an account sees more: a credential that is there must be good.
  case optional
  /// A session that reaches at least so far.
  case session(Login.Reach)
  /// A session, or a service that an account has sent.
  case sessionOrService
  /// A refresh token.
  case refresh
  /// A refresh token, even one that has expired.
  case oldRefresh
  case admin

  /// Whether answers differ by who asks.
  var isPersonal: Bool { self != .anyone }
}
