// MethodCall+Account.swift: com.atproto.server: the state of an account, and speaking for it.
import ATCrypto
import ATSyntax
import Accounts
import DAGCBOR
import MST
import RepoStore
import Tokens

extension MethodCall {
  /// `checkAccountStatus`: what is here of an account, for moving it. Reads the whole tree.
  func checkAccountStatus() throws(XRPCError) -> Answer {
    let login = try login()
    let status = try ownStatus(of: login.did)
    let (head, report) = try inStore { () throws(StoreError) in
      let snapshot = try site.store.repo(login.did).snapshot()
      return (snapshot.head, try snapshot.verify())
    }
    try site.ledger.settle(login.did)
    let (blobs, preferences) = try inAccounts { () throws(AccountError) in
      (
        try site.accounts.blobCounts(of: login.did),
        try site.accounts.preferences(of: login.did).count
      )
    }
    return .json([
      "activated": .bool(status.status == .active),
      // Only the document that was made here is known.
      "validDid": .bool(try documentPointingHere(of: status) != nil),
      "repoCommit": .string("\(head.commit)"), "repoRev": .string("\(head.rev)"),
      "repoBlocks": .integer(Int64(report.nodeCount + report.recordCount + 1)),
      "indexedRecords": .integer(Int64(report.recordCount)),
      "privateStateValues": .integer(Int64(preferences)),
      "expectedBlobs": .integer(Int64(blobs.named)),
      "importedBlobs": .integer(Int64(blobs.present)),
    ])
  }

  /// `activateAccount`.
  func activateAccount() async throws(XRPCError) -> Answer {
    let login = try login()
    return try await setStatus(.active, of: login.did)
  }

  /// `deactivateAccount`.
  func deactivateAccount() async throws(XRPCError) -> Answer {
    let login = try login()
    return try await setStatus(.deactivated, of: login.did)
  }

  private func setStatus(
    _ status: AccountStatus, of did: DID
  ) async throws(XRPCError) -> Answer {
    let found = try ownStatus(of: did).status
    guard found == .active || found == .deactivated else {
      throw .invalidRequest("the account is \(found.name ?? "inactive"), which only an admin ends")
    }
    do throws(StoreError) {
      try await site.store.setStatus(status, of: did)
    } catch {
      throw XRPCError(error)
    }
    return .empty
  }

  /// `getServiceAuth`: a token by which somebody else speaks for the account, for one method.
  func getServiceAuth() throws(XRPCError) -> Answer {
    let login = try login()
    let audience: String = try parameters.required("aud")
    let method = try parameters.optional("lxm", as: NSID.self)
    let now = site.now().seconds
    let expires = try parameters.optional("exp", as: Int.self).map { Int64($0) } ?? now + 60
    try check(audience: audience)
    let isTooLong = expires - now > (method == nil ? 60 : TokenLimits.serviceSecondsMax)
    guard expires > now, !isTooLong else {
      throw .named(
        .badExpiration,
        "exp is \(expires - now) seconds from now, expected 1 to "
          + "\(TokenLimits.serviceSecondsMax) with lxm, and to 60 without")
    }
    try check(method, for: login)
    let repo = try inStore { () throws(StoreError) in try site.store.repo(login.did) }
    let key = try inStore { () throws(StoreError) in try site.store.signingKey(of: repo) }
    let token = ServiceToken(
      issuer: login.did, audience: audience, method: method, nonce: site.randomName(),
      issued: now, expires: expires)
    return .json(["token": .string(token.signed(by: key))])
  }

  private func check(audience: String) throws(XRPCError) {
    let parts = audience.split(separator: "#", omittingEmptySubsequences: false)
    guard DID(parameter: String(parts[0])) != nil, parts.count <= 2, parts.last?.isEmpty == false
    else { throw .invalidRequest("parameter aud is no DID, or DID#service") }
  }

  /// What no token is given for, or only to the account's own password.
  private func check(_ method: NSID?, for login: Login) throws(XRPCError) {
    guard let name = method?.description else { return }
    guard !MethodCall.protectedMethods.contains(name) else {
      throw .invalidRequest("no service may be sent to \(name)")
    }
    let isPrivileged =
      name.hasPrefix("chat.bsky.") || name == "com.atproto.server.createAccount"
    guard !isPrivileged || login.reach >= .privilegedApp else {
      throw .invalidRequest("an app password without privileges may send nobody to \(name)")
    }
  }

  /// Methods that change the account or the identity itself. Source: protocol §16.
  private static let protectedMethods: Set<String> = [
    "com.atproto.admin.sendEmail", "com.atproto.identity.requestPlcOperationSignature",
    "com.atproto.identity.signPlcOperation", "com.atproto.identity.updateHandle",
    "com.atproto.server.activateAccount", "com.atproto.server.confirmEmail",
    "com.atproto.server.createAppPassword", "com.atproto.server.deactivateAccount",
    "com.atproto.server.getAccountInviteCodes", "com.atproto.server.getSession",
    "com.atproto.server.listAppPasswords", "com.atproto.server.requestAccountDelete",
    "com.atproto.server.requestEmailConfirmation", "com.atproto.server.requestEmailUpdate",
    "com.atproto.server.revokeAppPassword", "com.atproto.server.updateEmail",
  ]
}
