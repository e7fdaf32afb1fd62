// PLCOperation.swift: operations on a did:plc identity, before and after signing.
//
// What is signed is the DAG-CBOR of the operation without `sig`; what is named (by CID, and by the
// DID of a first operation) is the DAG-CBOR with it. Not here: the JSON and CBOR members
// (PLCOperation+Value.swift), or which operation may follow which (PLCLog.swift).
// Spec: https://web.plc.directory/spec/v0.1/did-plc
import ATCrypto
import ATSyntax
import DAGCBOR

/// An operation that nobody has signed yet.
public enum UnsignedPLCOperation: Sendable {
  /// Sets the whole state. `prev` is nil for the operation that creates the identity.
  case update(PLCState, prev: CID?)
  /// Ends the identity.
  case tombstone(prev: CID)
  /// The form in which identities were created until 2023. Read, never written.
  case create(PLCLegacyCreation)
}

/// The content of a first operation of type `create`.
public struct PLCLegacyCreation: Hashable, Sendable {
  public var signingKey: PublicKey
  public var recoveryKey: PublicKey
  /// As it was given: a handle, perhaps with a scheme before it.
  public var handle: String
  /// As it was given: a host or a URL.
  public var service: String

  /// What the creation means in today's terms.
  public var state: PLCState {
    let isURL = service.hasPrefix("https://") || service.hasPrefix("http://")
    let endpoint = isURL ? service : "https://" + service
    return PLCState(
      rotationKeys: [recoveryKey, signingKey],
      verificationMethods: ["atproto": signingKey.didKey], alsoKnownAs: [name],
      services: ["atproto_pds": PLCService(type: PLCService.pdsType, endpoint: endpoint)])
  }

  private var name: String {
    if handle.hasPrefix("at://") { return handle }
    for scheme in ["https://", "http://"] where handle.hasPrefix(scheme) {
      return "at://" + handle.dropFirst(scheme.utf8.count)
    }
    return "at://" + handle
  }
}

extension UnsignedPLCOperation {
  /// The operation before this one; nil for the one that creates the identity.
  public var prev: CID? {
    switch self {
    case .update(_, let prev): prev
    case .tombstone(let prev): prev
    case .create: nil
    }
  }

  /// The state that the operation sets; nil for a tombstone.
  public var state: PLCState? {
    switch self {
    case .update(let state, _): state
    case .tombstone: nil
    case .create(let creation): creation.state
    }
  }

  /// Signs the operation with a rotation key of the operation before it, or its own if it is the
  /// first. Whether `key` is one of these is not checked here.
  ///
  /// - Throws: what a directory would refuse: `.legacyForm`, counts and lengths over the bounds for
  ///   writing, keys in `verificationMethods` that are none, `.byteCount` over 4 000.
  public func signed(by key: PrivateKey) throws(PLCOperationError) -> PLCOperation {
    switch self {
    case .update(let state, _): try state.checkWritable()
    case .tombstone: break
    case .create: throw .legacyForm
    }
    let operation = try PLCOperation(self, signature: key.sign(message: unsignedBytes()))
    guard operation.bytes.count <= IdentityLimits.operationWriteByteCountMax else {
      throw .byteCount(
        found: operation.bytes.count, most: IdentityLimits.operationWriteByteCountMax)
    }
    return operation
  }

  /// The DAG-CBOR that is signed.
  func unsignedBytes() throws(PLCOperationError) -> [UInt8] {
    try PLCOperation.encoded(members)
  }
}

/// A signed operation. Holding one says nothing about whether the signature is right.
///
/// Two are equal if their bytes are.
public struct PLCOperation: Sendable {
  public let unsigned: UnsignedPLCOperation
  public let signature: Signature
  /// The DAG-CBOR with the signature, at most 7 500 bytes.
  public let bytes: [UInt8]
  /// What `prev` of the next operation says.
  public let cid: CID

  /// - Throws: `.byteCount` over the bound for reading.
  init(_ unsigned: UnsignedPLCOperation, signature: Signature) throws(PLCOperationError) {
    self.unsigned = unsigned
    self.signature = signature
    bytes = try PLCOperation.encoded(
      PLCOperation.members(unsigned: unsigned, signature: signature))
    guard bytes.count <= IdentityLimits.operationReadByteCountMax else {
      throw .byteCount(found: bytes.count, most: IdentityLimits.operationReadByteCountMax)
    }
    cid = CID(of: bytes)
  }

  static func encoded(_ members: CBORMap) throws(PLCOperationError) -> [UInt8] {
    do throws(CBORError) {
      return try CBOR.encode(.map(members))
    } catch {
      throw .encoding(error)
    }
  }

  /// The DID that this operation creates: `did:plc:` and 24 characters of the hash of its bytes;
  /// nil for an operation that has another before it.
  public var createdDID: DID? {
    guard unsigned.prev == nil else { return nil }
    let name = Base32.encode(cid.digest.bytes).prefix(24)
    // Proof of `try!`: base32 digits are allowed in a DID.
    return try! DID("did:plc:" + name)
  }

  /// The first of `keys` that has signed this operation, low-S and over exactly its bytes.
  ///
  /// - Complexity: one verification for each key that comes before it.
  public func signerIndex(among keys: [PublicKey]) -> Int? {
    guard !keys.isEmpty, let digest = unsignedDigest else { return nil }
    return keys.firstIndex { $0.verify(signature, digest) }
  }

  private var unsignedDigest: Digest? {
    do throws(PLCOperationError) {
      return Digest(of: try unsigned.unsignedBytes())
    } catch {
      return nil  // what was encoded with its signature is encoded without it
    }
  }
}

extension PLCOperation: Hashable {
  public static func == (a: PLCOperation, b: PLCOperation) -> Bool { a.bytes == b.bytes }
  public func hash(into hasher: inout Hasher) { hasher.combine(cid) }
}
