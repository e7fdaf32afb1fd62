// RepoReference.swift: `DID | HANDLE | at://… | FILE.car`, wherever a repo is expected.
import ATSyntax
import RepoStore

enum RepoReference: Equatable {
  /// The account, or nil for the one that the options choose.
  case account(String?)
  case car(path: String)

  /// nil: nothing was named.
  init(_ text: String?) throws {
    switch text {
    case nil: self = .account(nil)
    case "-"?: self = .car(path: "-")
    case let text? where text.hasSuffix(".car"): self = .car(path: text)
    case let text? where text.hasPrefix("at://"):
      self = .account(try ATURI(text).authority.description)
    case let text?: self = .account(text)
    }
  }

  /// Opens what is named: a CAR, or the tree that the options choose, at `rev`.
  func reading(_ job: Job, _ options: RepoOptions, at rev: RevName? = nil) throws -> Reading {
    switch self {
    case .car(let path):
      if rev != nil { throw Complaint.carHasNoHistory(path) }
      return try Reading(CARFile(path, on: job.desk))
    case .account(let name):
      let store = try job.store()
      let did = try store.account(name ?? options.repo)
      let repo = try store.repo(did, options.space?.space ?? .public)
      return Reading(try repo.snapshot(rev), handle: store.handle(of: did))
    }
  }
}

extension Complaint {
  static func carHasNoHistory(_ path: String) -> Complaint {
    Complaint(
      .usage, "UsageError", what: "\(path) is not a repo with a history",
      why: "a CAR holds one commit, and no key", remedy: "name a repo of the store, or none")
  }
}
