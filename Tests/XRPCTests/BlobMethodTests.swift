// BlobMethodTests.swift: blobs over XRPC: temporary until named, gone when no longer, never run.
import ATSyntax
import DAGCBOR
import RepoStore
import Testing

@testable import XRPC

@Suite("Blobs over XRPC", .timeLimit(.minutes(2)))
struct BlobMethodTests {
  private static func world() async throws -> (ServedStore, String) {
    let world = try await ServedStore()
    try world.makeAccounts()
    return (world, try world.accessToken())
  }

  private static func upload(
    _ bytes: [UInt8], _ type: String?, to server: RunningServer, as token: String
  ) async throws -> HTTPAnswer {
    try await server.post(
      "/xrpc/com.atproto.repo.uploadBlob", ["Authorization: Bearer \(token)"], body: bytes,
      type: type)
  }

  private static func target(_ cid: CID) -> String {
    "com.atproto.sync.getBlob?did=\(ServedStore.did)&cid=\(cid)"
  }

  /// Writes a record with a blob, or one of another collection.
  private static func name(
    _ blob: CBORValue, _ key: String, in world: ServedStore,
    _ collection: String = "app.example.note"
  ) async throws {
    let space = world.store.policy(of: ServedStore.did).space(of: try NSID(collection))
    let write = RecordWrite(
      ServedStore.path("\(collection)/\(key)"), .put(["text": "t", "deep": [["image": blob]]]))
    try await world.store.repo(ServedStore.did, space).commit([write])
  }

