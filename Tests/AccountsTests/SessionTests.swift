// SessionTests.swift: chains of refresh tokens: rotation, grace, reuse, races, and nonces.
import ATSyntax
import Testing

@testable import Accounts

@Suite("Sessions")
struct SessionTests {
  private static let alice = AccountsWorld.alice
  private static let now = AccountsWorld.start
  private static let times = SessionTimes(
    accessSeconds: 60, refreshSeconds: 1_000, graceSeconds: 100)

  private static func begun() throws -> (AccountsWorld, AccountStore, RefreshToken) {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    return (world, store, try store.beginSession(of: alice, .password, at: now, times))
  }

  private static func later(_ seconds: Int64) -> Moment { now.adding(seconds: seconds) }

  @Test("a token gives a successor, which gives its own; all are of one session")
  func rotation() throws {
    let (world, store, first) = try SessionTests.begun()
    var token = first
    for step in 1...5 {
      let rotated = try store.rotate(
        token.id, at: SessionTests.later(Int64(step) * 500), SessionTests.times)
      guard case .successor(let next) = rotated else {
        Issue.record("\(rotated)")
        return
      }
      #expect(next.id != token.id)
      #expect(next.family == first.family)
      #expect(next.credential == .password)
      #expect(next.expires == SessionTests.later(Int64(step) * 500 + 1_000))
      token = next
    }
    _ = world
  }

  @Test("raced a hundred ways, a token has one successor")
  func race() async throws {
    let (world, store, token) = try SessionTests.begun()
    let found = try await withThrowingTaskGroup(of: Rotation.self) { group in
      for _ in 0..<100 {
        group.addTask { try store.rotate(token.id, at: SessionTests.now, SessionTests.times) }
      }
      return try await group.reduce(into: Set<Rotation>()) { $0.insert($1) }
    }
    #expect(found.count == 1)
    guard case .successor? = found.first else {
      Issue.record("\(found)")
      return
    }
    _ = world
  }

  @Test("used again within the grace a token gives the same successor; after it, its session ends")
  func reuse() throws {
    let (world, store, token) = try SessionTests.begun()
    let first = try store.rotate(token.id, at: SessionTests.now, SessionTests.times)
    let again = try store.rotate(token.id, at: SessionTests.later(99), SessionTests.times)
    #expect(first == again)
    #expect(
      try store.rotate(token.id, at: SessionTests.later(100), SessionTests.times) == .reused)
    guard case .successor(let successor) = first else {
      Issue.record("\(first)")
      return
    }
    #expect(
      try store.rotate(successor.id, at: SessionTests.later(100), SessionTests.times) == .unknown)
    #expect(try store.isAlive(session: token.family) == false)
    _ = world
  }

  @Test("an old token is expired, one that was never given is unknown")
  func ends() throws {
    let (world, store, token) = try SessionTests.begun()
    #expect(
      try store.rotate(token.id, at: SessionTests.later(1_000), SessionTests.times) == .expired)
    for id in ["", "x", token.id.uppercased(), "' OR 1=1 --", "\u{0}"] {
      #expect(try store.rotate(id, at: SessionTests.now, SessionTests.times) == .unknown)
    }
    _ = world
  }

  @Test("ending a session ends all of its tokens and nobody else's")
  func logout() throws {
    let (world, store, token) = try SessionTests.begun()
    let other = try store.beginSession(of: SessionTests.alice, .password, at: SessionTests.now)
    _ = try store.rotate(token.id, at: SessionTests.now)
    #expect(try store.endSession(token.id))
    #expect(try store.endSession(token.id) == false)
    #expect(try store.isAlive(session: token.family) == false)
    #expect(try store.isAlive(session: other.family))
    _ = world
  }

  @Test("there is no session without an account, and of too many the oldest goes")
  func bounds() throws {
    let (world, store, token) = try SessionTests.begun()
    #expect(throws: AccountError.noAccount(AccountsWorld.bob)) {
      try store.beginSession(of: AccountsWorld.bob, .password, at: SessionTests.now)
    }
    for index in 0..<AccountLimits.sessionCountMax {
      _ = try store.beginSession(
        of: SessionTests.alice, .password, at: SessionTests.later(Int64(1 + index % 9)))
    }
    #expect(try store.isAlive(session: token.family) == false)
    _ = world
  }

  @Test("of a hundred claims of one nonce one succeeds, and none while it is remembered")
  func nonces() async throws {
    let world = try AccountsWorld()
    let store = try world.open()
    let (alice, now) = (SessionTests.alice, SessionTests.now)
    let claims = try await withThrowingTaskGroup(of: NonceClaim.self) { group in
      for _ in 0..<100 {
        group.addTask {
          try store.claimNonce("n", of: alice, until: now.adding(seconds: 60), at: now)
        }
      }
      return try await group.reduce(into: [NonceClaim]()) { $0.append($1) }
    }
    #expect(claims.count { $0 == .first } == 1)
    let until = now.adding(seconds: 60)
    #expect(try store.claimNonce("n", of: AccountsWorld.bob, until: until, at: now) == .first)
    #expect(try store.claimNonce("n", of: alice, until: until, at: until) == .used)
    let after = now.adding(seconds: 61)
    #expect(try store.claimNonce("n", of: alice, until: after, at: after) == .first)
  }
}
