// RoutingTests.swift: which request goes where, and who is answered at all.
import HTTPTypes
import Testing

@testable import XRPC

@Suite("Routing")
struct RoutingTests {
  private let router = Router(
    table: .toy,
    rules: BrowserRules(
      audience: .pages(of: ["https://app.example"]), hosts: ["pds.example"],
      answersAddresses: false))

  private func line(
    _ method: HTTPRequest.Method, _ target: String, host: String? = "localhost:2583",
    origin: String? = nil
  ) -> RequestLine {
    var head = HTTPRequest(method: method, scheme: nil, authority: host, path: target)
    if let origin { head.headerFields[.origin] = origin }
    return RequestLine(head)
  }

  private func error(_ line: RequestLine) -> String? {
    do throws(XRPCError) {
      _ = try router.rules.admit(line)
      _ = try router.route(line)
      return nil
    } catch {
      return "\(error.status.code) \(error.name.rawValue)"
    }
  }

  @Test(
    "each mistake has its status and its name",
    arguments: [
      ("GET", "/", nil), ("HEAD", "/xrpc/_health", nil), ("GET", "/robots.txt?x=1", nil),
      ("GET", "/xrpc/org.example.echo?text=1", nil), ("HEAD", "/xrpc/org.example.echo", nil),
      ("GET", "/xrpc/ORG.Example.echo", nil),
      ("GET", "/xrpc/org.example.ECHO", "501 MethodNotImplemented"),
      ("OPTIONS", "/xrpc/org.example.echo", nil),
      ("POST", "/", "405 MethodNotAllowed"),
      ("GET", "/other", "404 NotFound"),
      ("GET", "/xrpc/", "400 InvalidRequest"),
      ("GET", "/xrpc/org.example", "400 InvalidRequest"),
      ("GET", "/xrpc/org.example.echo/", "400 InvalidRequest"),
      ("GET", "/xrpc/org.example.unknown", "501 MethodNotImplemented"),
      ("POST", "/xrpc/org.example.unknown", "501 MethodNotImplemented"),
      ("POST", "/xrpc/org.example.echo", "400 InvalidRequest"),
      ("PUT", "/xrpc/org.example.echo", "400 InvalidRequest"),
      ("GET", "/xrpc/org.example.echo?text=%", "400 InvalidRequest"),
      ("GET", "/xrpc/com.atproto.sync.subscribeRepos", nil),
      ("GET", "/xrpc/com.atproto.sync.subscribeRepos?cursor=-1", "400 InvalidRequest"),
      ("GET", "/xrpc/com.atproto.sync.subscribeRepos?cursor=x", "400 InvalidRequest"),
      ("POST", "/xrpc/com.atproto.sync.subscribeRepos", "405 MethodNotAllowed"),
      ("HEAD", "/xrpc/com.atproto.sync.subscribeRepos", "405 MethodNotAllowed"),
    ] as [(String, String, String?)])
  func statuses(method: String, target: String, expected: String?) throws {
    let method = try #require(HTTPRequest.Method(method))
    #expect(error(line(method, target)) == expected)
  }

  @Test("a target longer than the limit is refused")
  func targetLength() {
    let long = "/xrpc/org.example.echo?text=" + String(repeating: "a", count: 20_000)
    #expect(error(line(.get, long)) == "414 UriTooLong")
  }

  @Test("a target with scheme and host is read, and its host counts")
  func absoluteForm() {
    #expect(error(line(.get, "http://pds.example/xrpc/_health", host: "localhost")) == nil)
    #expect(
      error(line(.get, "http://evil.example/xrpc/_health", host: "localhost"))
        == "421 MisdirectedRequest")
    #expect(error(line(.get, "http://pds.example", host: nil)) == nil)
  }

  @Test(
    "only names of this server are answered",
    arguments: [
      ("localhost", nil), ("LOCALHOST:1", nil), ("127.0.0.1:2583", nil), ("127.1.2.3", nil),
      ("[::1]:2583", nil), ("pds.example", nil), ("PDS.example:443", nil),
      ("evil.example", "421 MisdirectedRequest"),
      ("127.0.0.1.evil.example", "421 MisdirectedRequest"),
      ("127.evil.example", "421 MisdirectedRequest"), ("localhost.", "421 MisdirectedRequest"),
      ("192.0.2.1", "421 MisdirectedRequest"), ("[fe80::1]", "421 MisdirectedRequest"),
      ("", "400 InvalidRequest"), (nil, "400 InvalidRequest"),
    ] as [(String?, String?)])
  func hosts(host: String?, expected: String?) {
    #expect(error(line(.get, "/", host: host)) == expected)
  }

  @Test(
    "a page of an unknown origin is refused, a known one gets its own name back",
    arguments: ["http://localhost:2583", "null", "https://app.example.evil.example", ""])
  func origins(origin: String) throws {
    #expect(error(line(.get, "/", origin: origin)) == "403 Forbidden")
    #expect(
      try router.rules.admit(line(.get, "/", origin: "https://APP.example"))
        == .page(of: "https://APP.example"))
    #expect(try router.rules.admit(line(.get, "/")) == .none)
  }

  @Test("a public server answers every page alike, and addresses where it listens on one")
  func publicServer() throws {
    let rules = BrowserRules(audience: .everyone, hosts: [], answersAddresses: true)
    #expect(
      try rules.admit(line(.get, "/", host: "192.0.2.1", origin: "https://any.example"))
        == .everyone)
    #expect(throws: XRPCError.self) { try rules.admit(line(.get, "/", host: "any.example")) }
    #expect(throws: XRPCError.self) { try rules.admit(line(.get, "/", host: "1.2.3.4.5")) }
  }
}
