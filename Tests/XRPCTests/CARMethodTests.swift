// CARMethodTests.swift: exports, differences, proofs and blocks, as someone without a store checks
// them.
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import Testing

@testable import XRPC

@Suite("CARs over HTTP", .timeLimit(.minutes(2)))
struct CARMethodTests {
  private static func target(_ method: String, _ query: String = "") -> String {
    "/xrpc/com.atproto.sync.\(method)?did=\(ServedStore.did)\(query)"
  }

  @Test("getRepo is the whole repo in preorder, and verifies from its root")
  func getRepo() async throws {
    let world = try await ServedStore()
    let writes = (0..<150).map {
      RecordWrite(
        ServedStore.path("app.example.note/k\($0)"), .create(ServedStore.note("note \($0)")))
    }
    try await world.repo.commit(writes)
    try await world.serve { server in
      let answer = try await server.get(CARMethodTests.target("getRepo"))
      #expect(answer.headers["content-type"] == "application/vnd.ipld.car")
      var local: [UInt8] = []
      try world.repo.snapshot().export { local += $0 }
      #expect(answer.body == local)
      let car = try answer.car
      let head = try world.repo.head
      #expect(car.roots == [head.commit])
      #expect(car.blocks.first?.cid == head.commit)
      let blocks = BlockMap(Dictionary(car.blocks) { first, _ in first })
      let tree = try MST.verified(root: head.data, in: blocks, absent: .refused)
      #expect(try tree.count() == 150)
    }
  }

  @Test("a large repo comes through a slow reader whole")
  func largeRepo() async throws {
    let world = try await ServedStore()
    let text = String(repeating: "x", count: 9_000)
    for round in 0..<6 {
      let writes = (0..<200).map { index in
        RecordWrite(
          ServedStore.path("app.example.note/k\(round)-\(index)"),
          .create(["text": .string("\(round) \(index) \(text)")]))
      }
      try await world.repo.commit(writes)
    }
    try await world.serve { server in
      let answer = try await server.get(CARMethodTests.target("getRepo"))
      #expect(answer.body.count > 10_000_000)
      #expect(try answer.car.blocks.count > 1_200)
    }
  }

  @Test("what came after a rev, put to what was there, loads; an unknown rev gives everything")
  func since() async throws {
    let world = try await ServedStore()
    let receipts = try await world.write((0..<40).map { "k\($0)" })
    try await world.repo.commit([
      RecordWrite(ServedStore.path("app.example.note/k3"), .delete),
      RecordWrite(ServedStore.path("app.example.note/k4"), .put(ServedStore.note("changed"))),
    ])
    try await world.serve { server in
      let then = receipts[19].head
      var old: [UInt8] = []
      try world.repo.snapshot(at: then.rev).export { old += $0 }
      let before = try HTTPAnswer(status: 200, headers: [:], body: old).car.blocks
      let after = try await server.get(CARMethodTests.target("getRepo", "&since=\(then.rev)")).car
      let known = Set(before.map(\.cid))
      #expect(after.blocks.allSatisfy { !known.contains($0.cid) })
      let blocks = BlockMap(Dictionary(before + after.blocks) { first, _ in first })
      let tree = try MST.verified(root: try world.repo.head.data, in: blocks, absent: .refused)
      #expect(try tree.count() == 39)
      let whole = try await server.get(CARMethodTests.target("getRepo"))
      let unknown = try await server.get(CARMethodTests.target("getRepo", "&since=3jzfcijpj2z2a"))
      #expect(unknown.body == whole.body)
      let nothing = try await server.get(
        CARMethodTests.target("getRepo", "&since=\(try world.repo.head.rev)"))
      #expect(try nothing.car.blocks.map(\.cid) == [try world.repo.head.commit])
      #expect(try await server.get(CARMethodTests.target("getRepo", "&since=x")).status == 400)
    }
  }

  @Test("a proof shows the record, or that there is none")
  func proofs() async throws {
    let world = try await ServedStore()
    try await world.write((0..<60).map { "k\($0)" })
    try await world.serve { server in
      let head = try world.repo.head
      for (key, isThere) in [("k7", true), ("k59", true), ("missing", false), ("zzz", false)] {
        let car = try await server.get(
          CARMethodTests.target("getRecord", "&collection=app.example.note&rkey=\(key)")
        ).car
        #expect(car.roots == [head.commit])
        var blocks = Dictionary(car.blocks) { first, _ in first }
        #expect(blocks.removeValue(forKey: head.commit) != nil)
        let record = CID(of: try CBOR.encode(ServedStore.note(key)))
        #expect((blocks.removeValue(forKey: record) != nil) == isThere)
        let path = ServedStore.path("app.example.note/\(key)")
        let proven = try MST.provenValue(
          of: MSTKey(path), root: head.data, nodes: BlockMap(blocks))
        #expect(proven == (isThere ? record : nil))
      }
    }
  }

  @Test("getBlocks gives what the head reaches now: no history, and nothing of other repos")
  func getBlocks() async throws {
    let world = try await ServedStore()
    let receipts = try await world.write((0..<50).map { "k\($0)" })
    try await world.repo.commit([RecordWrite(ServedStore.path("app.example.note/k9"), .delete)])
    let other = try await world.store.createRepo(
      NewRepo(ServedStore.otherDID, key: ServedStore.key))
    try await world.write(["only-there"], to: other)
    try await world.serve { server in
      let whole = try await server.get(CARMethodTests.target("getRepo")).car
      let query = whole.blocks.map { "&cids=\($0.cid)" }.joined()
      let answer = try await server.get(CARMethodTests.target("getBlocks", query))
      let car = try answer.car
      #expect(car.roots == [])
      #expect(car.blocks.map(\.cid) == whole.blocks.map(\.cid))
      let gone: [CID] = [
        receipts[20].head.commit, receipts[20].head.data,
        CID(of: try CBOR.encode(ServedStore.note("k9"))), try other.head.commit,
        try other.head.data, CID(of: try CBOR.encode(ServedStore.note("only-there"))),
        CID(of: [1, 2, 3]), CID(of: [1], codec: .raw),
      ]
      for cid in gone {
        let refused = try await server.get(
          CARMethodTests.target("getBlocks", "&cids=\(whole.roots[0])&cids=\(cid)"))
        #expect(refused.status == 400)
        #expect(try refused["error"] == "BlockNotFound", "\(cid)")
        #expect(refused.text.contains("\(cid)") && !refused.text.contains("\(whole.roots[0])"))
      }
      #expect(try await server.get(CARMethodTests.target("getBlocks")).status == 400)
    }
  }
}
