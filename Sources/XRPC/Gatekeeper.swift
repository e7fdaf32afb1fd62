// Gatekeeper.swift: from an Authorization header to who calls, or to why not.
//
// One place for all credentials: bearer tokens of sessions and services, and the admin's password.
// Errors are those that clients tell apart: `ExpiredToken` makes them refresh, `InvalidToken` makes
// them log in again. Spec: https://atproto.com/specs/xrpc#authentication
import ATCrypto
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore
import Tokens

/// What a request brings to say who sends it.
enum Presented: Hashable, Sendable {
  case nothing
  case bearer(String)
  case basic(user: String, password: String)
  /// A scheme that is not known here.
  case unknown

  /// Reads the values of `Authorization`.
  /// - Throws: `InvalidRequest` for more than one, of which two readers could take different ones.
  init(_ values: [String]) throws(XRPCError) {
    guard values.count <= 1 else {
      throw .invalidRequest("the request has \(values.count) Authorization headers, expected one")
    }
    guard let value = values.first else {
      self = .nothing
      return
    }
    let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
    switch parts[0].lowercased() {
    case "bearer": self = .bearer(String(rest))
    case "basic": self = Presented(basic: rest)
    default: self = .unknown
    }
  }

  private init(basic text: Substring) {
    guard let bytes = Base64.decode(text.utf8, padding: .optional),
      let pair = String(validating: bytes, as: UTF8.self),
      let colon = pair.firstIndex(of: ":")
    else {
      self = .unknown
      return
    }
    self = .basic(
      user: String(pair[..<colon]), password: String(pair[pair.index(after: colon)...]))
  }
}

/// Judges credentials for one site.
struct Gatekeeper: Sendable {
  let site: Site

  /// Who calls `method`, which answers `access`.
  func principal(
    _ presented: Presented, _ access: Access, for method: NSID
  ) throws(XRPCError) -> Principal {
    switch access {
    case .anyone: return .nobody
    case .optional: return presented == .nothing ? .nobody : .session(try login(presented))
    case .session(let reach):
      let login = try login(presented)
      guard login.reach >= reach else {
        throw .invalidToken("an app password may not do this: log in with the account's password")
      }
      return .session(login)
    case .sessionOrService:
      let text = try bearer(presented)
      guard isServiceToken(text) else { return .session(try login(presented)) }
      return .service(try service(text, for: method))
    case .refresh: return .refresh(try refresh(presented, allowsExpired: false))
    case .oldRefresh: return .refresh(try refresh(presented, allowsExpired: true))
    case .admin:
      try admin(presented)
      return .admin
    }
  }

  private func bearer(_ presented: Presented) throws(XRPCError) -> String {
    switch presented {
    case .bearer(let text): return text
    case .nothing, .basic, .unknown:
      throw XRPCError(.authMissing, status: .unauthorized, "expected Authorization: Bearer <token>")
    }
  }

  private func token(
    _ presented: Presented, allowsExpired: Bool = false
  ) throws(XRPCError) -> SessionToken {
    let text = try bearer(presented)
    do throws(TokenError) {
      return try site.tokens.read(text, at: site.now().seconds, allowsExpired: allowsExpired)
    } catch {
      if case .expired = error {
        throw XRPCError.named(.expiredToken, "the token has expired")
      }
      throw .invalidToken("\(error)")
    }
  }

  private func login(_ presented: Presented) throws(XRPCError) -> Login {
    let token = try token(presented)
    guard let reach = Login.Reach(token.scope) else {
      throw .invalidToken("this is a refresh token, expected an access token")
    }
    let isAlive = try inAccounts { () throws(AccountError) in
      try site.accounts.isAlive(session: token.session)
    }
    guard isAlive else { throw XRPCError.named(.expiredToken, "the session has ended") }
    return Login(did: token.did, session: token.session, reach: reach)
  }

