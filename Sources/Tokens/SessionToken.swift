// SessionToken.swift: the tokens of a session: access and refresh, signed by the server for itself.
//
// Claims are the reference's, because clients look at `exp` and `sub`; `sid` names the session, so
// that an access token ends with it. HS256 and nothing else: what a token says about its algorithm
// is compared, never followed.
import ATSyntax
import Crypto
import DAGCBOR
import FoundationEssentials

/// What the bearer of a token may do, in the reference's words.
public enum TokenScope: String, Hashable, Sendable, CaseIterable {
  case access = "com.atproto.access"
  case appPassword = "com.atproto.appPass"
  case privilegedAppPassword = "com.atproto.appPassPrivileged"
  case refresh = "com.atproto.refresh"
}

/// What a session's token says.
public struct SessionToken: Hashable, Sendable {
  public var did: DID
  public var scope: TokenScope
  /// The session.
  public var session: String
  /// The token itself: for a refresh token its place in the session's chain.
  public var id: String
  /// Seconds of Unix time.
  public var issued: Int64
  public var expires: Int64

  public init(
    did: DID, scope: TokenScope, session: String, id: String, issued: Int64, expires: Int64
  ) {
    self.did = did
    self.scope = scope
    self.session = session
    self.id = id
    self.issued = issued
    self.expires = expires
  }
}

/// Makes and reads the tokens of one server.
public struct SessionTokens: Sendable {
  private let key: SymmetricKey
  private let service: DID

  /// - Precondition: `key` has 32 bytes.
  public init(key: [UInt8], service: DID) {
    precondition(key.count == 32, "a key of \(key.count) bytes")
    self.key = SymmetricKey(data: key)
    self.service = service
  }

  /// The token as it is sent: about 400 bytes.
  public func text(of token: SessionToken) -> String {
    let header: CBORMap = ["typ": .string(token.scope.type), "alg": "HS256"]
    let payload: CBORMap = [
      "scope": .string(token.scope.rawValue), "aud": .string("\(service)"),
      "sub": .string("\(token.did)"), "iat": .integer(token.issued),
      "exp": .integer(token.expires), "jti": .string(token.id), "sid": .string(token.session),
    ]
    return JWS.text(header: header, payload: payload) { signed in
      Array(HMAC<SHA256>.authenticationCode(for: signed, using: key))
    }
  }

  /// Reads a token of ours; of both kinds, since which one is expected is told by its scope. Where
  /// `allowsExpired`, an old one still says which session to end.
  ///
  /// - Throws: `.expired` for one that is ours and was good once; anything else for one that is
  ///   not ours, or was not made for this.
  public func read(
    _ text: String, at nowSeconds: Int64, allowsExpired: Bool = false
  ) throws(TokenError) -> SessionToken {
    let jws = try JWS(text)
    guard jws.algorithm == "HS256" else { throw .algorithm(expected: "HS256") }
    let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
      jws.signature, authenticating: jws.signed, using: key)
    guard isOurs else { throw .signature }
    let claims = jws.payload
    guard let scope = TokenScope(rawValue: try claims.text("scope")) else {
      throw .claim(name: "scope", expected: "one of this server's")
    }
    guard jws.type == scope.type else { throw .type(expected: scope.type) }
    guard try claims.text("aud") == service.description else { throw .audience }
    let token = SessionToken(
      did: try claims.did("sub"), scope: scope, session: try claims.text("sid"),
      id: try claims.text("jti"), issued: try claims.second("iat"),
      expires: try claims.second("exp"))
    guard nowSeconds < token.expires || allowsExpired else { throw .expired(at: token.expires) }
    return token
  }
}

extension TokenScope {
  var type: String {
    switch self {
    case .refresh: "refresh+jwt"
    case .access, .appPassword, .privilegedAppPassword: "at+jwt"
    }
  }
}
