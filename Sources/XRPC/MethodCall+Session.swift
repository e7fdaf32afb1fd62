// MethodCall+Session.swift: com.atproto.server: logging in, staying in, logging out.
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore
import Tokens

extension MethodCall {
  /// `createSession`: a name and a password for two tokens.
  func createSession() async throws(XRPCError) -> Answer {
    let input = try json()
    let identifier: String = try input.required("identifier")
    let password: String = try input.required("password")
    let name = loginName(identifier)
    try takeGuess(at: name)
    let found = try await hashing { () throws(XRPCError) in
      try inAccounts { () throws(AccountError) in try site.accounts.login(name, password) }
    }
    guard let found else {
      throw XRPCError(
        .authenticationRequired, status: .unauthorized, "Invalid identifier or password")
    }
    let status = try ownStatus(of: found.did)
    if status.status == .takendown {
      throw XRPCError(
        .accountTakedown, status: .unauthorized, "the account has been taken down")
    }
    let now = site.now()
    let token = try inAccounts { () throws(AccountError) in
      try site.accounts.beginSession(of: found.did, found.credential, at: now, site.times)
    }
    return .json(.map(try session(token, status, at: now)))
  }

  /// Guesses at one account are counted together, however it is named and from wherever.
  private func takeGuess(at name: LoginName) throws(XRPCError) {
    guard site.rates.limiting != .off else { return }
    let who: String
    switch name {
    case .did(let did): who = "\(did)"
    case .email(let email): who = email.lowercased()
    case .nobody: return
    }
    try site.rates.take(
      1, of: RateRules.loginsByName, by: String(who.prefix(2_048)), at: site.now())
  }

  /// A DID, an e-mail address, or a handle that is somebody's here.
  private func loginName(_ identifier: String) -> LoginName {
    if identifier.contains("@"), !identifier.hasPrefix("@") { return .email(identifier) }
    let text = identifier.hasPrefix("@") ? String(identifier.dropFirst()) : identifier
    do throws(SyntaxError) {
      switch try ATIdentifier(text) {
      case .did(let did): return .did(did)
      case .handle(let handle):
        let known = site.store.repos.first { $0.space == .public && $0.handle == handle }
        return known.map { .did($0.did) } ?? .nobody
      }
    } catch {
      return .nobody
    }
  }

  /// `refreshSession`: a refresh token for its successor.
  func refreshSession() throws(XRPCError) -> Answer {
    guard case .refresh(let used) = principal else { throw .internalServerError }
    let now = site.now()
    let rotation = try inAccounts { () throws(AccountError) in
      try site.accounts.rotate(used.id, at: now, site.times)
    }
    switch rotation {
    case .successor(let token):
      return .json(.map(try session(token, ownStatus(of: token.did), at: now)))
    case .unknown, .expired: throw .named(.expiredToken, "the session has ended")
    case .reused:
      throw .named(.expiredToken, "the token was used before: its session is ended for safety")
    }
  }

  /// `deleteSession`: a refresh token, even an old one, ends its session.
  func deleteSession() throws(XRPCError) -> Answer {
    guard case .refresh(let used) = principal else { throw .internalServerError }
    _ = try inAccounts { () throws(AccountError) in try site.accounts.endSession(used.id) }
    return .empty
  }

  /// `getSession`: who one is.
  func getSession() throws(XRPCError) -> Answer {
    let login = try login()
    return .json(.map(try profile(of: ownStatus(of: login.did), login.reach)))
  }

  private func session(
    _ token: RefreshToken, _ status: RepoStatus, at now: Moment
  ) throws(XRPCError) -> CBORMap {
    let scope = token.credential.scope
    let access = SessionToken(
      did: token.did, scope: scope, session: token.family, id: site.randomName(),
      issued: now.seconds, expires: now.seconds + site.times.accessSeconds)
    let refresh = SessionToken(
      did: token.did, scope: .refresh, session: token.family, id: token.id, issued: now.seconds,
      expires: token.expires.seconds)
    var answer = try profile(of: status, Login.Reach(scope) ?? .app)
    answer["accessJwt"] = .string(site.tokens.text(of: access))
    answer["refreshJwt"] = .string(site.tokens.text(of: refresh))
    return answer
  }

  /// What a session says of its account: absent members rather than null ones.
  private func profile(
    of status: RepoStatus, _ reach: Login.Reach
  ) throws(XRPCError) -> CBORMap {
    var answer: CBORMap = [
      "did": .string("\(status.did)"),
      "handle": .string((status.handle ?? .invalid).description),
    ]
    answer["active"] = .bool(status.status == .active)
    answer["status"] = status.status.name.map { .string($0) }
    answer["didDoc"] = try documentPointingHere(of: status)
    let account = try inAccounts { () throws(AccountError) in
      try site.accounts.account(status.did)
    }
    if reach == .full, let email = account?.email {
      answer["email"] = .string(email)
      answer["emailConfirmed"] = false
      answer["emailAuthFactor"] = false
    }
    return answer
  }
}

extension MethodCall {
  /// `createAppPassword`.
  func createAppPassword() async throws(XRPCError) -> Answer {
    let login = try login()
    let input = try json()
    let name: String = try input.required("name")
    let isPrivileged = try input.flag("privileged") ?? false
    let now = site.now()
    let password = try await hashing { () throws(XRPCError) in
      try inAccounts { () throws(AccountError) in
        try site.accounts.createAppPassword(
          name, isPrivileged: isPrivileged, of: login.did, at: now)
      }
    }
    var answer = try entry(
      AppPassword(name: name, created: now, isPrivileged: isPrivileged))
    answer["password"] = .string(password)
    return .json(.map(answer))
  }

  /// `listAppPasswords`.
  func listAppPasswords() throws(XRPCError) -> Answer {
    let login = try login()
    let found = try inAccounts { () throws(AccountError) in
      try site.accounts.appPasswords(of: login.did)
    }
    var passwords: [CBORValue] = []
    for password in found { passwords.append(.map(try entry(password))) }
    return .json(["passwords": .array(passwords)])
  }

  /// `revokeAppPassword`.
  func revokeAppPassword() throws(XRPCError) -> Answer {
    let login = try login()
    let name: String = try json().required("name")
    _ = try inAccounts { () throws(AccountError) in
      try site.accounts.revokeAppPassword(name, of: login.did)
    }
    return .empty
  }

  private func entry(_ password: AppPassword) throws(XRPCError) -> CBORMap {
    [
      "name": .string(password.name), "createdAt": .string(try text(of: password.created)),
      "privileged": .bool(password.isPrivileged),
    ]
  }

  /// A moment as lexicons write it.
  func text(of moment: Moment) throws(XRPCError) -> String {
    do throws(SyntaxError) {
      return try Datetime(microsecondsSinceEpoch: moment.seconds * 1_000_000).description
    } catch {
      var failure = XRPCError.internalServerError
      failure.cause = "the moment \(moment.seconds): \(error)"
      throw failure
    }
  }
}
