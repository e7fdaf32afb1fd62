// RequestLine.swift: what of a request decides where it goes: method, target, host, origin.
//
// One value made from both forms of a head, because a request for a WebSocket is judged before
// Hummingbird sees it and must be judged alike.
import HTTPTypes
import NIOHTTP1

/// The part of a request's head that routing looks at.
struct RequestLine: Sendable {
  var method: HTTPRequest.Method
  /// Path and query, as sent.
  var target: String
  /// The value of `Host`; nil where there is none, or more than one.
  var host: String?
  /// The values of `Origin`: what a browser says about the page that asks.
  var origins: [String]

  init(_ head: HTTPRequest) {
    method = head.method
    host = head.authority
    origins = head.headerFields[values: .origin]
    target = head.path ?? ""
    takeAuthority()
  }

  init(_ head: HTTPRequestHead) {
    // Nil for a method that is not a token: the parser lets none pass.
    method = HTTPRequest.Method(rawValue: head.method.rawValue) ?? .get
    let hosts = head.headers["host"]
    host = hosts.count == 1 ? hosts[0] : nil
    origins = head.headers["origin"]
    target = head.uri
    takeAuthority()
  }

  /// The form `http://host/path` is for proxies, and every server must read it: its host counts.
  private mutating func takeAuthority() {
    guard let scheme = ["http://", "https://"].first(where: { target.hasPrefix($0) }) else {
      return
    }
    let rest = target.dropFirst(scheme.count)
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    host = String(rest[..<end])
    target = String(rest[end...])
  }

  /// Before the question mark.
  var path: Substring { target.prefix { $0 != "?" } }

  /// After the question mark, without a fragment, which no client sends.
  var query: Substring { target.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" } }
}

extension HTTPField.Name {
  // Safe: names of letters and hyphens are tokens.
  static let upgrade = HTTPField.Name("Upgrade")!
  static let webSocketVersion = HTTPField.Name("Sec-WebSocket-Version")!  // Safe: as above.
}
