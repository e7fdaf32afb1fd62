// BrowserRules.swift: which hosts and which web pages a server answers.
//
// A server on loopback is reachable by every page that its owner's browser shows: by a request to
// http://127.0.0.1 from any origin, and by a name that an attacker lets point there (rebinding).
// So the name that was asked for must be the server's, and in private mode a page must be known.
// Programs send no Origin and are not affected.
import HTTPTypes

/// Whom a server answers.
public struct BrowserRules: Sendable, Hashable {
  /// What web pages may do.
  public enum Audience: Sendable, Hashable {
    /// Only pages of these origins (`https://app.example`), compared without case.
    case pages(of: Set<String>)
    /// All pages: the answer to everyone is the same, and says so (`*`).
    case everyone
  }

  public var audience: Audience
  /// Host names that are this server's, beside the loopback names.
  public var hosts: Set<String>
  /// Whether addresses as names (`Host: 192.0.2.1`) are answered: where a server listens beyond
  /// loopback. No name can be rebound to an address that is its own name.
  public var answersAddresses: Bool

  public init(audience: Audience, hosts: Set<String>, answersAddresses: Bool) {
    self.audience = audience
    self.hosts = Set(hosts.map { $0.lowercased() })
    self.answersAddresses = answersAddresses
  }

  /// What goes into an answer so that a browser shows it to the page that asked.
  enum Permission: Sendable, Hashable {
    case none
    case page(of: String)
    case everyone
  }

  /// Judges a request before anything else looks at it.
  ///
  /// - Throws: 400 without a host, 421 for a host that is not this server's, 403 for a page that is
  ///   not known.
  func admit(_ request: RequestLine) throws(XRPCError) -> Permission {
    guard let host = request.host, !host.isEmpty else {
      throw .invalidRequest("the request has no Host header, or several")
    }
    guard isOurs(host) else {
      throw XRPCError(
        .misdirectedRequest, status: .misdirectedRequest,
        "this server does not answer for the host that was asked: it knows loopback names and "
          + "those that it is configured with")
    }
    switch audience {
    case .everyone: return .everyone
    case .pages(let origins):
      guard let origin = request.origins.first else { return .none }
      guard request.origins.count == 1, origins.contains(origin.lowercased()) else {
        throw XRPCError(
          .forbidden, status: .forbidden,
          "this server is private, and pages of this origin are not allowed to use it")
      }
      return .page(of: origin)
    }
  }

  private func isOurs(_ authority: String) -> Bool {
    let host = BrowserRules.name(of: authority).lowercased()
    if BrowserRules.isLoopback(host) || hosts.contains(host) { return true }
    return answersAddresses && BrowserRules.isAddress(host)
  }

  /// The host without its port: `[::1]:80` and `localhost:80` name `[::1]` and `localhost`.
  static func name(of authority: String) -> Substring {
    if authority.first == "[", let end = authority.firstIndex(of: "]") {
      return authority[...end]
    }
    return authority.prefix { $0 != ":" }
  }

  /// Whether a host, without port and in lower case, is always this machine.
  public static func isLoopback(_ host: String) -> Bool {
    if ["localhost", "[::1]", "::1"].contains(host) { return true }
    return host.hasPrefix("127.") && isAddress(host)
  }

  private static func isAddress(_ host: String) -> Bool {
    if host.hasPrefix("[") && host.hasSuffix("]") { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
  }
}
