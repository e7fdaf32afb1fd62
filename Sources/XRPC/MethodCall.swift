// MethodCall.swift: one call of a method, and the repos that it may see.
//
// Only public trees: whatever a method does, it begins with a repo from here.
import ATSyntax
import DAGCBOR
import RepoStore

/// One call of a method.
struct MethodCall: Sendable {
  let site: Site
  let parameters: Parameters

  /// The public repo of a DID, whatever its status.
  func anyRepo(of did: DID) throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    try inStore { () throws(StoreError) in
      let repo = try site.store.repo(did, .public)
      return (repo, try repo.status)
    }
  }

  /// The public repo of a DID, if it is to be shown.
  func repo(of did: DID) throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    let found = try anyRepo(of: did)
    if let error = XRPCError(found.status) { throw error }
    return found
  }

  /// The public repo that parameter `name` names by DID.
  func repo(_ name: String = "did") throws(XRPCError) -> Repo {
    try repo(of: parameters.required(name)).repo
  }

  /// The public repo that `repo` names by DID or handle.
  func namedRepo() throws(XRPCError) -> (repo: Repo, status: RepoStatus) {
    switch try parameters.required("repo", as: ATIdentifier.self) {
    case .did(let did): return try repo(of: did)
    case .handle(let handle):
      let known = site.store.repos.first { $0.space == .public && $0.handle == handle }
      guard let known else {
        throw .named(.repoNotFound, "there is no repo of \(handle) here")
      }
      return try repo(of: known.did)
    }
  }

  /// The path that `collection` and `rkey` name.
  func recordPath() throws(XRPCError) -> RecordPath {
    RecordPath(
      collection: try parameters.required("collection"), rkey: try parameters.required("rkey"))
  }
}
