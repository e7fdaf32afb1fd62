// MethodCall.swift: one call of a method, and the repos that it may see.
//
// Public trees for everyone; a private one for the account that it is of. Whatever a method does,
// it begins with a repo from here.
import ATSyntax
import DAGCBOR
import RepoStore

/// One call of a method.
struct MethodCall: Sendable {
  let site: Site
  let principal: Principal
  let parameters: Parameters
  let input: CallInput

  /// The public repo of a DID, whatever its status.
  func anyRepo(of did: DID) throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    try inStore { () throws(StoreError) in
      let repo = try site.store.repo(did, .public)
      return (repo, try repo.status)
    }
  }

  /// The public repo of a DID, if it is to be shown: to its own account it always is.
  func repo(of did: DID) throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    let found = try anyRepo(of: did)
    if principal.did != did, let error = XRPCError(found.status) { throw error }
    return found
  }

  /// The public repo that parameter `name` names by DID.
  func repo(_ name: String = "did") throws(XRPCError) -> Repo {
    try repo(of: parameters.required(name)).repo
  }

  /// The public repo that `repo` names by DID or handle.
  func namedRepo() throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    let status = try status(of: parameters.required("repo", as: ATIdentifier.self))
    return try repo(of: status.did)
  }

  /// The repo that `repo` names and that holds `collection`: a private tree only for its account;
  /// for everyone else nothing of it is there.
  func namedRepo(holding collection: NSID) throws(XRPCError) -> Repo {
    let repo = try namedRepo().repo
    guard principal.did == repo.did,
      site.store.policy(of: repo.did).space(of: collection) == .private
    else { return repo }
    return try inStore { () throws(StoreError) in try site.store.repo(repo.did, .private) }
  }

  /// What is known of an account by its DID or handle.
  func status(of name: ATIdentifier) throws(XRPCError) -> RepoStatus {
    switch name {
    case .did(let did): return try anyRepo(of: did).status
    case .handle(let handle):
      let known = site.store.repos.first { $0.space == .public && $0.handle == handle }
      guard let known else {
        throw .named(.repoNotFound, "there is no repo of \(handle) here")
      }
      return known
    }
  }

  /// The path that `collection` and `rkey` name.
  func recordPath() throws(XRPCError) -> RecordPath {
    RecordPath(
      collection: try parameters.required("collection"), rkey: try parameters.required("rkey"))
  }
}

extension MethodCall {
  /// The session that calls: the method's row sees to it that there is one.
  func login() throws(XRPCError) -> Login {
    guard case .session(let login) = principal else {
      throw XRPCError(.authMissing, status: .unauthorized, "expected an access token")
    }
    return login
  }

  /// The object that was sent: the method's row sees to it that there is one.
  func json() throws(XRPCError) -> JSONInput {
    guard case .json(let input) = input else { throw .invalidRequest("expected a JSON object") }
    return input
  }

  /// What is known of the account that calls, whatever its state.
  func ownStatus(of did: DID) throws(XRPCError) -> RepoStatus { try anyRepo(of: did).status }

  /// Runs something that hashes a password where that holds up nobody else.
  func hashing<Value: Sendable>(
    _ body: @escaping @Sendable () throws(XRPCError) -> Value
  ) async throws(XRPCError) -> Value {
    do {
      return try await site.hashers.runIfActive { try body() }
    } catch let error as XRPCError {
      throw error
    } catch {
      throw XRPCError(.notEnoughResources, status: .serviceUnavailable, "the server stops")
    }
  }
}
