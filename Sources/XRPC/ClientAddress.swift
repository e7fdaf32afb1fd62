// ClientAddress.swift: whom a request is counted for: its peer, or whom a known proxy names.
//
// The header counts only where the peer is one of the proxies that the server was told of, and only
// from its end as far as proxies go: what stands before was written by whoever sent it.
import NIOCore

enum ClientAddress {
  /// - Parameters:
  ///   - peer: the address of the other end; nil where it has none.
  ///   - forwarded: the values of X-Forwarded-For.
  static func name(
    peer: String?, forwarded: [String], proxies: Set<String>
  ) -> String {
    guard var client = peer else { return "local" }
    guard proxies.contains(client) else { return group(client) }
    let named = forwarded.flatMap { $0.split(separator: ",") }.reversed()
    for text in named {
      let text = text.filter { $0 != " " }
      guard isAddress(text) else { break }
      client = text
      if !proxies.contains(client) { break }
    }
    return group(client)
  }

  private static func isAddress(_ text: String) -> Bool {
    do {
      _ = try SocketAddress(ipAddress: text, port: 0)
      return true
    } catch {
      return false
    }
  }

  /// An IPv6 client has a network of its own: 64 bits of the address name it.
  private static func group(_ address: String) -> String {
    do {
      guard case .v6(let v6) = try SocketAddress(ipAddress: address, port: 0) else {
        return address
      }
      return withUnsafeBytes(of: v6.address.sin6_addr) { bytes in
        "v6:" + bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
      }
    } catch {
      return address
    }
  }
}
