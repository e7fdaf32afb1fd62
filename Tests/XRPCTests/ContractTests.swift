// ContractTests.swift: every method with every kind of credential, and the answer that each is to
// get.
//
// The table says again, by itself, whom each method answers: a change of the server's own table
// that is not meant shows here. Requests have no parameters and an empty object as their body, so
// that whoever is let in gets what the method says to that.
import ATSyntax
import DAGCBOR
import RepoStore
import Testing

@testable import XRPC

/// What a request gets: a status, and the name of an error; nil for none.
struct Outcome: Hashable, Sendable, CustomStringConvertible {
  var status: Int
  var error: String?

  init(_ status: Int, _ error: String? = nil) {
    self.status = status
    self.error = error
  }

  static let ok = Outcome(200)
  /// Let in, and told that something is missing.
  static let asked = Outcome(400, "InvalidRequest")

  var description: String { "\(status) \(error ?? "")" }
}

/// Whom a method answers, in the words of this test.
enum Audience: Sendable {
  case everyone, everyoneButBad, sessions, passwordOnly, sessionsAndServices, refreshers,
    oldRefreshers, admin
}

@Suite("The contract", .timeLimit(.minutes(5)))
struct ContractTests {
  static let methods: [(name: String, audience: Audience, letIn: Outcome)] = [
    ("app.bsky.actor.getPreferences", .sessions, .ok),
    ("app.bsky.actor.getProfile", .sessions, .asked),
    ("app.bsky.actor.putPreferences", .sessions, .asked),
    ("com.atproto.admin.getAccountInfo", .admin, .asked),
    ("com.atproto.admin.updateAccountPassword", .admin, .asked),
    ("com.atproto.identity.getRecommendedDidCredentials", .sessions, .ok),
    ("com.atproto.identity.resolveDid", .everyone, .asked),
    ("com.atproto.identity.resolveHandle", .everyone, .asked),
    ("com.atproto.identity.resolveIdentity", .everyone, .asked),
    ("com.atproto.repo.applyWrites", .sessions, .asked),
    ("com.atproto.repo.createRecord", .sessions, .asked),
    ("com.atproto.repo.deleteRecord", .sessions, .asked),
    ("com.atproto.repo.describeRepo", .everyoneButBad, .asked),
    ("com.atproto.repo.getRecord", .everyoneButBad, .asked),
    ("com.atproto.repo.importRepo", .passwordOnly, .asked),
    ("com.atproto.repo.listMissingBlobs", .sessions, .ok),
    ("com.atproto.repo.listRecords", .everyoneButBad, .asked),
    ("com.atproto.repo.putRecord", .sessions, .asked),
    ("com.atproto.repo.uploadBlob", .sessionsAndServices, .ok),
    ("com.atproto.server.activateAccount", .passwordOnly, .ok),
    ("com.atproto.server.checkAccountStatus", .sessions, .ok),
    ("com.atproto.server.createAppPassword", .passwordOnly, .asked),
    ("com.atproto.server.createSession", .everyone, .asked),
    ("com.atproto.server.deactivateAccount", .passwordOnly, .ok),
    ("com.atproto.server.deleteSession", .oldRefreshers, .ok),
    ("com.atproto.server.describeServer", .everyone, .ok),
    ("com.atproto.server.getServiceAuth", .sessions, .asked),
    ("com.atproto.server.getSession", .sessions, .ok),
    ("com.atproto.server.listAppPasswords", .passwordOnly, .ok),
    ("com.atproto.server.refreshSession", .refreshers, .ok),
    ("com.atproto.server.revokeAppPassword", .passwordOnly, .asked),
    ("com.atproto.sync.getBlob", .everyoneButBad, .asked),
    ("com.atproto.sync.getBlocks", .everyoneButBad, .asked),
    ("com.atproto.sync.getLatestCommit", .everyoneButBad, .asked),
    ("com.atproto.sync.getRecord", .everyoneButBad, .asked),
    ("com.atproto.sync.getRepo", .everyoneButBad, .asked),
    ("com.atproto.sync.getRepoStatus", .everyone, .asked),
    ("com.atproto.sync.listBlobs", .everyoneButBad, .asked),
    ("com.atproto.sync.listRepos", .everyone, .ok),
    ("com.atproto.sync.subscribeRepos", .everyone, Outcome(426, "UpgradeRequired")),
  ]

