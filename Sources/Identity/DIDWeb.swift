// DIDWeb.swift: where a did:web says that its document is.
//
// The protocol knows host names only: no path, and a port only on localhost, for development.
// Not here: fetching it. Spec: https://atproto.com/specs/did#blessed-did-methods
import ATSyntax

/// A did:web of the form that the protocol supports.
public struct DIDWeb: Hashable, Sendable {
  public let did: DID
  /// The host that answers for the document: https, or plain http on localhost.
  public let origin: HTTPOrigin

  /// - Returns: nil unless `did` is `did:web:` and a host name, or `localhost` with at most a port
  ///   (`%3A8080`).
  public init?(_ did: DID) {
    guard did.isWeb else { return nil }
    let name = did.identifier
    self.did = did
    guard name.hasPrefix("localhost"), name.utf8.count == 9 || name.utf8.contains(0x25) else {
      origin = HTTPOrigin(isSecure: true, checkedHost: name.lowercased(), port: nil)
      return
    }
    let port = name.utf8.dropFirst("localhost%3A".utf8.count)
    guard port.isEmpty || HTTPOrigin.port(port) != nil else { return nil }
    origin = HTTPOrigin(isSecure: false, checkedHost: "localhost", port: HTTPOrigin.port(port))
  }

  /// `https://<host>/.well-known/did.json`.
  public var documentURL: String { "\(origin)/.well-known/did.json" }
}
