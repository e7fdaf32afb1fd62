// ReplayWindowTests.swift: a cursor that is older than events are replayed.
import ATSyntax
import MST
import RepoStore
import Synchronization
import Testing

@testable import XRPC

/// A clock that a test sets forward.
private final class HandClock: StoreClock {
  private let microseconds = Atomic<UInt64>(1_790_000_000_000_000)

  var clockID: UInt16 { 0 }
  var mayBeBehind: Bool { true }
  func now() -> UInt64 { microseconds.load(ordering: .relaxed) }

  func advance(hours: UInt64) {
    microseconds.wrappingAdd(hours * 3_600_000_000, ordering: .relaxed)
  }
}

@Suite("The replay window", .timeLimit(.minutes(2)))
struct ReplayWindowTests {
  @Test("an older cursor is told OutdatedCursor, though the log still has the events")
  func outdated() async throws {
    let clock = HandClock()
    let world = try await ServedStore { $0.clock = clock }
    try await world.write(["a", "b"])
    clock.advance(hours: 73)
    try await world.write(["c", "d"])
    #expect(try world.repo.log().count == 5)
    try await world.serve { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=1")
        guard case .info("OutdatedCursor", _?) = try StreamFrame(try await client.frame().payload)
        else { throw MemoryLog.Broken() }
        let first = try StreamFrame(try await client.frame().payload).seq
        #expect(first == 6)
      }
      for cursor in [0, 5] {
        try await LoopbackClient.with(port: server.port) { client in
          _ = try await client.subscribe("?cursor=\(cursor)")
          let first = try StreamFrame(try await client.frame().payload).seq
          #expect(first == 6)
        }
      }
    }
  }
}
