// SessionMethodTests.swift: logging in and staying in, as a client sees it.
import ATSyntax
import Accounts
import DAGCBOR
import Identity
import RepoStore
import Testing
import Tokens

@testable import XRPC

@Suite("Sessions over XRPC", .timeLimit(.minutes(2)))
struct SessionMethodTests {
  private static let create = "com.atproto.server.createSession"
  private static let refresh = "com.atproto.server.refreshSession"

  private static func world() async throws -> ServedStore {
    let world = try await ServedStore()
    try world.makeAccounts()
    return world
  }

  private static func names(_ password: String, _ name: String) -> CBORValue {
    ["identifier": .string(name), "password": .string(password)]
  }

  @Test("a DID, a handle and an e-mail address log in; keys are absent rather than null")
  func login() async throws {
    let world = try await Self.world()
    try world.accounts.setEmail("alice@example.com", of: ServedStore.did)
    try await world.serve(ServedStore.configuration) { server in
      for name in [
        "\(ServedStore.did)", "\(ServedStore.handle)", "@\(ServedStore.handle)",
        "ALICE.example", "Alice@Example.com",
      ] {
        let answer = try await server.call(Self.create, Self.names(ServedStore.password, name))
        #expect(answer.status == 200, "\(name): \(answer.text)")
        guard case .map(let map) = try answer.json else { throw MemoryLog.Broken() }
        #expect(
          Set(map.map(\.0)) == [
            "accessJwt", "refreshJwt", "did", "handle", "active", "email", "emailConfirmed",
            "emailAuthFactor",
          ])
        let access = try #require(map["accessJwt"]?.stringValue)
        let session = try await server.ask("com.atproto.server.getSession", as: access)
        #expect(try session["handle"] == .string("\(ServedStore.handle)"))
        #expect(session.headers["cache-control"] == "private")
        #expect(session.headers["vary"] == "Authorization")
      }
    }
  }

  @Test("every wrong pair gets one answer")
  func wrong() async throws {
    let world = try await Self.world()
    try await world.serve(ServedStore.configuration) { server in
      var texts: Set<String> = []
      for (name, password) in [
        ("\(ServedStore.handle)", "wrong"), ("\(ServedStore.handle)", ""), ("nobody.example", "x"),
        ("x@example.com", "x"), ("did:web:nobody.example", "x"), ("", "x"), ("@", "x"),
        ("\u{0}", "\u{0}"), (String(repeating: "a", count: 10_000), "x"),
      ] {
        let answer = try await server.call(Self.create, Self.names(password, name))
        #expect(answer.status == 401)
        texts.insert(answer.text)
      }
      #expect(
        texts == [
          #"{"error":"AuthenticationRequired","message":"Invalid identifier or password"}"#
        ])
    }
  }

  @Test("a refresh gives new tokens of the same session, a hundred at once the same ones")
  func rotation() async throws {
    let world = try await Self.world()
    let tokens = try world.tokens()
    let used = try world.session().refresh
    try await world.serve(ServedStore.configuration) { server in
      let ids = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<100 {
          group.addTask { try await Self.successor(of: used, tokens, from: server) }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(ids.count == 1)
      #expect(ids.first != used.id)
    }
  }

  /// The name of the token that comes of using one.
  private static func successor(
    of used: SessionToken, _ tokens: SessionTokens, from server: RunningServer
  ) async throws -> String {
    let answer = try await server.post(
      "/xrpc/\(refresh)", ["Authorization: Bearer \(tokens.text(of: used))"])
    guard let text = try answer["refreshJwt"]?.stringValue else { throw MemoryLog.Broken() }
    return try tokens.read(text, at: ServedStore.now).id
  }

  @Test("logging out ends the access token at once")
  func logout() async throws {
    let world = try await Self.world()
    let tokens = try world.tokens()
    let session = try world.session()
    try await world.serve(ServedStore.configuration) { server in
      let access = tokens.text(of: session.access)
      #expect(try await server.ask("com.atproto.server.getSession", as: access).status == 200)
      let answer = try await server.post(
        "/xrpc/com.atproto.server.deleteSession",
        ["Authorization: Bearer \(tokens.text(of: session.refresh))"])
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
      let after = try await server.ask("com.atproto.server.getSession", as: access)
      #expect(try after["error"] == "ExpiredToken")
    }
  }

  @Test("an account that pauses cannot write, is not shown, and comes back with #sync")
  func pause() async throws {
    let world = try await Self.world()
    try await world.write(["a"])
    let token = try world.accessToken()
    try await world.serve(ServedStore.configuration) { server in
      let base = "com.atproto.server"
      let record: CBORValue = [
        "repo": .string("\(ServedStore.did)"), "collection": "app.example.note",
        "record": ["text": "b"],
      ]
      #expect(
        try await server.call("\(base).deactivateAccount", [:], as: token).status == 200)
      let write = try await server.call("com.atproto.repo.createRecord", record, as: token)
      #expect(write.status == 401)
      #expect(try write["error"] == "AccountDeactivated")
      let target = "com.atproto.sync.getLatestCommit?did=\(ServedStore.did)"
      #expect(try await server.ask(target)["error"] == "RepoDeactivated")
      #expect(try await server.ask(target, as: token).status == 200)
      let status = try await server.ask("\(base).checkAccountStatus", as: token)
      #expect(try status["activated"] == false)
      #expect(try status["indexedRecords"] == 1)
      let before = try world.repo.head
      #expect(
        try await server.post(
          "/xrpc/\(base).activateAccount", ["Authorization: Bearer \(token)"]
        ).status == 200)
      #expect(try world.repo.head.data == before.data)
      #expect(try world.repo.head.rev > before.rev)
      #expect(
        try await server.call("com.atproto.repo.createRecord", record, as: token).status == 200)
      #expect(try await server.ask(target).status == 200)
    }
  }

  @Test("a service token that is given is taken once, and only for its method")
  func serviceAuth() async throws {
    let world = try await Self.world()
    let token = try world.accessToken()
    try await world.serve(ServedStore.configuration) { server in
      let upload = "com.atproto.repo.uploadBlob"
      let answer = try await server.ask(
        "com.atproto.server.getServiceAuth?aud=did:web:localhost&lxm=\(upload)", as: token)
      let service = try #require(try answer["token"]?.stringValue)
      let found = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<100 {
          group.addTask {
            try await server.post(
              "/xrpc/\(upload)", ["Authorization: Bearer \(service)"], body: [1, 2, 3],
              type: "image/png"
            ).status
          }
        }
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(found.count { $0 == 200 } == 1)
      #expect(found.count { $0 == 401 } == 99)
      for query in [
        "aud=x", "aud=did:web:localhost%23", "aud=did:web:a.example&exp=1",
        "aud=did:web:a.example&exp=\(ServedStore.now + 61)",
        "aud=did:web:a.example&lxm=com.atproto.server.createAppPassword",
        "aud=did:web:a.example&lxm=app.bsky.x&exp=\(ServedStore.now + 3_601)",
      ] {
        let refused = try await server.ask("com.atproto.server.getServiceAuth?\(query)", as: token)
        #expect(refused.status == 400, "\(query)")
      }
    }
  }

  @Test("the host of a handle says whose it is")
  func handleProof() async throws {
    let world = try await Self.world()
    var configuration = ServedStore.configuration
    configuration.publicOrigin = HTTPOrigin("https://alice.example")
    try await world.serve(configuration) { server in
      let answer = try await LoopbackClient.with(port: server.port) { client in
        try await client.send(
          "GET /.well-known/atproto-did HTTP/1.1\r\nHost: alice.example\r\n\r\n")
        return try await client.answer()
      }
      #expect(answer.text == "\(ServedStore.did)")
      #expect(try await server.get("/.well-known/atproto-did").status == 404)
      let document = try await server.get("/.well-known/did.json")
      #expect(try document["id"] == "did:web:alice.example")
    }
  }
}
