// StreamTests.swift: subscribers over real sockets: cursors, replay and live, slow ones, the end.
import DAGCBOR
import MST
import RepoStore
import TestKit
import Testing

@testable import XRPC

@Suite("A stream", .timeLimit(.minutes(2)))
struct StreamTests {
  /// Payloads of many sizes, so that each form of a frame's length is met.
  private static func payload(_ number: Int) -> [UInt8] {
    Array(
      repeating: UInt8(truncatingIfNeeded: number), count: [1, 125, 126, 5_000, 70_000][number % 5])
  }

  private static func log(_ count: Int) -> MemoryLog {
    let log = MemoryLog()
    for number in 1...count { log.append(payload(number)) }
    return log
  }

  @Test("a cursor replays what came after it and goes on live, without a gap or a repeat")
  func replayThenLive() async throws {
    let log = StreamTests.log(300)
    try await RunningServer.with(log) { server in
      try await LoopbackClient.with(port: server.port) { client in
        let found = try await client.subscribe("?cursor=100")
        #expect(found.status == 101)
        for number in 101...600 {
          if number > 300 {
            log.appendPrivate()
            log.append(StreamTests.payload(number))
          }
          try await client.expect(.binary(StreamTests.payload(number)))
        }
      }
    }
  }

  @Test("without a cursor only what is new comes; with 0 everything")
  func liveOnly() async throws {
    let log = StreamTests.log(10)
    try await RunningServer.with(log) { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        // An answer to a ping shows that the subscription has begun.
        try await client.send(SocketFrame(opcode: 9, payload: [7]))
        try await client.expect(SocketFrame(opcode: 10, payload: [7]))
        log.append([11])
        try await client.expect(.binary([11]))
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=0")
        try await client.expect(.binary(StreamTests.payload(1)))
      }
    }
  }

  @Test("many subscribers, joining while events are written, all see the same in the same order")
  func manySubscribers() async throws {
    let log = StreamTests.log(50)
    try await RunningServer.with(log) { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for cursor in 0..<40 {
          group.addTask { try await StreamTests.read(server, cursor + 1...400) }
        }
        for number in 51...400 {
          log.append(StreamTests.payload(number))
          if number % 7 == 0 { await Task.yield() }
        }
        try await group.waitForAll()
      }
    }
  }

  /// Reads these events, and nothing else between them.
  private static func read(_ server: RunningServer, _ numbers: ClosedRange<Int>) async throws {
    try await LoopbackClient.with(port: server.port) { client in
      _ = try await client.subscribe("?cursor=\(numbers.lowerBound - 1)")
      for number in numbers { try await client.expect(.binary(payload(number))) }
    }
  }

  @Test("live subscribers together cost one reading of the log")
  func readsOnce() async throws {
    let log = StreamTests.log(1)
    try await RunningServer.with(log) { server in
      let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask { try await StreamTests.readLive(server, 2...101) { isReady.yield() } }
        }
        var readiness = ready.makeAsyncIterator()
        for _ in 0..<20 { await readiness.next() }
        let before = log.readCount
        for number in 2...101 { log.append(StreamTests.payload(number)) }
        try await group.waitForAll()
        // At most one for each event, and one that finds nothing; never one for each subscriber.
        #expect(log.readCount - before <= 201)
      }
    }
  }

  /// Subscribes without a cursor, says when that has been taken in, and reads these events.
  private static func readLive(
    _ server: RunningServer, _ numbers: ClosedRange<Int>, whenReady: @Sendable () -> Void
  ) async throws {
    try await LoopbackClient.with(port: server.port) { client in
      _ = try await client.subscribe()
      try await client.send(SocketFrame(opcode: 9, payload: []))
      try await client.expect(SocketFrame(opcode: 10, payload: []))
      whenReady()
      for number in numbers { try await client.expect(.binary(payload(number))) }
    }
  }

  @Test("a cursor from the future gets an error and the end")
  func futureCursor() async throws {
    try await RunningServer.with(StreamTests.log(5)) { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=6")
        let error = try StreamFrame(try await client.frame().payload)
        #expect(error == .error(name: "FutureCursor", message: "the newest event is 5"))
        let close = try await client.frame()
        #expect(close.opcode == 8 && close.code == 1008 && close.reason == "FutureCursor")
      }
    }
  }

  @Test("a cursor whose events are gone is told so and gets the oldest; 0 is told nothing")
  func outdatedCursor() async throws {
    let log = StreamTests.log(20)
    log.drop(upTo: Seq(rawValue: 10))
    try await RunningServer.with(log) { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=5")
        guard case .info("OutdatedCursor", _?) = try StreamFrame(try await client.frame().payload)
        else { throw MemoryLog.Broken() }
        try await client.expect(.binary(StreamTests.payload(11)))
      }
      for cursor in [0, 10] {
        try await LoopbackClient.with(port: server.port) { client in
          _ = try await client.subscribe("?cursor=\(cursor)")
          try await client.expect(.binary(StreamTests.payload(11)))
        }
      }
    }
  }

  @Test("who had caught up and takes nothing any more is cut, and nobody else notices")
  func tooSlow() async throws {
    var configuration = Server.Configuration()
    configuration.subscribers.lagFrameCountMax = 20
    let log = MemoryLog()
    let big = Array(repeating: UInt8(1), count: 1_000_000)
    try await RunningServer.with(log, configuration) { server in
      try await LoopbackClient.with(port: server.port) { slow in
        _ = try await slow.subscribe()
        try await slow.send(SocketFrame(opcode: 9, payload: []))
        _ = try await slow.frame()
        try await LoopbackClient.with(port: server.port) { fast in
          _ = try await fast.subscribe("?cursor=0")
          for _ in 0..<60 {
            log.append(big)
            try await fast.expect(.binary(big))
          }
        }
        var last = try await slow.frame()
        while last == .binary(big) { last = try await slow.frame() }
        guard case .error("ConsumerTooSlow", _?) = try StreamFrame(last.payload) else {
          throw MemoryLog.Broken()
        }
        let close = try await slow.frame()
        #expect(close.reason == "ConsumerTooSlow")
      }
    }
  }

  @Test("a log that breaks ends every stream with an error, and the server goes on")
  func brokenLog() async throws {
    let log = StreamTests.log(3)
    try await RunningServer.with(log) { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=2")
        _ = try await client.frame()
        log.breakDown()
        guard
          case .error("InternalServerError", _?) = try StreamFrame(
            try await client.frame().payload)
        else { throw MemoryLog.Broken() }
        let found = try await client.frame()
        #expect(found.code == 1011)
      }
      #expect(try await server.get("/xrpc/_health").status == 200)
    }
  }

  @Test("a client that closes gets its closing back; one that only stops sending is let go")
  func closing() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        try await client.send(SocketFrame(opcode: 8, payload: [0x03, 0xe8]))
        let close = try await client.frame()
        #expect(close.opcode == 8 && close.code == 1000)
        let found = try await client.readToEnd()
        #expect(found == [])
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        client.finish()
        let found = try await client.readToEnd()
        #expect(found == [])
      }
    }
  }

  @Test("frames that are not masked or too long end the connection with their code")
  func badFrames() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        try await client.send(.binary([1]), isMasked: false)
        let found = try await client.frame()
        #expect(found.code == 1002)
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        try await client.send(.binary(Array(repeating: 1, count: 5_000)))
        let found = try await client.frame()
        #expect(found.code == 1009)
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        try await client.send(.binary(Array(repeating: 1, count: 4_000)))
        try await client.send(SocketFrame(opcode: 9, payload: [1, 2]))
        try await client.expect(SocketFrame(opcode: 10, payload: [1, 2]))
      }
    }
  }

  @Test("frames that are sent with the handshake are not lost")
  func eagerClient() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        let lines =
          ["GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1", "Host: localhost"]
          + LoopbackClient.handshake + ["", ""]
        try await client.send(
          Array(lines.joined(separator: "\r\n").utf8) + [0x89, 0x81, 0, 0, 0, 0, 5])
        let found = try await client.answer()
        #expect(found.status == 101)
        try await client.expect(SocketFrame(opcode: 10, payload: [5]))
      }
    }
  }
}

