// Genesis.swift: an identity that needs no network: the first operation of a did:plc, signed here.
//
// The DID is the hash of the operation, so it certifies itself; a directory may be told later.
// Spec: https://web.plc.directory/spec/v0.1/did-plc
import ATCrypto
import ATSyntax
import Identity

struct Genesis {
  let did: DID
  let operation: PLCOperation

  /// What the identity begins with.
  struct Wish {
    var signing: PrivateKey
    /// The strongest key; nil: only the signing key can change the identity.
    var recovery: PrivateKey?
    var handle: Handle?
    var server: HTTPOrigin?
  }

  /// Signs with the recovery key, or the signing key where there is none.
  init(_ wish: Wish) throws {
    let keys = [wish.recovery?.publicKey, wish.signing.publicKey].compactMap { $0 }
    var state = PLCState(
      rotationKeys: keys, verificationMethods: ["atproto": wish.signing.publicKey.didKey],
      alsoKnownAs: wish.handle.map { ["at://\($0)"] } ?? [])
    if let server = wish.server {
      state.services["atproto_pds"] = PLCService(type: PLCService.pdsType, endpoint: "\(server)")
    }
    operation = try UnsignedPLCOperation.update(state, prev: nil)
      .signed(by: wish.recovery ?? wish.signing)
    guard let did = operation.createdDID else {
      preconditionFailure("an operation without a previous one creates a DID")
    }
    self.did = did
  }
}
