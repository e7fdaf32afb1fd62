// StoreStreamTests.swift: the stream of a real store, read and checked as a consumer would.
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import Testing

@testable import XRPC

@Suite("The stream of a store", .timeLimit(.minutes(2)))
struct StoreStreamTests {
  @Test("every event arrives in order, and every commit undoes to the root before it")
  func checksOut() async throws {
    let world = try await ServedStore()
    try await world.write((0..<30).map { "k\($0)" })
    try await world.serve { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=0")
        var root: CID?
        for number in 1...63 {
          if number == 33 { try await world.write((0..<30).map { "live\($0)" }) }
          guard
            case .message(let seq, _, let event) = try StreamFrame(try await client.frame().payload)
          else { throw MemoryLog.Broken() }
          #expect(seq == number)
          switch (number, event) {
          case (1, .identity(let event)): #expect(event.handle == ServedStore.handle)
          case (2, .account(let event)): #expect(event.status == .active)
          case (3..., .commit(let event)):
            #expect(event.prevData == root)
            root = try event.checked().commit.unsigned.data
          default: Issue.record("event \(number) is \(event.type)")
          }
        }
        #expect(root == (try world.repo.head.data))
      }
    }
  }

  @Test("reconnecting with the last cursor, again and again, misses nothing and repeats nothing")
  func reconnects() async throws {
    let world = try await ServedStore()
    try await world.serve { server in
      async let writing: Void = {
        for index in 0..<120 { try await world.write(["k\(index)"]) }
      }()
      var last: Int64 = 0
      var count = 1
      while last < 123 {
        let (cursor, wanted) = (last, count)
        last = try await LoopbackClient.with(port: server.port) { client in
          _ = try await client.subscribe("?cursor=\(cursor)")
          var last = cursor
          for _ in 0..<wanted where last < 123 {
            let seq = try StreamFrame(try await client.frame().payload).seq
            #expect(seq == last + 1)
            last = seq
          }
          return last
        }
        count = count % 13 + 1
      }
      try await writing
    }
  }

  @Test("a deleted repo says so, and its events are shown to nobody any more")
  func deletion() async throws {
    let world = try await ServedStore()
    let other = try await world.store.createRepo(
      NewRepo(ServedStore.otherDID, key: ServedStore.key))
    try await world.write(["x"], to: other)
    try await world.serve { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe()
        try await client.send(SocketFrame(opcode: 9, payload: []))
        _ = try await client.frame()
        try await world.store.deleteRepo(other.did, .public)
        guard
          case .message(_, _, .account(let event)) = try StreamFrame(
            try await client.frame().payload)
        else { throw MemoryLog.Broken() }
        #expect(event.did == other.did && event.status == .deleted)
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=0")
        var dids: [DID] = []
        for _ in 0..<4 {
          guard case .message(_, _, let event) = try StreamFrame(try await client.frame().payload)
          else { throw MemoryLog.Broken() }
          dids.append(event.did)
        }
        #expect(dids == [ServedStore.did, ServedStore.did, ServedStore.did, other.did])
      }
    }
  }

  @Test("a cursor finds its place across sealed segments, and one from the future does not")
  func segments() async throws {
    let world = try await ServedStore { $0.segmentByteCount = 64 << 10 }
    let text = String(repeating: "x", count: 10_000)
    for index in 0..<60 {
      let path = ServedStore.path("app.example.note/k\(index)")
      try await world.repo.commit([RecordWrite(path, .create(["text": .string(text)]))])
    }
    #expect(world.store.status.segmentCount > 5)
    try await world.serve { server in
      for cursor in [0, 1, 3, 17, 40, 62] {
        try await LoopbackClient.with(port: server.port) { client in
          _ = try await client.subscribe("?cursor=\(cursor)")
          for seq in Int64(cursor) + 1...63 {
            let found = try StreamFrame(try await client.frame().payload).seq
            #expect(found == seq)
          }
        }
      }
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=64")
        guard case .error("FutureCursor", _) = try StreamFrame(try await client.frame().payload)
        else { throw MemoryLog.Broken() }
      }
    }
  }
}
