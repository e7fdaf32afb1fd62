// IdentityVerbs.swift: `plaited identity show`: who a repo is of, and by which keys.
import ATCrypto
import ATSyntax
import ArgumentParser
import DAGCBOR
import Identity
import RepoStore

struct IdentityGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "identity", abstract: "Whose the repos are.", subcommands: [IdentityShow.self])
}

struct IdentityShow: Verb {
  static let configuration = verb(
    "show", "An identity: DID, handle, keys, and the document that says so.",
    "For a did:plc made here the signed operation is shown that creates it; no network is asked.")
  static let examples = [
    Example("plaited identity show", "the owner's identity"),
    Example("plaited identity show --json", "with the operation and the DID document, as JSON"),
    Example("plaited identity show alice.example.com", "that of another repo in the store"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "A DID or a handle.") var account: String?

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let did = try store.account(account)
    let repos = store.repos.filter { $0.did == did }
    let handle = store.handle(of: did)
    let operation = try IdentityFile(of: did, in: job).read()
    let signing = try repos.lazy.compactMap(\.signingKey).first.map {
      try PublicKey(multikey: $0)
    }
    let document = document(did, handle, signing, operation)
    let rotation = operation?.unsigned.state?.rotationKeys ?? []
    var card = Card([
      "did": .id("\(did)"), "handle": handle.map { .id("\($0)") } ?? .absent,
      "signing key": signing.map { .id($0.didKey) } ?? .bad("none: the repo is read-only here"),
    ])
    for (index, key) in rotation.enumerated() {
      card.add("rotation key \(index + 1)", .id(key.didKey))
    }
    card.add("operation", operation.map { .id("\($0.cid)") })
    card.add("trees", .text(repos.map(\.space.rawValue).joined(separator: ", ")))
    return Answer(
      CBORMap(present: [
        "did": .text(did), "handle": handle.map { .text($0) },
        "signingKey": signing.map { .string($0.didKey) },
        "rotationKeys": .array(rotation.map { .string($0.didKey) }),
        "spaces": .array(repos.map { .string($0.space.rawValue) }),
        "operation": operation?.value, "operationCID": operation.map { .text($0.cid) },
        "document": try JSONForm.decode(document.json, as: .plain),
      ]),
      page: [.card(card)], next: ["plaited key list"])
  }

  /// The document as it is, or as it should be.
  private func document(
    _ did: DID, _ handle: Handle?, _ signing: PublicKey?, _ operation: PLCOperation?
  ) -> DIDDocument {
    if let state = operation?.unsigned.state { return DIDDocument(plc: state, of: did) }
    return DIDDocument(
      id: did, alsoKnownAs: handle.map { ["at://\($0)"] } ?? [],
      verificationMethods: signing.map {
        [
          DIDDocument.VerificationMethod(
            id: "\(did)#atproto", type: "Multikey", controller: "\(did)",
            publicKeyMultibase: $0.multikey)
        ]
      } ?? [])
  }
}
