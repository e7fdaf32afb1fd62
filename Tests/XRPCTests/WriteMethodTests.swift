// WriteMethodTests.swift: writing records over XRPC: answers, conditions, trees, and what is
// refused.
import ATSyntax
import DAGCBOR
import RepoStore
import TestKit
import Testing

@testable import XRPC

@Suite("Writing over XRPC", .timeLimit(.minutes(3)))
struct WriteMethodTests {
  private static let collection = "app.example.note"
  private static let repo = "com.atproto.repo"

  /// A store with an account, and its token.
  private static func world() async throws -> (ServedStore, String) {
    let world = try await ServedStore()
    try world.makeAccounts()
    return (world, try world.accessToken())
  }

  private static func input(_ members: KeyValuePairs<String, CBORValue>) -> CBORValue {
    var map: CBORMap = [
      "repo": .string("\(ServedStore.did)"), "collection": .string(collection),
    ]
    for (name, value) in members { map[name] = value }
    return .map(map)
  }

  private static let null = CBORValue.null

  @Test("an answer names the record and its commit; without a key one is made, in order")
  func create() async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      var keys: [String] = []
      for _ in 0..<20 {
        let answer = try await server.call(
          "\(Self.repo).createRecord", Self.input(["record": ["text": "a"]]), as: token)
        let uri = try #require(try answer["uri"]?.stringValue)
        keys.append(String(uri.split(separator: "/").last ?? ""))
        #expect(try answer["commit"]?["cid"] == .string("\(world.repo.head.commit)"))
        #expect(try answer["commit"]?["rev"] == .string("\(world.repo.head.rev)"))
        #expect(try answer["validationStatus"] == "unknown")
      }
      #expect(keys == keys.sorted() && Set(keys).count == 20)
      #expect(throws: Never.self) { try keys.forEach { _ = try TID($0) } }
      let quiet = try await server.call(
        "\(Self.repo).createRecord", Self.input(["record": ["text": "a"], "validate": false]),
        as: token)
      #expect(try quiet["validationStatus"] == nil)
    }
  }

  @Test("a missing swapRecord asks nothing, null asks for no record, a CID for that one")
  func swapRecord() async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      func put(_ text: String, _ swap: CBORValue?) async throws -> HTTPAnswer {
        var map = Self.input(["rkey": "a", "record": ["text": .string(text)]]).mapValue ?? [:]
        map["swapRecord"] = swap
        return try await server.call("\(Self.repo).putRecord", .map(map), as: token)
      }
      let first = try await put("1", Self.null)
      #expect(first.status == 200)
      #expect(try await put("2", Self.null)["error"] == "InvalidSwap")
      let cid = try #require(try first["cid"])
      let second = try await put("2", cid)
      #expect(second.status == 200)
      #expect(try await put("3", cid)["error"] == "InvalidSwap")
      let same = try await put("2", cid)
      #expect(try same["commit"] == nil)
      #expect(try same["cid"] == second["cid"])
      #expect(try await put("3", nil).status == 200)
      for bad in [CBORValue.integer(1), "x", true, [:]] {
        #expect(try await put("4", bad)["error"] == "InvalidRequest")
      }
    }
  }

  @Test("a batch's answers come in the order of its writes, and a net effect of nothing commits")
  func batches() async throws {
    let (world, token) = try await Self.world()
    try await world.write(["a"])
    try await world.serve(ServedStore.configuration) { server in
      func write(_ kind: String, _ key: String, _ text: String? = nil) -> CBORValue {
        var map: CBORMap = [
          "$type": .string("\(Self.repo).applyWrites#\(kind)"),
          "collection": .string(Self.collection), "rkey": .string(key),
        ]
        if let text { map["value"] = ["text": .string(text)] }
        return .map(map)
      }
      func apply(_ writes: [CBORValue]) async throws -> HTTPAnswer {
        try await server.call(
          "\(Self.repo).applyWrites",
          ["repo": .string("\(ServedStore.did)"), "writes": .array(writes)], as: token)
      }
      let mixed = try await apply([
        write("create", "x", "1"), write("update", "a", "2"), write("delete", "x"),
      ])
      let types = try #require(try mixed["results"]?.arrayValue?.map { $0["$type"]?.stringValue })
      #expect(
        types.map { $0?.split(separator: "#").last } == [
          "createResult", "updateResult", "deleteResult",
        ])
      let before = try world.repo.head
      let nothing = try await apply([write("create", "y", "1"), write("delete", "y")])
      #expect(try nothing["commit"]?["rev"] != .string("\(before.rev)"))
      #expect(try world.repo.head.data == before.data)
      for bad in [
        [write("delete", "none")], [write("update", "none", "1")], [write("create", "a", "1")],
        [write("create", "b", "1"), write("delete", "none")], [write("merge", "a", "1")],
        [.map([:])], [.integer(1)], [write("create", "b")],
        (0...200).map { write("create", "m\($0)", "1") },
      ] {
        #expect(try await apply(bad).status == 400)
      }
      let after = try world.repo.head
      #expect(try nothing["commit"]?["cid"] == .string("\(after.commit)"))
    }
  }

  @Test("a schema that is known is kept; one that is not is refused only where it is asked for")
  func validation() async throws {
    let (world, token) = try await Self.world()
    var configuration = ServedStore.configuration
    configuration.schemas = Schemas.catalog
    let known = "dev.joelclaw.system.log"
    let good: CBORValue = [
      "timestamp": "2026-11-21T10:00:00.000Z", "action": "install", "tool": "t", "detail": "d",
    ]
    let outcomes: [(String, CBORValue, Bool?, String?)] = [
      (known, good, nil, "valid"), (known, good, true, "valid"), (known, good, false, nil),
      (known, ["action": 1], nil, "refused"), (known, ["action": 1], true, "refused"),
      (known, ["action": 1], false, nil), (Self.collection, ["a": 1], nil, "unknown"),
      (Self.collection, ["a": 1], true, "refused"), (Self.collection, ["a": 1], false, nil),
    ]
    try await world.serve(configuration) { server in
      for (collection, record, validate, expected) in outcomes {
        var input: CBORMap = [
          "repo": .string("\(ServedStore.did)"), "collection": .string(collection),
          "record": record,
        ]
        input["validate"] = validate.map { .bool($0) }
        let answer = try await server.call("\(Self.repo).createRecord", .map(input), as: token)
        let found =
          answer.status == 200 ? try answer["validationStatus"]?.stringValue : "refused"
        #expect(found == expected, "\(collection) \(String(describing: validate)): \(answer.text)")
      }
    }
  }

  @Test("a private collection is written to its own tree, and only its account reads it there")
  func privateTree() async throws {
    let (world, token) = try await Self.world()
    try await world.store.createRepo(NewRepo(ServedStore.otherDID, key: ServedStore.key))
    try await world.store.createRepo(NewRepo(ServedStore.did, .private, key: ServedStore.key))
    try await world.store.setPolicy(
      RepoPolicy(privateCollections: ["app.example.secret"]), of: ServedStore.did)
    let stranger = try world.accessToken(of: ServedStore.otherDID)
    try await world.serve(ServedStore.configuration) { server in
      let head = try world.repo.head
      let made = try await server.call(
        "\(Self.repo).createRecord",
        Self.input(["collection": "app.example.secret", "rkey": "s", "record": ["text": "s"]]),
        as: token)
      #expect(made.status == 200, "\(made.text)")
      #expect(try world.repo.head == head)
      let name = "repo=\(ServedStore.did)&collection=app.example.secret"
      let target = "\(Self.repo).getRecord?\(name)&rkey=s"
      #expect(try await server.ask(target, as: token)["cid"] == made["cid"])
      let list = try await server.ask("\(Self.repo).listRecords?\(name)", as: token)
      #expect(try list["records"]?.arrayValue?.count == 1)
      let about = "\(Self.repo).describeRepo?repo=\(ServedStore.did)"
      #expect(try await server.ask(about, as: token)["collections"] == ["app.example.secret"])
      for other in [nil, stranger] {
        #expect(try await server.ask(target, as: other)["error"] == "RecordNotFound")
        let list = try await server.ask("\(Self.repo).listRecords?\(name)", as: other)
        #expect(try list["records"] == [])
        #expect(try await server.ask(about, as: other)["collections"] == [])
      }
      let mixed: CBORValue = [
        "repo": .string("\(ServedStore.did)"),
        "writes": .array(
          ["app.example.secret", "app.example.note"].map {
            [
              "$type": "com.atproto.repo.applyWrites#create", "collection": .string($0),
              "value": ["text": "x"],
            ]
          }),
      ]
      let refused = try await server.call("\(Self.repo).applyWrites", mixed, as: token)
      #expect(refused.status == 400)
      #expect(refused.text.contains("app.example.secret") && refused.text.contains("example.note"))
    }
  }

  @Test(
    "a body that is not what the method takes is refused by name",
    arguments: [
      ("application/json", "", 400), ("application/json", "[]", 400),
      ("application/json", "{", 400),
      ("application/json", #"{"repo":1}"#, 400), ("application/json", #"{"a":1.5}"#, 400),
      ("application/json", #"{"repo":"a","repo":"b"}"#, 400), ("text/plain", "{}", 400),
      ("application/jsonx", "{}", 400), (nil, "{}", 400), ("application/json", "\u{FEFF}{}", 400),
      ("application/json; charset=utf-8", "{}", 400),
    ] as [(String?, String, Int)])
  func bodies(type: String?, body: String, status: Int) async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      let answer = try await server.post(
        "/xrpc/\(Self.repo).createRecord", ["Authorization: Bearer \(token)"],
        body: Array(body.utf8), type: type)
      #expect(answer.status == status)
      #expect(try answer["error"] == "InvalidRequest")
    }
  }

  @Test("a body beyond the limit is 413, an encoded one 415, and the connection goes on")
  func sizes() async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      let authorization = ["Authorization: Bearer \(token)"]
      let target = "/xrpc/\(Self.repo).createRecord"
      try await LoopbackClient.with(port: server.port) { client in
        let large = try await client.post(
          target, authorization, body: Array(repeating: 32, count: 1_000_001),
          type: "application/json")
        #expect(large.status == 413)
        let encoded = try await client.post(
          target, authorization + ["Content-Encoding: gzip"], body: [1], type: "application/json")
        #expect(encoded.status == 415)
        #expect(try await client.get("/xrpc/_health").status == 200)
      }
    }
  }

  @Test("no JSON of random shape makes a procedure fail with 500")
  func random() async throws {
    let (world, token) = try await Self.world()
    var random = SplitMix64.printed("inputs of procedures")
    let methods = MethodTable.served.methods.filter {
      if case .procedure = $0.kind { $0.name != "com.atproto.repo.importRepo" } else { false }
    }
    var calls: [(String, CBORValue)] = []
    for _ in 0..<scaled(400) {
      let name = methods.randomElement(using: &random)?.name ?? ""
      calls.append((name, RandomInput.map(using: &random)))
    }
    let all = calls
    var configuration = ServedStore.configuration
    configuration.rateLimiting = .off
    try await world.serve(configuration) { server in
      for (name, input) in all {
        let answer = try await server.call(name, input, as: token)
        #expect(answer.status < 500, "\(name) \(input): \(answer.text)")
      }
    }
  }
}

/// Inputs that look like those of methods, with anything in them.
private enum RandomInput {
  private static let names = [
    "repo", "collection", "rkey", "record", "writes", "validate", "swapRecord", "swapCommit",
    "identifier", "password", "name", "privileged", "preferences", "did", "value", "$type",
  ]

  static func map(using random: inout SplitMix64) -> CBORValue {
    var map: CBORMap = [:]
    for name in names where Bool.random(using: &random) {
      map[name] = value(2, using: &random)
    }
    return .map(map)
  }

  private static func value(_ depth: Int, using random: inout SplitMix64) -> CBORValue {
    switch Int.random(in: 0..<(depth > 0 ? 11 : 8), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: return .string("\(ServedStore.did)")
    case 4: return "app.example.note"
    case 5: return "com.atproto.repo.applyWrites#create"
    case 6: return .link(CID(of: [1], codec: .raw))
    case 7: return "a"
    case 8: return .array([value(depth - 1, using: &random), value(depth - 1, using: &random)])
    case 9:
      return BlobReference(cid: CID(of: [2], codec: .raw), mimeType: "a/b", byteCount: 1).value
    default: return map(using: &random)
    }
  }
}
