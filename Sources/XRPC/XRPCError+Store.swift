// XRPCError+Store.swift: what the store refuses or finds, as a client is told it.
//
// The one place where the one becomes the other. What is wrong with this machine is for its owner:
// a client learns that something is, and the log learns what.
import MST
import RepoStore

extension XRPCError {
  init(_ error: StoreError) {
    switch error {
    case .noRepo(let did, _): self = .named(.repoNotFound, "there is no repo of \(did) here")
    case .closed, .busy:
      self.init(
        .notEnoughResources, status: .serviceUnavailable, "the server cannot answer now")
    default:
      self = .internalServerError
      cause = "\(error)"
    }
  }

  /// What is said of a repo that is not to be shown; nil for one that is.
  init?(_ status: RepoStatus) {
    let did = status.did
    switch status.status {
    case .active, .desynchronized, .throttled: return nil
    case .takendown: self = .named(.repoTakendown, "the repo of \(did) has been taken down")
    case .suspended: self = .named(.repoSuspended, "the repo of \(did) is suspended")
    case .deactivated, .other:
      self = .named(.repoDeactivated, "the repo of \(did) is deactivated")
    case .deleted: self = .named(.repoNotFound, "the repo of \(did) is deleted")
    }
  }
}

/// Runs calls to the store and tells their error as a client's.
func inStore<Value>(_ body: () throws(StoreError) -> Value) throws(XRPCError) -> Value {
  do throws(StoreError) { return try body() } catch { throw XRPCError(error) }
}
