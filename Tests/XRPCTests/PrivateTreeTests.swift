// PrivateTreeTests.swift: a private tree beside a public one, looked for through every method.
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import Testing

@testable import XRPC

@Suite("A private tree", .timeLimit(.minutes(2)))
struct PrivateTreeTests {
  /// A store whose only public record is `a`, with a private tree of the same DID beside it.
  private static func world() async throws -> (ServedStore, Repo) {
    let world = try await ServedStore()
    let hidden = try await world.store.createRepo(
      NewRepo(ServedStore.did, .private, key: ServedStore.key))
    try await world.store.setPolicy(
      RepoPolicy(privateCollections: ["app.example.secret"]), of: ServedStore.did)
    try await world.write(["a"])
    for index in 0..<30 {
      let path = ServedStore.path("app.example.secret/marker\(index)")
      try await hidden.commit([RecordWrite(path, .create(["text": "marker"]))])
    }
    return (world, hidden)
  }

  @Test("no method shows it, counts it, or finds it by CID")
  func hidden() async throws {
    let (world, hidden) = try await PrivateTreeTests.world()
    try await world.serve { server in
      let did = "\(ServedStore.did)"
      let head = try hidden.head
      var cids = [head.commit, head.data]
      let record = try #require(
        try hidden.snapshot().record(at: ServedStore.path("app.example.secret/marker0")))
      cids.append(record.cid)
      let targets =
        [
          "com.atproto.repo.describeRepo?repo=\(did)",
          "com.atproto.repo.listRecords?repo=\(did)&collection=app.example.secret",
          "com.atproto.repo.getRecord?repo=\(did)&collection=app.example.secret&rkey=marker0",
          "com.atproto.sync.getRecord?did=\(did)&collection=app.example.secret&rkey=marker0",
          "com.atproto.sync.getRepo?did=\(did)",
          "com.atproto.sync.getRepo?did=\(did)&since=\(head.rev)",
          "com.atproto.sync.getLatestCommit?did=\(did)",
          "com.atproto.sync.getRepoStatus?did=\(did)", "com.atproto.sync.listRepos",
        ] + cids.map { "com.atproto.sync.getBlocks?did=\(did)&cids=\($0)" }
      for target in targets {
        let answer = try await server.get("/xrpc/\(target)")
        let body = String(decoding: answer.body, as: UTF8.self)
        #expect(!body.contains("marker\",") && !body.contains("dsecretdmarker"), "\(target)")
        #expect(!body.contains("\(head.commit)") || target.contains("getBlocks"), "\(target)")
        if answer.headers["content-type"] == "application/vnd.ipld.car" {
          #expect(try answer.car.blocks.allSatisfy { !cids.contains($0.cid) }, "\(target)")
        }
      }
      let list = try await server.get("/xrpc/com.atproto.sync.listRepos")
      guard case .array(let repos)? = try list["repos"] else { throw MemoryLog.Broken() }
      #expect(repos.count == 1)
      let record2 = try await server.get("/xrpc/\(targets[2])")
      #expect(try record2["error"] == "RecordNotFound")
      for cid in cids {
        let block = try await server.get("/xrpc/com.atproto.sync.getBlocks?did=\(did)&cids=\(cid)")
        #expect(try block["error"] == "BlockNotFound")
      }
    }
  }

  @Test("the stream passes over it without a gap in its numbers")
  func stream() async throws {
    let (world, hidden) = try await PrivateTreeTests.world()
    try await world.serve { server in
      try await LoopbackClient.with(port: server.port) { client in
        _ = try await client.subscribe("?cursor=0")
        var seqs: [Int64] = []
        for _ in 0..<4 { seqs.append(try StreamFrame(try await client.frame().payload).seq) }
        let path = ServedStore.path("app.example.secret/live")
        try await hidden.commit([RecordWrite(path, .create(["text": "marker"]))])
        try await world.write(["b"])
        let frame = try await client.frame().payload
        seqs.append(try StreamFrame(frame).seq)
        #expect(seqs == [1, 2, 3, 4, 5])
        #expect(String(decoding: frame, as: UTF8.self).contains("app.example.note/b"))
      }
    }
  }
}

extension StreamFrame {
  /// The number of a message; -1 for anything else.
  var seq: Int64 {
    guard case .message(let seq, _, _) = self else { return -1 }
    return seq
  }
}
