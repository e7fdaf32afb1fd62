// DIDDocument.swift: what an account's DID document says: its handle, signing key and server.
//
// Documents are written by anyone, so reading keeps what the protocol uses and skips the rest; what
// the protocol uses must have its shape. Not here: fetching one, or checking that a handle points
// back. Spec: https://atproto.com/specs/did#did-documents
import ATCrypto
import ATSyntax
import DAGCBOR

/// The parts of a DID document that the AT Protocol knows.
public struct DIDDocument: Hashable, Sendable {
  /// A key of the account. Both texts of the key may be missing or foreign: only `#atproto`
  /// matters.
  public struct VerificationMethod: Hashable, Sendable {
    /// `#name`, or the whole DID before it.
    public var id: String
    public var type: String
    public var controller: String?
    public var publicKeyMultibase: String?

    public init(id: String, type: String, controller: String?, publicKeyMultibase: String?) {
      self.id = id
      self.type = type
      self.controller = controller
      self.publicKeyMultibase = publicKeyMultibase
    }
  }

  /// Something that serves the account: only `#atproto_pds` matters to the protocol.
  public struct Service: Hashable, Sendable {
    /// `#name`, or the whole DID before it.
    public var id: String
    public var type: String
    /// Nil where the document has an object or a list, which the protocol does not use.
    public var endpoint: String?

    public init(id: String, type: String, endpoint: String?) {
      self.id = id
      self.type = type
      self.endpoint = endpoint
    }
  }

  public var id: DID
  public var alsoKnownAs: [String]
  public var verificationMethods: [VerificationMethod]
  public var services: [Service]

  public init(
    id: DID, alsoKnownAs: [String] = [], verificationMethods: [VerificationMethod] = [],
    services: [Service] = []
  ) {
    self.id = id
    self.alsoKnownAs = alsoKnownAs
    self.verificationMethods = verificationMethods
    self.services = services
  }
}

extension DIDDocument {
  /// The first of `alsoKnownAs` that is `at://` and a handle; nil if none is. A claim only: the
  /// handle must resolve back to this DID.
  public var handle: Handle? {
    for name in alsoKnownAs where name.hasPrefix("at://") {
      do throws(SyntaxError) {
        return try Handle(String(name.dropFirst(5)))
      } catch {
        continue  // other accounts' at:// names are allowed to be anything
      }
    }
    return nil
  }

  /// The key that signs the account's repo: the first verification method named `#atproto`.
  ///
  /// - Complexity: parses the key; keep the value.
  /// - Throws: `.noSigningKey`, `.methodType` for a type without a known key form, `.key`.
  public var signingKey: PublicKey {
    get throws(DIDDocumentError) {
      guard let method = verificationMethods.first(where: { isNamed("#atproto", $0.id) }) else {
        throw .noSigningKey
      }
      guard let text = method.publicKeyMultibase else { throw .noSigningKey }
      do throws(KeyError) {
        if method.type == "Multikey" { return try PublicKey(multikey: text) }
        if let curve = Curve.allCases.first(where: { $0.legacyMethodType == method.type }) {
          return try PublicKey(legacyMultibase: text, curve: curve)
        }
      } catch {
        throw .key(error)
      }
      throw .methodType(method.type)
    }
  }

  /// Where the account's server is: the first service named `#atproto_pds`.
  ///
  /// - Throws: `.noServer` if there is none, or none of type `AtprotoPersonalDataServer` under that
  ///   name; `.endpoint` unless it is an http(s) origin without a path.
  public var pdsEndpoint: HTTPOrigin {
    get throws(DIDDocumentError) {
      guard let service = services.first(where: { isNamed("#atproto_pds", $0.id) }),
        service.type == PLCService.pdsType
      else { throw .noServer }
      guard let origin = service.endpoint.flatMap({ HTTPOrigin($0) }) else {
        throw .endpoint(service.endpoint ?? "")
      }
      return origin
    }
  }

  /// Whether `id` is `name`, alone or after this document's own DID.
  private func isNamed(_ name: String, _ id: String) -> Bool {
    id == name || id == self.id.description + name
  }
}

/// Why a DID document cannot be used.
public enum DIDDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More bytes than are read of a document.
  case tooLarge(byteCount: Int)
  case json(JSONError)
  case field(FieldError)
  /// The document is of another DID than was asked for.
  case otherDID(found: DID, expected: DID)
  /// No verification method `#atproto` with a key.
  case noSigningKey
  /// The signing key is of a type that the protocol does not know.
  case methodType(String)
  case key(KeyError)
  /// No service `#atproto_pds` of type `AtprotoPersonalDataServer`.
  case noServer
  /// The server's endpoint is not an http(s) origin.
  case endpoint(String)

  public var description: String { "DID document: \(explanation)" }

  private var explanation: String {
    switch self {
    case .tooLarge(let count):
      "\(count) bytes, at most \(IdentityLimits.documentByteCountMax) are read"
    case .json(let error): error.description
    case .field(let error): error.description
    case .otherDID(let found, let expected): "is of \(found), expected \(expected)"
    case .noSigningKey: "has no verificationMethod #atproto with a publicKeyMultibase"
    case .methodType(let type): "#atproto has type \(shown(type)), expected Multikey"
    case .key(let error): "#atproto: \(error)"
    case .noServer: "has no service #atproto_pds of type \(PLCService.pdsType)"
    case .endpoint(let text): "#atproto_pds: expected https://host[:port], found \(shown(text))"
    }
  }
}

/// Text from outside, quoted and cut so that it is safe in a message.
func shown(_ text: String) -> String {
  let visible = text.unicodeScalars.prefix(64).map { scalar in
    0x20...0x7e ~= scalar.value && scalar != "\"" ? String(scalar) : "?"
  }
  return "\"" + visible.joined() + (text.unicodeScalars.count > 64 ? "…" : "") + "\""
}
