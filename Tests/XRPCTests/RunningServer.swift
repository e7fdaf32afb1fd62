// RunningServer.swift: a server on a free port of this machine, for as long as a test needs it.
import ATSyntax
import DAGCBOR
import Logging
import NIOCore
import RepoStore
import Synchronization
import Testing

@testable import XRPC

struct RunningServer: Sendable {
  let port: Int

  /// Serves a log of the test's and methods that say what they were asked, while `body` runs.
  static func with<Result: Sendable>(
    _ log: any FrameLog = MemoryLog(), _ configuration: Server.Configuration = .init(),
    _ body: @Sendable @escaping (RunningServer) async throws -> Result
  ) async throws -> Result {
    let world = try await ServedStore()
    return try await with(configuration, body) { configuration in
      Server(
        (world.store, world.accounts), configuration,
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        log: log, table: .toy)
    }
  }

  /// Serves what `make` makes, on a free port, while `body` runs.
  static func with<Result: Sendable>(
    _ configuration: Server.Configuration,
    _ body: @Sendable @escaping (RunningServer) async throws -> Result,
    _ make: (Server.Configuration) -> Server
  ) async throws -> Result {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var configuration = configuration
    configuration.port = 0
    configuration.onListening = { port.yield($0) }
    let server = make(configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { port.finish() }
        try await server.run()
      }
      for await port in ports {
        let result = try await body(RunningServer(port: port))
        group.cancelAll()
        return result
      }
      // It ended before it began, and says why.
      try await group.waitForAll()
      throw CancellationError()
    }
  }

  /// One request on a connection of its own.
  func get(
    _ target: String, _ headers: [String] = [], method: String = "GET"
  ) async throws -> HTTPAnswer {
    try await LoopbackClient.with(port: port) {
      try await $0.get(target, headers, method: method)
    }
  }
}

extension RunningServer {
  /// One request with a body, on a connection of its own.
  func post(
    _ target: String, _ headers: [String] = [], body: [UInt8] = [], type: String? = nil
  ) async throws -> HTTPAnswer {
    try await LoopbackClient.with(port: port) {
      try await $0.post(target, headers, body: body, type: type)
    }
  }

  /// Calls a procedure with a JSON object.
  func call(
    _ method: String, _ input: CBORValue, as token: String? = nil
  ) async throws -> HTTPAnswer {
    let answer = try await post(
      "/xrpc/\(method)", token.map { ["Authorization: Bearer \($0)"] } ?? [],
      body: JSONForm.encode(input), type: "application/json")
    try Schemas.expect(answer, of: NSID(method))
    return answer
  }

  /// Asks a query.
  func ask(_ target: String, as token: String? = nil) async throws -> HTTPAnswer {
    let answer = try await get(
      "/xrpc/\(target)", token.map { ["Authorization: Bearer \($0)"] } ?? [])
    try Schemas.expect(answer, of: NSID(String(target.prefix { $0 != "?" })))
    return answer
  }
}

extension MethodTable {
  /// Methods that say what they were asked.
  static let toy = MethodTable([
    .query("org.example.echo") { call throws(XRPCError) in
      .json(["text": .string(try call.parameters.required("text"))])
    },
    .query("org.example.fail") { _ throws(XRPCError) in throw .internalServerError },
    .query("org.example.stream", .anyone, .slow) { call throws(XRPCError) in
      let countdown = Countdown(from: UInt8(try call.parameters.required("from", as: Int.self)))
      return .carStream { countdown.next() }
    },
    .query("org.example.torn") { _ throws(XRPCError) in
      let countdown = Countdown(from: 2)
      return .carStream {
        guard let chunk = countdown.next() else { throw MemoryLog.Broken() }
        return chunk
      }
    },
    .subscribeRepos,
  ])
}

/// A stream of chunks, each 100 000 times its number, down to 1.
final class Countdown: Sendable {
  private let number: Mutex<UInt8>

  init(from number: UInt8) { self.number = Mutex(number) }

  func next() -> [UInt8]? {
    number.withLock { number in
      defer { number = number > 0 ? number - 1 : 0 }
      return number > 0 ? Array(repeating: number, count: 100_000) : nil
    }
  }
}