  @Test("a blob is its owner's until a record names it, however it was written, and again after")
  func life() async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      let bytes: [UInt8] = Array("<script>alert(1)</script>".utf8)
      let uploaded = try await Self.upload(bytes, "text/html; charset=utf-8", to: server, as: token)
      let blob = try #require(try uploaded["blob"])
      let cid = CID(of: bytes, codec: .raw)
      #expect(blob["ref"] == .link(cid) && blob["size"] == .integer(Int64(bytes.count)))
      #expect(try await server.ask(Self.target(cid))["error"] == "BlobNotFound")
      #expect(try await server.ask(Self.target(cid), as: token).body == bytes)
      // Not by the server's own methods: what the store's other doors write counts as well.
      try await Self.name(blob, "a", in: world)
      let found = try await server.ask(Self.target(cid))
      #expect(found.body == bytes)
      #expect(found.headers["content-type"] == "text/html; charset=utf-8")
      #expect(found.headers["content-security-policy"] == "default-src 'none'; sandbox")
      #expect(found.headers["x-content-type-options"] == "nosniff")
      #expect(found.headers["content-disposition"] == "attachment; filename=\"\(cid)\"")
      try await Self.name(blob, "b", in: world)
      try await world.repo.commit([
        RecordWrite(ServedStore.path("app.example.note/a"), .delete)
      ])
      #expect(try await server.ask(Self.target(cid)).status == 200)
      try await Self.name("none", "b", in: world)
      #expect(try await server.ask(Self.target(cid))["error"] == "BlobNotFound")
    }
  }

  @Test("what a private record names is no more public than the record")
  func privateRecords() async throws {
    let (world, token) = try await Self.world()
    try await world.store.createRepo(NewRepo(ServedStore.did, .private, key: ServedStore.key))
    try await world.store.setPolicy(
      RepoPolicy(privateCollections: ["app.example.secret"]), of: ServedStore.did)
    try await world.serve(ServedStore.configuration) { server in
      let uploaded = try await Self.upload([1, 2, 3], "image/png", to: server, as: token)
      let blob = try #require(try uploaded["blob"])
      try await Self.name(blob, "a", in: world, "app.example.secret")
      let cid = CID(of: [1, 2, 3], codec: .raw)
      #expect(try await server.ask(Self.target(cid))["error"] == "BlobNotFound")
      #expect(try await server.ask(Self.target(cid), as: token).status == 200)
      let list = "com.atproto.sync.listBlobs?did=\(ServedStore.did)"
      #expect(try await server.ask(list)["cids"] == [])
    }
  }

  @Test("what records name is found again by a server that starts later")
  func restart() async throws {
    let (world, token) = try await Self.world()
    let cid = CID(of: [1, 2, 3], codec: .raw)
    let blob = try await world.serve(ServedStore.configuration) { server in
      let blob = try #require(
        try await Self.upload([1, 2, 3], "image/png", to: server, as: token)["blob"])
      try await Self.name(blob, "a", in: world)
      #expect(try await server.ask(Self.target(cid)).status == 200)
      return blob
    }
    try await world.repo.commit([RecordWrite(ServedStore.path("app.example.note/a"), .delete)])
    try await world.serve(ServedStore.configuration) { server in
      #expect(try await server.ask(Self.target(cid)).status == 400)
      try await Self.name(blob, "c", in: world)
      #expect(try await server.ask(Self.target(cid)).status == 200)
    }
  }

  @Test("pages of blobs hold each once; what is named and not here is missing")
  func pages() async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      for index in 0..<7 {
        let bytes = [UInt8(index), 1]
        let uploaded = try await Self.upload(bytes, "image/png", to: server, as: token)
        try await Self.name(try #require(try uploaded["blob"]), "k\(index)", in: world)
      }
      let absent = BlobReference(
        cid: CID(of: [99], codec: .raw), mimeType: "image/png", byteCount: 1)
      try await Self.name(absent.value, "absent", in: world)
      var found: [CBORValue] = []
      var cursor = ""
      repeat {
        let page = try await server.ask(
          "com.atproto.sync.listBlobs?did=\(ServedStore.did)&limit=3\(cursor)")
        found += try page["cids"]?.arrayValue ?? []
        cursor = try page["cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
      } while !cursor.isEmpty
      #expect(Set(found).count == 7 && found.count == 7)
      let missing = try await server.ask("com.atproto.repo.listMissingBlobs", as: token)
      #expect(try missing["blobs"]?.arrayValue?.first?["cid"] == .string("\(absent.cid)"))
      #expect(
        try missing["blobs"]?.arrayValue?.first?["recordUri"]
          == .string("at://\(ServedStore.did)/app.example.note/absent"))
      let status = try await server.ask("com.atproto.server.checkAccountStatus", as: token)
      #expect(try status["expectedBlobs"] == 8)
      #expect(try status["importedBlobs"] == 7)
    }
  }

  @Test(
    "a record may name a blob only as it is",
    arguments: [
      ("image/png", Int64(3), nil), ("image/jpeg", 3, "InvalidMimeType"),
      ("image/png", 4, "InvalidSize"),
    ] as [(String, Int64, String?)])
  func references(type: String, size: Int64, error: String?) async throws {
    let (world, token) = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      _ = try await Self.upload([1, 2, 3], "image/png", to: server, as: token)
      let blob: CBORValue = [
        "$type": "blob", "ref": .link(CID(of: [1, 2, 3], codec: .raw)),
        "mimeType": .string(type), "size": .integer(size),
      ]
      let answer = try await server.call(
        "com.atproto.repo.createRecord",
        [
          "repo": .string("\(ServedStore.did)"), "collection": "app.example.note",
          "record": ["image": blob],
        ], as: token)
      #expect(try answer["error"]?.stringValue == error)
    }
  }

  @Test(
    "a type that is said is kept, none is guessed from the first bytes, and nonsense is refused")
  func types() throws {
    let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]
    for (said, bytes, expected) in [
      ("image/svg+xml", png, "image/svg+xml"), ("*/*", png, "image/png"), (nil, png, "image/png"),
      (nil, [0xff, 0xd8, 0xff, 0xe0], "image/jpeg"), (nil, [1, 2], BlobType.unknown),
      (nil, [0, 0, 0, 0x18] + Array("ftypmp42".utf8), "video/mp4"),
      (nil, Array("RIFF....WEBP".utf8), "image/webp"), (nil, [], BlobType.unknown),
    ] as [(String?, [UInt8], String)] {
      #expect(try BlobType.type(said: said, of: bytes) == expected)
    }
    for said in [
      "", "x", "a/", "/b", "a/b/c", "a b/c", "é/x", "a/b\u{7f}",
      "a/" + String(repeating: "b", count: 300),
    ] {
      #expect(throws: XRPCError.self, "\(said)") { try BlobType.type(said: said, of: png) }
    }
  }

  @Test("a blob beyond the limit, and an empty one, are refused")
  func sizes() async throws {
    let (world, token) = try await Self.world()
    var configuration = ServedStore.configuration
    configuration.blobByteCountMax = 1_000
    try await world.serve(configuration) { server in
      let most = Array(repeating: UInt8(1), count: 1_000)
      #expect(try await Self.upload(most, "a/b", to: server, as: token).status == 200)
      let more = try await Self.upload(most + [1], "a/b", to: server, as: token)
      #expect(more.status == 413)
      #expect(try more["error"] == "PayloadTooLarge")
      #expect(try await Self.upload([], "a/b", to: server, as: token).status == 400)
    }
  }
}
