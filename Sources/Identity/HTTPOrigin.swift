// HTTPOrigin.swift: where a service is: scheme, host and port, and nothing after.
//
// Not here: whether the host may be asked, which is decided where connections are made.
// Spec: https://atproto.com/specs/did, RFC 6454

/// The origin of an http or https URL. Equal origins have equal text.
public struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
  public let isSecure: Bool
  /// A host name or IPv4 address in lower case: letters, digits, hyphens, dots; at most 253 bytes.
  public let host: String
  /// Nil for the scheme's own: 443 or 80.
  public let port: UInt16?

  /// Reads `https://host[:port]` or `http://host[:port]`. O(length), at most 276 bytes are read.
  ///
  /// - Returns: nil for anything more or else: a path (also `/`), a query, a user, an IPv6 address,
  ///   a host with an empty label, a port of 0, over 65 535 or with a leading zero.
  public init?(_ text: String) {
    let secure = "https://"
    let plain = "http://"
    guard text.utf8.count <= 276 else { return nil }
    let rest: Substring.UTF8View
    if text.hasPrefix(secure) {
      (isSecure, rest) = (true, text.utf8.dropFirst(secure.utf8.count))
    } else if text.hasPrefix(plain) {
      (isSecure, rest) = (false, text.utf8.dropFirst(plain.utf8.count))
    } else {
      return nil
    }
    let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let host = HTTPOrigin.host(parts[0]) else { return nil }
    self.host = host
    if parts.count == 1 {
      port = nil
    } else {
      guard let number = HTTPOrigin.port(parts[1]) else { return nil }
      port = number == (isSecure ? 443 : 80) ? nil : number
    }
  }

  init(isSecure: Bool, checkedHost: String, port: UInt16?) {
    self.isSecure = isSecure
    host = checkedHost
    self.port = port
  }

  /// The origin as a URL without a slash at its end.
  public var description: String {
    "http\(isSecure ? "s" : "")://\(host)" + (port.map { ":\($0)" } ?? "")
  }

  private static func host(_ bytes: Substring.UTF8View) -> String? {
    guard 1...253 ~= bytes.count else { return nil }
    for label in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard 1...63 ~= label.count, label.first != UInt8(ascii: "-"),
        label.last != UInt8(ascii: "-"), label.allSatisfy(isHostByte)
      else { return nil }
    }
    return String(Substring(bytes)).lowercased()
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  static func port(_ bytes: Substring.UTF8View) -> UInt16? {
    guard 1...5 ~= bytes.count, bytes.first != UInt8(ascii: "0"),
      bytes.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
    else { return nil }
    return UInt16(String(Substring(bytes)))
  }
}
