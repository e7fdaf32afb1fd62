// Credentials.swift: every kind of credential that a request may bring, made for one served store.
import ATCrypto
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore
import Tokens

@testable import XRPC

/// What stands in a request's Authorization headers.
enum Brought: String, CaseIterable, Sendable {
  case nothing, garbage, twice, otherScheme
  case access, appPassword, privileged, otherAccount
  case expiredAccess, endedSession, foreignKey, foreignServer
  case refresh, expiredRefresh
  case admin, wrongAdmin
  case service, serviceForOther, serviceUsed, serviceForged
}

extension ServedStore {
  static let password = "correct horse"
  static let adminPassword = "admin's own"
  static let now: Int64 = 1_800_000_000

  /// A server whose clock stands, with an admin.
  static var configuration: Server.Configuration {
    var configuration = Server.Configuration()
    configuration.clock = FixedClock(microseconds: UInt64(now) * 1_000_000)
    configuration.adminPassword = Digest(of: Array(adminPassword.utf8))
    return configuration
  }

  static var moment: Moment { Moment(seconds: now) }

  /// Makes the accounts of both DIDs.
  func makeAccounts() throws {
    for did in [ServedStore.did, ServedStore.otherDID] {
      try accounts.setPassword(ServedStore.password, of: did, at: ServedStore.moment)
    }
  }

  /// The tokens of a new session.
  func session(
    of did: DID = ServedStore.did, _ credential: Credential = .password
  ) throws -> (access: SessionToken, refresh: SessionToken) {
    let token = try accounts.beginSession(of: did, credential, at: ServedStore.moment)
    func made(_ scope: TokenScope) -> SessionToken {
      SessionToken(
        did: did, scope: scope, session: token.family, id: token.id, issued: ServedStore.now,
        expires: ServedStore.now + 60)
    }
    return (made(credential.scope), made(.refresh))
  }

  func tokens(
    key: [UInt8]? = nil, service: String = "did:web:localhost"
  ) throws -> SessionTokens {
    SessionTokens(key: try key ?? accounts.sessionKey(), service: try DID(service))
  }

  /// The text of a new session's access token.
  func accessToken(
    of did: DID = ServedStore.did, _ credential: Credential = .password
  ) throws -> String {
    try tokens().text(of: session(of: did, credential).access)
  }

  func serviceToken(
    _ method: NSID, nonce: String, key: PrivateKey = ServedStore.key
  ) throws -> String {
    ServiceToken(
      issuer: ServedStore.did, audience: "did:web:localhost", method: method, nonce: nonce,
      issued: ServedStore.now, expires: ServedStore.now + 60
    ).signed(by: key)
  }

  /// The headers of a request that brings this, new with each call.
  func headers(_ brought: Brought, for method: NSID) throws -> [String] {
    func bearer(_ text: String) -> [String] { ["Authorization: Bearer \(text)"] }
    func basic(_ text: String) -> [String] {
      ["Authorization: Basic \(Base64.encode(Array(text.utf8), isPadded: true))"]
    }
    let app = Credential.appPassword(name: "a", isPrivileged: false)
    let strong = Credential.appPassword(name: "p", isPrivileged: true)
    var session = try session()
    switch brought {
    case .nothing: return []
    case .garbage: return bearer("abc.def.ghi")
    case .twice: return bearer(try accessToken()) + bearer(try accessToken())
    case .otherScheme: return ["Authorization: DPoP \(try accessToken())"]
    case .access: return bearer(try accessToken())
    case .appPassword: return bearer(try accessToken(app))
    case .privileged: return bearer(try accessToken(strong))
    case .otherAccount: return bearer(try accessToken(of: ServedStore.otherDID))
    case .expiredAccess:
      session.access.expires = ServedStore.now
      return bearer(try tokens().text(of: session.access))
    case .endedSession:
      try accounts.endSession(session.refresh.id)
      return bearer(try tokens().text(of: session.access))
    case .foreignKey: return bearer(try tokens(key: [UInt8](1...32)).text(of: session.access))
    case .foreignServer:
      return bearer(try tokens(service: "did:web:a.example").text(of: session.access))
    case .refresh: return bearer(try tokens().text(of: session.refresh))
    case .expiredRefresh:
      session.refresh.expires = ServedStore.now
      return bearer(try tokens().text(of: session.refresh))
    case .admin: return basic("admin:\(ServedStore.adminPassword)")
    case .wrongAdmin: return basic("admin:\(ServedStore.adminPassword) ")
    case .service: return bearer(try serviceToken(method, nonce: session.refresh.id))
    case .serviceForOther:
      return bearer(try serviceToken(try NSID("org.example.other"), nonce: session.refresh.id))
    case .serviceUsed:
      _ = try accounts.claimNonce(
        "used", of: ServedStore.did, until: Moment(seconds: ServedStore.now + 60),
        at: ServedStore.moment)
      return bearer(try serviceToken(method, nonce: "used"))
    case .serviceForged:
      let key = try PrivateKey(curve: .k256, bytes: Array(repeating: 3, count: 32))
      return bearer(try serviceToken(method, nonce: session.refresh.id, key: key))
    }
  }

  private func accessToken(_ credential: Credential) throws -> String {
    try accessToken(of: ServedStore.did, credential)
  }
}
