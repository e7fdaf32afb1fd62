// ServerError.swift: why a server cannot be made.
import ATSyntax

/// What is wrong with a server's configuration.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No URL can be made of the address that the server listens on.
  case noOrigin(host: String)
  /// The public URL's host and port cannot be those of a did:web.
  case noServiceDID(SyntaxError)

  public var description: String {
    switch self {
    case .noOrigin(let host):
      "no URL can be made of the address \(host): say the server's public URL"
    case .noServiceDID(let error): "the server's URL makes no did:web: \(error)"
    }
  }
}
