// MethodCall+Admin.swift: com.atproto.admin: what the server's owner may see and set.
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore

extension MethodCall {
  /// `getAccountInfo`.
  func getAccountInfo() throws(XRPCError) -> Answer {
    let did: DID = try parameters.required("did")
    let account = try inAccounts { () throws(AccountError) in try site.accounts.account(did) }
    guard let account else { throw .named(.accountNotFound, "there is no account of \(did)") }
    let status = try ownStatus(of: did)
    var answer: CBORMap = [
      "did": .string("\(did)"), "handle": .string((status.handle ?? .invalid).description),
      "indexedAt": .string(try text(of: account.created)),
    ]
    answer["email"] = account.email.map { .string($0) }
    return .json(.map(answer))
  }

  /// `updateAccountPassword`: the account's sessions end.
  func updateAccountPassword() async throws(XRPCError) -> Answer {
    let input = try json()
    let did: DID = try input.required("did")
    let password: String = try input.required("password")
    _ = try ownStatus(of: did)
    let now = site.now()
    try await hashing { () throws(XRPCError) in
      try inAccounts { () throws(AccountError) in
        try site.accounts.setPassword(password, of: did, at: now)
      }
    }
    return .empty
  }
}
