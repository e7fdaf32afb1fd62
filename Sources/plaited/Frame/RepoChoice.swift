// RepoChoice.swift: which repo of the store is meant: by DID, by handle, or the owner's.
import ATSyntax
import RepoStore

extension RepoStore {
  /// The first repo that was made here is the owner's.
  func ownerStatus() throws -> RepoStatus {
    guard let owner = repos.min(by: { $0.id < $1.id }) else {
      throw Complaint(
        .negative, "RepoNotFound", what: "the store holds no repo",
        why: "\(directory) was made without one", remedy: "plaited init")
    }
    return owner
  }

  /// The account that `text` names by its DID, its handle or an AT-URI; the owner's for nil.
  func account(_ text: String?) throws -> DID {
    guard let text else { return try ownerStatus().did }
    if text.hasPrefix("at://") { return try account(ATURI(text).authority.description) }
    if text.hasSuffix(".car") { throw Complaint.carHasNoHistory(text) }
    switch try ATIdentifier(text) {
    case .did(let did):
      if repos.contains(where: { $0.did == did }) { return did }
    case .handle(let handle):
      if let repo = repos.first(where: { $0.handle == handle }) { return repo.did }
    }
    let known = Set(repos.map { $0.handle?.description ?? $0.did.description }).sorted()
    throw Complaint(
      .negative, "RepoNotFound", what: "the store has no repo of \(text)",
      why: known.isEmpty ? "it has none at all" : "it has \(known.joined(separator: ", "))",
      remedy: Nearest.word(to: text, among: known).map { "--repo \($0)" } ?? "plaited status")
  }

  func status(of did: DID, _ space: Space) throws -> RepoStatus {
    try repo(did, space).status
  }

  /// The handle under which a DID is known here.
  func handle(of did: DID) -> Handle? {
    repos.lazy.filter { $0.did == did }.compactMap(\.handle).first
  }
}

extension SpaceName {
  var space: Space { self == .public ? .public : .private }
}

extension RepoOptions {
  /// The repo that a command on a whole tree is about.
  func repo(in store: RepoStore) throws -> Repo {
    try store.repo(try store.account(repo), space?.space ?? .public)
  }

  /// The repo in which `collection` is kept, unless the other tree was asked for.
  func repo(holding collection: NSID, in store: RepoStore) throws -> Repo {
    let did = try store.account(repo)
    return try store.repo(did, space?.space ?? store.policy(of: did).space(of: collection))
  }
}
