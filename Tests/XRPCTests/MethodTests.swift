// MethodTests.swift: what the methods say about a store, compared with the store itself.
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import Testing

@testable import XRPC

@Suite("Methods", .timeLimit(.minutes(2)))
struct MethodTests {
  private static let did = "\(ServedStore.did)"

  @Test("describeServer and describeRepo say who is here")
  func describes() async throws {
    let world = try await ServedStore()
    try await world.write(["a"])
    try await world.repo.commit([
      RecordWrite(ServedStore.path("app.example.other/x"), .create(["text": "x"]))
    ])
    try await world.serve { server in
      let about = try await server.get("/xrpc/com.atproto.server.describeServer")
      #expect(try about["did"] == "did:web:localhost")
      #expect(try about["availableUserDomains"] == [])
      for name in [MethodTests.did, "\(ServedStore.handle)"] {
        let answer = try await server.get("/xrpc/com.atproto.repo.describeRepo?repo=\(name)")
        #expect(try answer["did"] == .string(MethodTests.did))
        #expect(try answer["handle"] == .string("\(ServedStore.handle)"))
        #expect(try answer["handleIsCorrect"] == true)
        #expect(try answer["collections"] == ["app.example.note", "app.example.other"])
        guard case .map(let document)? = try answer["didDoc"] else { throw MemoryLog.Broken() }
        #expect(document["id"] == .string(MethodTests.did))
        #expect(answer.text.contains(ServedStore.key.publicKey.multikey))
      }
    }
  }

  @Test("getRecord gives the record with its CID, and says which one is missing")
  func getRecord() async throws {
    let world = try await ServedStore()
    try await world.write(["a"])
    try await world.serve { server in
      let base = "/xrpc/com.atproto.repo.getRecord?repo=\(MethodTests.did)"
      let target = base + "&collection=app.example.note&rkey="
      let answer = try await server.get(target + "a")
      #expect(answer.status == 200)
      #expect(try answer["uri"] == .string("at://\(MethodTests.did)/app.example.note/a"))
      #expect(try answer["value"] == ServedStore.note("a"))
      guard case .string(let cid)? = try answer["cid"] else { throw MemoryLog.Broken() }
      #expect(try await server.get(target + "a&cid=\(cid)").body == answer.body)
      for (query, name) in [
        ("\(target)b", "RecordNotFound"), ("\(target)a&cid=\(MST.emptyRoot)", "RecordNotFound"),
        (target + "a&cid=x", "InvalidRequest"), (target + "a/b", "InvalidRequest"),
        ("\(target)%2e", "InvalidRequest"), (base, "InvalidRequest"),
        (
          "/xrpc/com.atproto.repo.getRecord?repo=\(ServedStore.otherDID)"
            + "&collection=app.example.note&rkey=a", "RepoNotFound"
        ),
        (
          "/xrpc/com.atproto.repo.getRecord?repo=bob.example&collection=app.example.note&rkey=a",
          "RepoNotFound"
        ),
      ] {
        let refused = try await server.get(query)
        #expect(refused.status == 400)
        #expect(try refused["error"] == .string(name), "\(query)")
      }
    }
  }

  @Test(
    "listRecords pages through a collection in both orders, each record once",
    arguments: [false, true], [1, 7, 50, 100])
  func listRecords(reverse: Bool, limit: Int) async throws {
    let world = try await ServedStore()
    let keys = (100..<160).map { "k\($0)" }
    try await world.write(keys)
    try await world.serve { server in
      var found: [String] = []
      var cursor: String? = ""
      while let start = cursor {
        let answer = try await server.get(
          "/xrpc/com.atproto.repo.listRecords?repo=\(MethodTests.did)"
            + "&collection=app.example.note&limit=\(limit)&reverse=\(reverse)"
            + (start.isEmpty ? "" : "&cursor=\(start)"))
        guard case .array(let records)? = try answer["records"] else { throw MemoryLog.Broken() }
        #expect(records.count <= limit)
        for case .map(let record) in records {
          guard case .string(let uri)? = record["uri"] else { throw MemoryLog.Broken() }
          found.append(String(uri.suffix(4)))
        }
        cursor = nil
        if case .string(let next)? = try answer["cursor"] { cursor = next }
      }
      #expect(found == (reverse ? keys : keys.reversed()))
    }
  }

  @Test("a page of large records ends early and goes on at its cursor")
  func largePage() async throws {
    let world = try await ServedStore()
    let text = String(repeating: "x", count: 900_000)
    for index in 0..<7 {
      let path = ServedStore.path("app.example.note/k\(index)")
      try await world.repo.commit([RecordWrite(path, .create(["text": .string(text)]))])
    }
    try await world.serve { server in
      let target =
        "/xrpc/com.atproto.repo.listRecords?repo=\(MethodTests.did)&collection=app.example.note"
      let first = try await server.get(target)
      #expect(first.body.count < 6_000_000)
      #expect(try first["cursor"] == "k2")
      let rest = try await server.get(target + "&cursor=k2")
      guard case .array(let records)? = try rest["records"] else { throw MemoryLog.Broken() }
      #expect(records.count == 2)
      #expect(try rest["cursor"] == nil)
    }
  }

  @Test("a collection that is not there is empty, and a bad limit is refused")
  func listRecordsEdges() async throws {
    let world = try await ServedStore()
    try await world.serve { server in
      let target =
        "/xrpc/com.atproto.repo.listRecords?repo=\(MethodTests.did)&collection=app.example.none"
      let empty = try await server.get(target)
      #expect(empty.text == #"{"records":[]}"#)
      for query in ["&limit=0", "&limit=101", "&limit=x", "&reverse=1", "&cursor="] {
        let refused = try await server.get(target + query)
        #expect(refused.status == 400, "\(query)")
      }
    }
  }

  @Test("heads and statuses are those of the store; a deleted repo is gone from all of them")
  func heads() async throws {
    let world = try await ServedStore()
    try await world.write(["a", "b"])
    let other = try await world.store.createRepo(
      NewRepo(ServedStore.otherDID, key: ServedStore.key))
    try await world.serve { server in
      let head = try world.repo.head
      let latest = try await server.get(
        "/xrpc/com.atproto.sync.getLatestCommit?did=\(MethodTests.did)")
      #expect(try latest["cid"] == .string("\(head.commit)"))
      #expect(try latest["rev"] == .string("\(head.rev)"))
      let status = try await server.get(
        "/xrpc/com.atproto.sync.getRepoStatus?did=\(MethodTests.did)")
      #expect(
        status.text == #"{"did":"\#(MethodTests.did)","rev":"\#(head.rev)","active":true}"#)
      let list = "/xrpc/com.atproto.sync.listRepos"
      let first = try await server.get(list + "?limit=1")
      #expect(try first["cursor"] == .string("\(other.did)"))
      let second = try await server.get(list + "?limit=1&cursor=\(other.did)")
      #expect(second.text.contains("\(head.commit)") && !second.text.contains("\(other.did)"))
      #expect(try second["cursor"] == nil)
      try await world.store.deleteRepo(other.did, .public)
      #expect(!(try await server.get(list)).text.contains("\(other.did)"))
      for method in ["getLatestCommit", "getRepoStatus", "getRepo"] {
        let gone = try await server.get("/xrpc/com.atproto.sync.\(method)?did=\(other.did)")
        #expect(try gone["error"] == "RepoNotFound", "\(method)")
      }
    }
  }
}
