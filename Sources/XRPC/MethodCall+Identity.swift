// MethodCall+Identity.swift: com.atproto.identity: names of the accounts that are hosted here.
//
// Nobody else is asked: a handle or a DID of another server is not found.
import ATCrypto
import ATSyntax
import DAGCBOR
import Identity
import RepoStore

extension MethodCall {
  /// `resolveHandle`.
  func resolveHandle() throws(XRPCError) -> Answer {
    let handle: Handle = try parameters.required("handle")
    guard let status = status(of: handle) else {
      throw .named(.handleNotFound, "no account here has the handle \(handle)")
    }
    return .json(["did": .string("\(status.did)")])
  }

  /// `resolveDid`: the document of an account here.
  func resolveDID() throws(XRPCError) -> Answer {
    let did: DID = try parameters.required("did")
    return .json(["didDoc": try document(of: hosted(did))])
  }

  /// `resolveIdentity`: both, whichever is given.
  func resolveIdentity() throws(XRPCError) -> Answer {
    let status: RepoStatus
    switch try parameters.required("identifier", as: ATIdentifier.self) {
    case .did(let did): status = try hosted(did)
    case .handle(let handle):
      guard let found = self.status(of: handle) else {
        throw .named(.handleNotFound, "no account here has the handle \(handle)")
      }
      status = found
    }
    return .json([
      "did": .string("\(status.did)"),
      "handle": .string((status.handle ?? .invalid).description),
      "didDoc": try document(of: status),
    ])
  }

  /// `getRecommendedDidCredentials`: what the account's document should say while it is here.
  func getRecommendedDIDCredentials() throws(XRPCError) -> Answer {
    let login = try login()
    let status = try ownStatus(of: login.did)
    let rotation = site.operations(login.did).last?.unsigned.state?.rotationKeys ?? []
    var methods: CBORMap = [:]
    methods["atproto"] = status.signingKey.map { .string("did:key:\($0)") }
    return .json([
      "rotationKeys": .array(rotation.map { .string($0.didKey) }),
      "alsoKnownAs": .array(status.handle.map { [.string("at://\($0)")] } ?? []),
      "verificationMethods": .map(methods),
      "services": [
        "atproto_pds": [
          "type": .string(PLCService.pdsType), "endpoint": .string("\(site.origin)"),
        ]
      ],
    ])
  }

  private func hosted(_ did: DID) throws(XRPCError) -> RepoStatus {
    let found = site.store.repos.first { $0.did == did && $0.space == .public }
    guard let found else { throw .named(.didNotFound, "no account here is \(did)") }
    return found
  }

  private func status(of handle: Handle) -> RepoStatus? {
    site.store.repos.first { $0.space == .public && $0.handle == handle }
  }
}

extension MethodCall {
  /// The account's document, if the operations that were made here say that this server is its
  /// host: clients then go where it says.
  func documentPointingHere(of status: RepoStatus) throws(XRPCError) -> CBORValue? {
    guard let state = site.operations(status.did).last?.unsigned.state,
      state.services["atproto_pds"]?.endpoint == "\(site.origin)"
    else { return nil }
    return try document(of: status)
  }
}
