// DIDDocument+JSON.swift: DID documents as JSON text, both ways.
//
// Reading drops members that the protocol does not use; writing makes what a did:plc directory
// serves. So a foreign document is not reproduced by reading and writing it.
// Spec: https://www.w3.org/TR/did-core/, https://atproto.com/specs/did#did-documents
import ATCrypto
import ATSyntax
import DAGCBOR

extension DIDDocument {
  /// Reads a document that was fetched for `did`.
  ///
  /// Lists that are missing or null count as empty. What a list holds must have its shape: names
  /// are texts; keys and services are objects with the texts `id` and `type`.
  /// - Throws: `.tooLarge` before reading; `.json`; `.field` with the path; `.otherDID`.
  public init(json: [UInt8], for did: DID) throws(DIDDocumentError) {
    guard json.count <= IdentityLimits.documentByteCountMax else {
      throw .tooLarge(byteCount: json.count)
    }
    let document: Field
    do throws(JSONError) {
      document = Field(try JSONForm.decode(json, as: .plain))
    } catch {
      throw .json(error)
    }
    do throws(FieldError) {
      try self.init(document)
    } catch {
      throw .field(error)
    }
    guard id == did else { throw .otherDID(found: id, expected: did) }
  }

  private init(_ document: Field) throws(FieldError) {
    _ = try document.entries()
    id = try document["id"].did()
    alsoKnownAs = []
    for name in try document["alsoKnownAs"].elementsIfAny() {
      alsoKnownAs.append(try name.string())
    }
    verificationMethods = []
    for method in try document["verificationMethod"].elementsIfAny() {
      verificationMethods.append(try VerificationMethod(method))
    }
    services = []
    for service in try document["service"].elementsIfAny() { services.append(try Service(service)) }
  }
}

extension DIDDocument.VerificationMethod {
  fileprivate init(_ field: Field) throws(FieldError) {
    id = try field["id"].string()
    type = try field["type"].string()
    controller = field["controller"].value.stringValue
    publicKeyMultibase = field["publicKeyMultibase"].value.stringValue
  }

  fileprivate var value: CBORValue {
    var map = CBORMap([("id", .string(id)), ("type", .string(type))])
    map["controller"] = controller.map { .string($0) }
    map["publicKeyMultibase"] = publicKeyMultibase.map { .string($0) }
    return .map(map)
  }

  /// The JSON-LD context of the signature suite that the key belongs to.
  fileprivate var suiteContext: String? {
    if type == Curve.k256.legacyMethodType || publicKeyMultibase?.hasPrefix("zQ3s") == true {
      return "https://w3id.org/security/suites/secp256k1-2019/v1"
    }
    if type == Curve.p256.legacyMethodType || publicKeyMultibase?.hasPrefix("zDn") == true {
      return "https://w3id.org/security/suites/ecdsa-2019/v1"
    }
    return nil
  }
}

extension DIDDocument.Service {
  fileprivate init(_ field: Field) throws(FieldError) {
    id = try field["id"].string()
    type = try field["type"].string()
    endpoint = field["serviceEndpoint"].value.stringValue
  }

  fileprivate var value: CBORValue {
    var map = CBORMap([("id", .string(id)), ("type", .string(type))])
    map["serviceEndpoint"] = endpoint.map { .string($0) }
    return .map(map)
  }
}

extension DIDDocument {
  /// The document as JSON, with the contexts that its keys need. Compact, keys in canonical order.
  public var json: [UInt8] {
    var contexts = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    for context in verificationMethods.compactMap(\.suiteContext)
    where !contexts.contains(context) {
      contexts.append(context)
    }
    return JSONForm.encode([
      "@context": .array(contexts.map { .string($0) }),
      "id": .string(id.description),
      "alsoKnownAs": .array(alsoKnownAs.map { .string($0) }),
      "verificationMethod": .array(verificationMethods.map(\.value)),
      "service": .array(services.map(\.value)),
    ])
  }
}

extension DIDDocument {
  /// The document that a did:plc directory serves for `did` while `state` is current.
  ///
  /// Names of keys and services come in the order of their bytes; a key's `did:key:` becomes a
  /// Multikey.
  public init(plc state: PLCState, of did: DID) {
    self.init(
      id: did, alsoKnownAs: state.alsoKnownAs,
      verificationMethods: state.verificationMethods.sorted { $0.key < $1.key }.map { name, key in
        let multibase = key.hasPrefix("did:key:") ? String(key.dropFirst(8)) : key
        return VerificationMethod(
          id: "\(did)#\(name)", type: "Multikey", controller: did.description,
          publicKeyMultibase: multibase)
      },
      services: state.services.sorted { $0.key < $1.key }.map { name, service in
        Service(id: "#\(name)", type: service.type, endpoint: service.endpoint)
      })
  }
}