  private func refresh(
    _ presented: Presented, allowsExpired: Bool
  ) throws(XRPCError) -> SessionToken {
    let token = try token(presented, allowsExpired: allowsExpired)
    guard token.scope == .refresh else {
      throw .invalidToken("this is an access token, expected a refresh token")
    }
    return token
  }

  private func admin(_ presented: Presented) throws(XRPCError) {
    switch presented {
    case .basic("admin", let password):
      let tried = Digest(of: Array(password.utf8)).bytes
      guard let known = site.adminPassword, equalInConstantTime(tried, known.bytes) else {
        throw XRPCError(
          .authenticationRequired, status: .unauthorized, "this is not the admin's password")
      }
    case .basic:
      throw XRPCError(
        .authenticationRequired, status: .unauthorized, "this is not the admin's password")
    case .nothing, .bearer, .unknown:
      throw XRPCError(.authMissing, status: .unauthorized, "expected Authorization: Basic")
    }
  }
}

extension Gatekeeper {
  /// Whether a token says to be anything but one of ours.
  private func isServiceToken(_ text: String) -> Bool {
    do throws(TokenError) {
      let type = try JWS(text).type
      return type != "at+jwt" && type != "refresh+jwt"
    } catch {
      return false
    }
  }

  /// A token by an account that is hosted here, used for the first time.
  private func service(_ text: String, for method: NSID) throws(XRPCError) -> ServiceToken {
    let now = site.now()
    let token: ServiceToken
    do throws(TokenError) {
      let read = try UnverifiedServiceToken(text, at: now.seconds)
      guard let key = try signingKey(of: read.issuer) else { throw TokenError.signature }
      token = try read.verify(with: key, for: .init(audience: site.did, method: method))
    } catch {
      throw XRPCError(error)
    }
    let nonce = token.nonce ?? "\(Digest(of: Array(text.utf8)))"
    let claim = try inAccounts { () throws(AccountError) in
      try site.accounts.claimNonce(
        nonce, of: token.issuer, until: Moment(seconds: token.expires), at: now)
    }
    switch claim {
    case .first: return token
    case .used:
      throw XRPCError(.badJwt, status: .unauthorized, "the token has been used before")
    case .full:
      throw XRPCError(
        .notEnoughResources, status: .serviceUnavailable, "too many service tokens are in use")
    }
  }

  /// The key of an account that is hosted here.
  private func signingKey(of did: DID) throws(TokenError) -> PublicKey? {
    let status = site.store.repos.first { $0.did == did && $0.space == .public }
    guard let name = status?.signingKey else { return nil }
    do throws(KeyError) {
      return try PublicKey(multikey: name)
    } catch {
      throw .signature
    }
  }
}

extension XRPCError {
  /// What is wrong with a service's token, by the names that services know.
  fileprivate init(_ error: TokenError) {
    let name: XRPCErrorName =
      switch error {
      case .expired: .jwtExpired
      case .type: .badJwtType
      case .audience: .badJwtAudience
      case .method: .badJwtLexiconMethod
      case .signature: .badJwtSignature
      case .claim(name: "iss", _): .badJwtIss
      case .tooLong, .form, .base64, .json, .notObject, .header, .algorithm, .claim, .tooLate:
        .badJwt
      }
    self.init(name, status: .unauthorized, "\(error)")
  }

  static func invalidToken(_ message: String) -> XRPCError { .named(.invalidToken, message) }
}

/// Runs calls to the accounts and tells their error as a client's.
func inAccounts<Value>(_ body: () throws(AccountError) -> Value) throws(XRPCError) -> Value {
  do throws(AccountError) { return try body() } catch { throw XRPCError(error) }
}

extension XRPCError {
  /// What the accounts refuse is for the client; what went wrong with them is for the log.
  init(_ error: AccountError) {
    switch error {
    case .noAccount, .emailTaken, .password, .appPasswordName, .appPasswordExists,
      .appPasswordCount, .preferences:
      self = .invalidRequest("\(error)")
    case .file, .fileTooOpen, .database, .version, .foreign, .damaged, .hashing:
      self = .internalServerError
      cause = "\(error)"
    }
  }
}
