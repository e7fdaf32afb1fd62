// PLCState.swift: what a did:plc identity consists of at one time.
//
// Not here: how it came to be (PLCOperation, PLCLog), or the document made of it (DIDDocument).
// Spec: https://web.plc.directory/spec/v0.1/did-plc
import ATCrypto
import ATSyntax
import DAGCBOR

/// The content of a `plc_operation`: it replaces all that was before.
public struct PLCState: Hashable, Sendable {
  /// The keys that may sign the next operation, strongest first.
  public var rotationKeys: [PublicKey]
  /// did:key texts by name; `atproto` signs the repo. Other names may have keys of any kind.
  public var verificationMethods: [String: String]
  /// URIs, the first `at://` with a handle being the account's.
  public var alsoKnownAs: [String]
  /// Services by name; `atproto_pds` is the account's server.
  public var services: [String: PLCService]

  public init(
    rotationKeys: [PublicKey], verificationMethods: [String: String] = [:],
    alsoKnownAs: [String] = [], services: [String: PLCService] = [:]
  ) {
    self.rotationKeys = rotationKeys
    self.verificationMethods = verificationMethods
    self.alsoKnownAs = alsoKnownAs
    self.services = services
  }

  /// The state of an ordinary account.
  public init(
    rotationKeys: [PublicKey], signingKey: PublicKey, handle: Handle, server: HTTPOrigin
  ) {
    self.init(
      rotationKeys: rotationKeys, verificationMethods: ["atproto": signingKey.didKey],
      alsoKnownAs: ["at://\(handle)"],
      services: ["atproto_pds": PLCService(type: PLCService.pdsType, endpoint: "\(server)")])
  }
}

/// A service of a did:plc identity.
public struct PLCService: Hashable, Sendable {
  /// The type of an account's server.
  public static let pdsType = "AtprotoPersonalDataServer"

  public var type: String
  public var endpoint: String

  public init(type: String, endpoint: String) {
    self.type = type
    self.endpoint = endpoint
  }
}

extension PLCState {
  /// Checks the bounds that the directory sets for new operations, all but the size in bytes.
  func checkWritable() throws(PLCOperationError) {
    guard IdentityLimits.rotationKeyCounts.contains(rotationKeys.count) else {
      throw .rotationKeyCount(rotationKeys.count)
    }
    guard Set(rotationKeys).count == rotationKeys.count else { throw .repeated("rotationKeys") }
    guard Set(alsoKnownAs).count == alsoKnownAs.count else { throw .repeated("alsoKnownAs") }
    try checkCount(alsoKnownAs.count, "alsoKnownAs")
    try checkCount(verificationMethods.count, "verificationMethods")
    try checkCount(services.count, "services")
    for name in alsoKnownAs {
      try check(name, "alsoKnownAs", IdentityLimits.nameCharacterCountMax)
    }
    for (name, key) in verificationMethods {
      try check(name, "verificationMethods", IdentityLimits.fragmentCharacterCountMax)
      do throws(KeyError) {
        _ = try PublicKey(didKey: key)
      } catch {
        throw .field(
          FieldError(path: "/verificationMethods/\(Field.shown(name))", expected: .publicKey(error))
        )
      }
    }
    for (name, service) in services {
      try check(name, "services", IdentityLimits.fragmentCharacterCountMax)
      try check(service.type, "services", IdentityLimits.serviceTypeCharacterCountMax)
      try check(service.endpoint, "services", IdentityLimits.endpointCharacterCountMax)
    }
  }

  private func checkCount(_ count: Int, _ member: String) throws(PLCOperationError) {
    guard count <= IdentityLimits.operationElementCountMax else {
      throw .elementCount(member, count)
    }
  }

  /// The directory counts UTF-16 units, as its language does.
  private func check(_ text: String, _ member: String, _ most: Int) throws(PLCOperationError) {
    guard text.utf16.count <= most else {
      throw .textTooLong(member, characterCount: text.utf16.count, characterCountMax: most)
    }
  }
}
