// LoopbackClient.swift: a client that sends what a test writes and reads what comes, byte by byte.
//
// It knows just enough HTTP and WebSocket to read answers, and nothing that would keep a test from
// sending what no client should.
import NIOCore
import NIOPosix
import Testing

/// A TCP connection to a server on this machine.
struct LoopbackClient {
  private var incoming: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outgoing: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var buffer = ByteBuffer()

  struct Closed: Error {}

  /// Connects, runs `body`, closes.
  static func with<Result: Sendable>(
    port: Int, _ body: (inout LoopbackClient) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: .init(
              isOutboundHalfClosureEnabled: true, inboundType: ByteBuffer.self,
              outboundType: ByteBuffer.self))
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var client = LoopbackClient(incoming: inbound.makeAsyncIterator(), outgoing: outbound)
      return try await body(&client)
    }
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }
  func send(_ bytes: [UInt8]) async throws {
    try await outgoing.write(ByteBuffer(bytes: bytes))
  }

  /// Closes the sending half.
  func finish() { outgoing.finish() }

  /// The next `count` bytes.
  mutating func read(_ count: Int) async throws -> [UInt8] {
    while buffer.readableBytes < count { try await more() }
    // Safe: there are as many.
    return buffer.readBytes(length: count)!
  }

  /// What comes until the server closes.
  mutating func readToEnd() async throws -> [UInt8] {
    do { while true { try await more() } } catch is Closed {
      return buffer.readBytes(length: buffer.readableBytes) ?? []
    }
  }

  private mutating func more() async throws {
    let next: ByteBuffer?
    do { next = try await incoming.next() } catch { throw Closed() }
    guard var next else { throw Closed() }
    buffer.discardReadBytes()
    buffer.writeBuffer(&next)
  }
}

/// An answer over HTTP.
struct HTTPAnswer: Sendable {
  var status: Int
  /// Names in lower case.
  var headers: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
}

extension LoopbackClient {
  /// A GET as programs send it.
  mutating func get(
    _ target: String, _ headers: [String] = [], method: String = "GET"
  ) async throws -> HTTPAnswer {
    let lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers + ["", ""]
    try await send(lines.joined(separator: "\r\n"))
    return try await answer(hasBody: method != "HEAD")
  }

  /// A POST as programs send it.
  mutating func post(
    _ target: String, _ headers: [String] = [], body: [UInt8] = [], type: String? = nil
  ) async throws -> HTTPAnswer {
    var lines = ["POST \(target) HTTP/1.1", "Host: localhost", "Content-Length: \(body.count)"]
    if let type { lines.append("Content-Type: \(type)") }
    try await send(Array((lines + headers + ["", ""]).joined(separator: "\r\n").utf8) + body)
    return try await answer()
  }

  mutating func answer(hasBody: Bool = true) async throws -> HTTPAnswer {
    var lines: [String] = []
    while let line = try await line(), !line.isEmpty { lines.append(line) }
    let status = lines[0].split(separator: " ")[1]
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    // Safe: every status is a number.
    var answer = HTTPAnswer(status: Int(status)!, headers: headers, body: [])
    guard hasBody, answer.status >= 200, answer.status != 204 else { return answer }
    if headers["transfer-encoding"] == "chunked" {
      answer.body = try await chunks()
    } else if let count = headers["content-length"].flatMap(Int.init) {
      answer.body = try await read(count)
    }
    return answer
  }

  private mutating func chunks() async throws -> [UInt8] {
    var body: [UInt8] = []
    while let line = try await line(), let count = Int(line, radix: 16), count > 0 {
      body += try await read(count)
      _ = try await self.line()
    }
    _ = try await self.line()
    return body
  }

  private mutating func line() async throws -> String? {
    var bytes: [UInt8] = []
    while bytes.suffix(2) != [0x0d, 0x0a] { bytes += try await read(1) }
    return String(decoding: bytes.dropLast(2), as: UTF8.self)
  }
}

/// A frame of a WebSocket.
struct SocketFrame: Equatable, Sendable {
  var opcode: UInt8
  var payload: [UInt8]

  static func binary(_ payload: [UInt8]) -> SocketFrame { SocketFrame(opcode: 2, payload: payload) }

  /// Of a closing.
  var code: Int { Int(payload[0]) << 8 | Int(payload[1]) }
  var reason: String { String(decoding: payload.dropFirst(2), as: UTF8.self) }
}

extension LoopbackClient {
  static let handshake = [
    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]

  /// Asks for a stream and becomes a WebSocket.
  mutating func subscribe(_ query: String = "") async throws -> HTTPAnswer {
    try await get("/xrpc/com.atproto.sync.subscribeRepos\(query)", LoopbackClient.handshake)
  }

  mutating func frame() async throws -> SocketFrame {
    let head = try await read(2)
    var count = Int(head[1] & 0x7f)
    if count >= 126 {
      count = try await read(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
    }
    return SocketFrame(opcode: head[0] & 0x0f, payload: try await read(count))
  }

  /// Expects the next frame to be this one.
  mutating func expect(
    _ expected: SocketFrame, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await frame()
    #expect(found == expected, sourceLocation: sourceLocation)
  }

  func send(_ frame: SocketFrame, isMasked: Bool = true) async throws {
    precondition(frame.payload.count < 65_536, "longer frames are not written here")
    let mask: [UInt8] = isMasked ? [1, 2, 3, 4] : []
    let marked: UInt8 = isMasked ? 0x80 : 0
    let count = frame.payload.count
    let length = count < 126 ? [UInt8(count)] : [126, UInt8(count >> 8), UInt8(count & 0xff)]
    let payload = frame.payload.enumerated().map { isMasked ? $1 ^ mask[$0 % 4] : $1 }
    try await send(
      [0x80 | frame.opcode, marked | length[0]] + length.dropFirst() + mask + payload)
  }
}
