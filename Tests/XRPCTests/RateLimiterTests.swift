// RateLimiterTests.swift: limits as values, then over HTTP with their headers.
import Accounts
import DAGCBOR
import TestKit
import Testing

@testable import XRPC

@Suite("Rate limits", .timeLimit(.minutes(2)))
struct RateLimiterTests {
  private static let limit = RateLimit("test", points: 10, seconds: 60)
  private static let now = Moment(seconds: 1_000)

  @Test("points are used up, a refused use costs nothing, and the next window begins anew")
  func window() {
    var limiter = RateLimiter()
    let first = limiter.take(7, of: Self.limit, by: "a", at: Self.now)
    #expect(first.isAllowed && first.remaining == 3 && first.reset.seconds == 1_060)
    #expect(!limiter.take(4, of: Self.limit, by: "a", at: Self.now.adding(seconds: 59)).isAllowed)
    let last = limiter.take(3, of: Self.limit, by: "a", at: Self.now.adding(seconds: 59))
    #expect(last.isAllowed && last.remaining == 0 && last.reset == first.reset)
    #expect(limiter.take(10, of: Self.limit, by: "b", at: Self.now).isAllowed)
    #expect(limiter.take(10, of: Self.limit, by: "a", at: Self.now.adding(seconds: 60)).isAllowed)
    #expect(!limiter.take(1, of: Self.limit, by: "a", at: Self.now.adding(seconds: 60)).isAllowed)
  }

  @Test("limits of one name and other numbers have counts of their own")
  func separate() {
    var limiter = RateLimiter()
    let day = RateLimit("test", points: 10, seconds: 86_400)
    #expect(limiter.take(10, of: Self.limit, by: "a", at: Self.now).isAllowed)
    #expect(limiter.take(10, of: day, by: "a", at: Self.now).isAllowed)
  }

  @Test("a clock that is set back locks nobody out for longer than a window")
  func clock() {
    var limiter = RateLimiter()
    #expect(limiter.take(10, of: Self.limit, by: "a", at: Moment(seconds: 9_000_000)).isAllowed)
    #expect(limiter.take(10, of: Self.limit, by: "a", at: Self.now).isAllowed)
  }

  @Test("memory is bounded: who comes when it is full shares one count, and old counts make room")
  func bounded() {
    var limiter = RateLimiter(countMax: 100)
    for index in 0..<100 { _ = limiter.take(1, of: Self.limit, by: "\(index)", at: Self.now) }
    var allowed = 0
    for index in 100..<1_000
    where limiter.take(1, of: Self.limit, by: "\(index)", at: Self.now)
      .isAllowed
    {
      allowed += 1
    }
    #expect(allowed == 10)
    #expect(limiter.count <= 101)
    #expect(!limiter.take(10, of: Self.limit, by: "5", at: Self.now).isAllowed)
    let later = Self.now.adding(seconds: 60)
    #expect(limiter.take(10, of: Self.limit, by: "2000", at: later).isAllowed)
    #expect(limiter.count <= 2)
  }

  @Test(
    "who asks is the peer, or whom a known proxy names last",
    arguments: [
      ("1.2.3.4", [], "1.2.3.4"), ("1.2.3.4", ["5.6.7.8"], "1.2.3.4"),
      ("127.0.0.1", ["5.6.7.8"], "5.6.7.8"), ("127.0.0.1", ["9.9.9.9, 5.6.7.8"], "5.6.7.8"),
      ("127.0.0.1", ["9.9.9.9", "5.6.7.8"], "5.6.7.8"),
      ("127.0.0.1", ["9.9.9.9, 10.0.0.1"], "9.9.9.9"), ("127.0.0.1", ["x"], "127.0.0.1"),
      ("127.0.0.1", ["5.6.7.8, x"], "127.0.0.1"), ("127.0.0.1", [], "127.0.0.1"),
      (nil, ["5.6.7.8"], "local"), ("2001:db8::1", [], "v6:20:1:d:b8:0:0:0:0"),
      ("2001:db8::ffff:1", [], "v6:20:1:d:b8:0:0:0:0"),
    ] as [(String?, [String], String)])
  func addresses(peer: String?, forwarded: [String], expected: String) {
    let name = ClientAddress.name(
      peer: peer, forwarded: forwarded, proxies: ["127.0.0.1", "10.0.0.1"])
    #expect(name == expected)
  }

  @Test("the thirty-first guess is refused, says when to come back, and so is the right password")
  func guesses() async throws {
    let world = try await ServedStore()
    try world.makeAccounts()
    var configuration = ServedStore.configuration
    configuration.proxies = ["127.0.0.1"]
    try await world.serve(configuration) { server in
      // Each from another address: what is counted is the name.
      for index in 0..<30 {
        let answer = try await Self.guess("wrong", "\(ServedStore.handle)", index, server)
        #expect(answer.status == 401)
        #expect(answer.headers["ratelimit-limit"] == "30")
        #expect(answer.headers["ratelimit-remaining"] == "29")
      }
      let refused = try await Self.guess(
        ServedStore.password, "\(ServedStore.did)", 31, server)
      #expect(refused.status == 429)
      #expect(try refused["error"] == "RateLimitExceeded")
      #expect(refused.headers["ratelimit-remaining"] == "0")
      #expect(refused.headers["ratelimit-policy"] == "30;w=300")
      #expect(refused.headers["ratelimit-reset"] == "\(ServedStore.now + 300)")
      #expect(refused.headers["retry-after"] == "300")
      let other = try await Self.guess(
        ServedStore.password, "\(ServedStore.otherDID)", 32, server)
      #expect(other.status == 400)
    }
  }

  private static func guess(
    _ password: String, _ name: String, _ index: Int, _ server: RunningServer
  ) async throws -> HTTPAnswer {
    try await server.post(
      "/xrpc/com.atproto.server.createSession", ["X-Forwarded-For: 192.0.2.\(index)"],
      body: JSONForm.encode(["identifier": .string(name), "password": .string(password)]),
      type: "application/json")
  }
}