  private static let (invalid, expired) = (
    Outcome(400, "InvalidToken"), Outcome(400, "ExpiredToken")
  )
  private static let missing = Outcome(401, "AuthMissing")

  /// nil: let in.
  static func refusal(_ audience: Audience, _ brought: Brought) -> Outcome? {
    switch audience {
    case .everyone: return nil
    case .everyoneButBad: return brought == .nothing ? nil : bySession(brought, app: nil)
    case .sessions: return bySession(brought, app: nil)
    case .passwordOnly: return bySession(brought, app: invalid)
    case .sessionsAndServices: return byService(brought)
    case .refreshers, .oldRefreshers: return byRefresh(brought, isOld: audience == .oldRefreshers)
    case .admin: return byAdmin(brought)
    }
  }

  private static func bySession(_ brought: Brought, app: Outcome?) -> Outcome? {
    switch brought {
    case .access, .otherAccount: nil
    case .appPassword, .privileged: app
    case .twice: Outcome.asked
    case .nothing, .otherScheme, .admin, .wrongAdmin: missing
    case .expiredAccess, .endedSession, .expiredRefresh: expired
    case .garbage, .foreignKey, .foreignServer, .refresh, .service, .serviceForOther,
      .serviceUsed, .serviceForged:
      invalid
    }
  }

  private static func byService(_ brought: Brought) -> Outcome? {
    switch brought {
    case .service: nil
    case .serviceForOther: Outcome(401, "BadJwtLexiconMethod")
    case .serviceUsed: Outcome(401, "BadJwt")
    case .serviceForged: Outcome(401, "BadJwtSignature")
    default: bySession(brought, app: nil)
    }
  }

  private static func byRefresh(_ brought: Brought, isOld: Bool) -> Outcome? {
    switch brought {
    case .refresh: nil
    case .expiredRefresh: isOld ? nil : expired
    // Ours, and of the wrong kind, which is found before its age where age does not count.
    case .expiredAccess: isOld ? invalid : expired
    case .access, .appPassword, .privileged, .otherAccount, .endedSession: invalid
    default: bySession(brought, app: nil)
    }
  }

  private static func byAdmin(_ brought: Brought) -> Outcome? {
    switch brought {
    case .admin: nil
    case .wrongAdmin: Outcome(401, "AuthenticationRequired")
    case .twice: Outcome.asked
    default: missing
    }
  }

  @Test("the table has every method of the server, and no other")
  func complete() {
    #expect(MethodTable.served.methods.map(\.name) == ContractTests.methods.map(\.name))
    for method in MethodTable.served.methods {
      #expect(method.nsid.description == method.name)
      #expect(Schemas.agrees(with: method), "\(method.name) is not what its lexicon says")
    }
  }

  @Test("every method answers every credential as the table says", arguments: Brought.allCases)
  func matrix(brought: Brought) async throws {
    let world = try await ServedStore()
    try await world.store.createRepo(NewRepo(ServedStore.otherDID, key: ServedStore.key))
    try world.makeAccounts()
    try await world.serve(ServedStore.configuration) { server in
      for (name, audience, letIn) in ContractTests.methods {
        let nsid = try NSID(name)
        let method = try #require(MethodTable.served[nsid])
        let headers = try world.headers(brought, for: nsid)
        let answer: HTTPAnswer
        if case .procedure = method.kind {
          answer = try await server.post(
            "/xrpc/\(name)", headers, body: Array("{}".utf8), type: "application/json")
        } else {
          answer = try await server.get("/xrpc/\(name)", headers)
        }
        try Schemas.expect(answer, of: nsid)
        let expected = ContractTests.refusal(audience, brought) ?? letIn
        let error = answer.status == 200 ? nil : try answer["error"]?.stringValue
        #expect(Outcome(answer.status, error) == expected, "\(name): \(answer.text.prefix(300))")
      }
    }
  }
}
