// HTTPTests.swift: a real server over a real socket: answers, errors, streams, and no HTTP at all.
import DAGCBOR
import Testing

@testable import XRPC

@Suite("HTTP", .timeLimit(.minutes(2)))
struct HTTPTests {
  @Test("pages, methods and errors come with their status, type and body")
  func answers() async throws {
    try await RunningServer.with { server in
      let health = try await server.get("/xrpc/_health")
      #expect(health.status == 200)
      #expect(health.text == #"{"version":"plaited 0"}"#)
      #expect(health.headers["content-type"] == "application/json; charset=utf-8")
      #expect(health.headers["access-control-allow-origin"] == nil)
      #expect(try await server.get("/").text.contains("AT Protocol"))
      #expect(
        try await server.get("/robots.txt").headers["content-type"] == "text/plain; charset=utf-8")
      #expect(try await server.get("/xrpc/org.example.echo?text=a%20b").text == #"{"text":"a b"}"#)
      let missing = try await server.get("/xrpc/org.example.echo")
      #expect(missing.status == 400)
      #expect(
        missing.text
          == #"{"error":"InvalidRequest","message":"parameter text is missing: expected text"}"#)
      let failed = try await server.get("/xrpc/org.example.fail")
      #expect(failed.status == 500)
      #expect(failed.text == #"{"error":"InternalServerError","message":"Internal Server Error"}"#)
    }
  }

  @Test("HEAD gets the headers of GET and no body, and the connection stays usable")
  func head() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        let head = try await client.get("/xrpc/org.example.echo?text=abc", method: "HEAD")
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == "14")
        let stream = try await client.get("/xrpc/org.example.stream?from=9", method: "HEAD")
        #expect(stream.status == 200)
        let found = try await client.get("/xrpc/org.example.echo?text=abc")
        #expect(found.text == #"{"text":"abc"}"#)
      }
    }
  }

  @Test("requests one after the other, and sent ahead, are answered in order on one connection")
  func keepAlive() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        for number in 0..<100 {
          #expect(
            try await client.get("/xrpc/org.example.echo?text=\(number)").text
              == #"{"text":"\#(number)"}"#)
        }
        let requests = (0..<50).map {
          "GET /xrpc/org.example.echo?text=\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n"
        }
        try await client.send(requests.joined())
        for number in 0..<50 {
          let found = try await client.answer()
          #expect(found.text == #"{"text":"\#(number)"}"#)
        }
      }
    }
  }

  @Test("a body that nobody asked for is passed over")
  func uselessBody() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        let body = String(repeating: "x", count: 300_000)
        try await client.send(
          "POST /xrpc/org.example.echo HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: \(body.count)\r\n\r\n\(body)")
        let found = try await client.answer()
        #expect(found.status == 400)
        let next = try await client.get("/xrpc/_health")
        #expect(next.status == 200)
      }
    }
  }

  @Test("a stream comes whole; one that breaks is not ended as if it were whole")
  func streams() async throws {
    try await RunningServer.with { server in
      let whole = try await server.get("/xrpc/org.example.stream?from=30")
      #expect(whole.body.count == 3_000_000)
      #expect(whole.body.last == 1)
      #expect(whole.headers["content-type"] == "application/vnd.ipld.car")
      let torn = try await LoopbackClient.with(port: server.port) { client in
        try await client.send("GET /xrpc/org.example.torn HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try await client.readToEnd()
      }
      #expect(torn.count > 200_000)
      #expect(Array(torn.suffix(5)) != Array("0\r\n\r\n".utf8))
    }
  }

  @Test("pages are refused on a private server, and everything is shown on a public one")
  func pages() async throws {
    let origin = ["Origin: https://app.example"]
    try await RunningServer.with { server in
      let refused = try await server.get("/xrpc/_health", origin)
      #expect(refused.status == 403)
      #expect(refused.headers["access-control-allow-origin"] == nil)
      let preflight = try await server.get("/xrpc/_health", origin, method: "OPTIONS")
      #expect(preflight.status == 403)
    }
    var configuration = Server.Configuration()
    configuration.audience = .everyone
    try await RunningServer.with(MemoryLog(), configuration) { server in
      let answer = try await server.get("/xrpc/org.example.fail", origin)
      #expect(answer.headers["access-control-allow-origin"] == "*")
      let preflight = try await server.get("/xrpc/_health", origin, method: "OPTIONS")
      #expect(preflight.status == 204)
      #expect(preflight.headers["access-control-allow-methods"] == "GET, HEAD, POST")
    }
    configuration.audience = .pages(of: ["https://app.example"])
    try await RunningServer.with(MemoryLog(), configuration) { server in
      let answer = try await server.get("/xrpc/_health", origin)
      #expect(answer.headers["access-control-allow-origin"] == "https://app.example")
      #expect(answer.headers["vary"] == "Origin")
    }
  }
}

@Suite("Hostile HTTP", .timeLimit(.minutes(2)))
struct HostileHTTPTests {
  private static let host = "Host: localhost\r\n"

  @Test(
    "what could be read in two ways, or not at all, is refused and the connection closed",
    arguments: [
      "nonsense\r\n\r\n",
      "GET / HTTP/9.9\r\n\(host)\r\n",
      "GET / HTTP/1.1\r\n\(host)Bad Header: x\r\n\r\n",
      "GET / HTTP/1.1\r\n\(host)A : b\r\n\r\n",
      "POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\n\(host)Content-Length: 0x10\r\n\r\n",
      "POST / HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\n\(host)A: b\u{0}c\r\n\r\n",
      "GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: 20_000))\r\n\r\n",
      "GET / HTTP/1.1\r\n\(host)\(String(repeating: "A: b\r\n", count: 10_000))\r\n",
    ])
  func refused(request: String) async throws {
    try await RunningServer.with { server in
      let answer = try await LoopbackClient.with(port: server.port) { client in
        try await client.send(request)
        return String(decoding: try await client.readToEnd(), as: UTF8.self)
      }
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      #expect(!answer.contains("AT Protocol"))
      #expect(try await server.get("/").status == 200)
    }
  }

  @Test("a client that leaves in the middle of anything leaves the server as it was")
  func leavers() async throws {
    try await RunningServer.with { server in
      for text in [
        "", "GET", "GET / HTTP/1.1\r\nHost: l",
        "GET /xrpc/org.example.stream?from=255 HTTP/1.1\r\nHost: localhost\r\n\r\n",
      ] {
        try await LoopbackClient.with(port: server.port) { try await $0.send(text) }
      }
      #expect(try await server.get("/xrpc/_health").status == 200)
    }
  }
}