@Suite("A handshake", .timeLimit(.minutes(2)))
struct HandshakeTests {
  private static let target = "/xrpc/com.atproto.sync.subscribeRepos"

  private static func handshake(without name: String, with line: String? = nil) -> [String] {
    LoopbackClient.handshake.filter { !$0.hasPrefix(name + ":") } + (line.map { [$0] } ?? [])
  }

  @Test("a good one is answered with the accept value of the protocol's own example")
  func accepts() async throws {
    try await RunningServer.with { server in
      let answer = try await server.get(HandshakeTests.target, LoopbackClient.handshake)
      #expect(answer.status == 101)
      #expect(answer.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      #expect(answer.headers["upgrade"] == "websocket")
    }
  }

  @Test(
    "what is missing or wrong in one is told over HTTP",
    arguments: [
      (target, handshake(without: "Upgrade"), 426),
      (target, handshake(without: "Connection"), 426),
      (target, handshake(without: "Sec-WebSocket-Key"), 426),
      (target, handshake(without: "Sec-WebSocket-Key", with: "Sec-WebSocket-Key: short"), 426),
      (
        target, handshake(without: "Sec-WebSocket-Version", with: "Sec-WebSocket-Version: 8"), 426
      ),
      (target, handshake(without: "Upgrade", with: "Upgrade: h2c"), 426),
      (target, LoopbackClient.handshake + ["Content-Length: 1"], 426),
      (target, LoopbackClient.handshake + ["Origin: https://evil.example"], 403),
      (target + "?cursor=x", LoopbackClient.handshake, 400),
      ("/xrpc/org.example.unknown", LoopbackClient.handshake, 501),
      ("/xrpc/org.example.echo?text=1", LoopbackClient.handshake, 200),
      ("/", LoopbackClient.handshake, 200),
    ])
  func refuses(target: String, headers: [String], status: Int) async throws {
    try await RunningServer.with { server in
      let answer = try await server.get(target, headers)
      #expect(answer.status == status)
      if status == 426 {
        #expect(answer.headers["upgrade"] == "websocket")
        #expect(answer.headers["sec-websocket-version"] == "13")
      }
    }
  }

  @Test("on a connection that has served HTTP it comes too late, and is told")
  func secondRequest() async throws {
    try await RunningServer.with { server in
      try await LoopbackClient.with(port: server.port) { client in
        let first = try await client.get("/xrpc/_health")
        #expect(first.status == 200)
        let found = try await client.get(HandshakeTests.target, LoopbackClient.handshake)
        #expect(found.status == 426)
      }
    }
  }
}
