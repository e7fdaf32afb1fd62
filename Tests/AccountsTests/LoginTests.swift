// LoginTests.swift: passwords and app passwords: who gets in, and as what.
import ATSyntax
import Testing

@testable import Accounts

@Suite("Logging in")
struct LoginTests {
  private static let (alice, bob) = (AccountsWorld.alice, AccountsWorld.bob)
  private static let now = AccountsWorld.start

  @Test("a password opens its account by DID and by e-mail, in any case, and nothing else does")
  func password() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    try store.setEmail("Alice@Example.com", of: LoginTests.alice)
    for name in [LoginName.did(LoginTests.alice), .email("alice@EXAMPLE.com")] {
      let found = try store.login(name, AccountsWorld.password)
      #expect(found?.did == LoginTests.alice)
      #expect(found?.credential == .password)
      for wrong in ["", "Correct horse", AccountsWorld.password + " ", "correct\u{0}horse"] {
        #expect(try store.login(name, wrong) == nil)
      }
    }
    for name in [LoginName.did(LoginTests.bob), .email("x@example.com"), .email(""), .nobody] {
      #expect(try store.login(name, AccountsWorld.password) == nil)
    }
    #expect(
      try store.login(.did(LoginTests.alice), String(repeating: "a", count: 1_000_000)) == nil)
  }

  @Test("the all-zero hash that unknown names are compared with opens nothing")
  func decoy() throws {
    let world = try AccountsWorld()
    let store = try world.open()
    for tried in ["", "aaaa-bbbb-cccc-dddd", "0000000000000000"] {
      #expect(try store.login(.nobody, tried) == nil)
    }
  }

  @Test("a new password shuts out the old one and ends its sessions, not those of app passwords")
  func change() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let (alice, now) = (LoginTests.alice, LoginTests.now)
    let session = try store.beginSession(of: alice, .password, at: now)
    let program = try store.beginSession(
      of: alice, .appPassword(name: "p", isPrivileged: false), at: now)
    try store.setPassword("another one", of: alice, at: now)
    #expect(try store.login(.did(alice), AccountsWorld.password) == nil)
    #expect(try store.login(.did(alice), "another one") != nil)
    #expect(try store.rotate(session.id, at: now) == .unknown)
    #expect(try store.isAlive(session: session.family) == false)
    #expect(try store.isAlive(session: program.family))
    #expect(throws: AccountError.password(byteCount: 3)) {
      try store.setPassword("abc", of: alice, at: now)
    }
  }

  @Test("a password that was hashed for less is hashed again when it is used")
  func rehash() throws {
    let world = try AccountsWorld()
    _ = try world.openWithAlice()
    let costlier = try world.open(HashCost(logRounds: 5))
    let row = { try costlier.text("SELECT password FROM account") }
    #expect(try row()?.hasPrefix("$scrypt$ln=4,r=8,p=1$") == true)
    #expect(try costlier.login(.did(LoginTests.alice), AccountsWorld.password) != nil)
    #expect(try row()?.hasPrefix("$scrypt$ln=5,r=8,p=1$") == true)
    #expect(try costlier.login(.did(LoginTests.alice), AccountsWorld.password) != nil)
  }

  @Test("an app password opens the account as what it was made for, until it is revoked")
  func appPasswords() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let (alice, now) = (LoginTests.alice, LoginTests.now)
    let plain = try store.createAppPassword("plain", isPrivileged: false, of: alice, at: now)
    let strong = try store.createAppPassword("strong", isPrivileged: true, of: alice, at: now)
    #expect(plain.wholeMatch(of: /([a-z2-7]{4}-){3}[a-z2-7]{4}/) != nil)
    #expect(plain != strong)
    #expect(
      try store.login(.did(alice), plain)?.credential
        == .appPassword(name: "plain", isPrivileged: false))
    #expect(
      try store.login(.did(alice), strong)?.credential
        == .appPassword(name: "strong", isPrivileged: true))
    #expect(try store.login(.did(LoginTests.bob), plain) == nil)
    #expect(try store.appPasswords(of: alice).map(\.name) == ["plain", "strong"])
    #expect(throws: AccountError.appPasswordExists(name: "plain")) {
      try store.createAppPassword("plain", isPrivileged: false, of: alice, at: now)
    }
    let session = try store.beginSession(
      of: alice, .appPassword(name: "plain", isPrivileged: false), at: now)
    #expect(try store.revokeAppPassword("plain", of: alice))
    #expect(try store.revokeAppPassword("plain", of: alice) == false)
    #expect(try store.login(.did(alice), plain) == nil)
    #expect(try store.login(.did(alice), strong) != nil)
    #expect(try store.rotate(session.id, at: now) == .unknown)
  }

  @Test("names and numbers of app passwords are bounded, and an account is needed for one")
  func appPasswordBounds() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let (alice, now) = (LoginTests.alice, LoginTests.now)
    for name in ["", String(repeating: "é", count: 129)] {
      #expect(throws: AccountError.appPasswordName(byteCount: name.utf8.count)) {
        try store.createAppPassword(name, isPrivileged: false, of: alice, at: now)
      }
    }
    #expect(throws: AccountError.noAccount(LoginTests.bob)) {
      try store.createAppPassword("a", isPrivileged: false, of: LoginTests.bob, at: now)
    }
    for index in 0..<AccountLimits.appPasswordCountMax {
      _ = try store.createAppPassword("n\(index)", isPrivileged: false, of: alice, at: now)
    }
    #expect(throws: AccountError.appPasswordCount(max: AccountLimits.appPasswordCountMax)) {
      try store.createAppPassword("more", isPrivileged: false, of: alice, at: now)
    }
  }

  @Test("an e-mail address is one account's, and can be taken back")
  func email() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let (alice, bob) = (LoginTests.alice, LoginTests.bob)
    try store.setPassword("bob's password", of: bob, at: LoginTests.now)
    try store.setEmail("A@example.com", of: alice)
    try store.setEmail("a@example.com", of: alice)
    #expect(throws: AccountError.emailTaken) { try store.setEmail("a@EXAMPLE.com", of: bob) }
    try store.setEmail(nil, of: alice)
    try store.setEmail("a@example.com", of: bob)
    #expect(try store.account(bob)?.email == "a@example.com")
    #expect(try store.account(alice)?.email == nil)
    #expect(try store.account(try DID("did:web:nobody.example")) == nil)
  }

  @Test(
    "a hash that is damaged, or would cost minutes, is read as none",
    arguments: [
      "", "$", "$scrypt$", "$scrypt$ln=4,r=8,p=1$$", "$argon2$ln=4,r=8,p=1$aaaa$aaaa",
      "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "$scrypt$ln=-4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "$scrypt$r=8,ln=4,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
  func damagedHashes(text: String) { #expect(PasswordHash(text) == nil) }

  @Test("scrypt is RFC 7914's, and a hash survives being written")
  func vector() throws {
    let hash = try PasswordHash(
      of: "pleaseletmein", salt: Array("SodiumChloride".utf8), cost: HashCost(logRounds: 14))
    // The first half of the RFC's 64 bytes: the last step of scrypt makes them in order.
    #expect(hash.hash.prefix(4) == [0x70, 0x23, 0xbd, 0xcb])
    let random = try PasswordHash(
      of: "a", salt: Array(1...16), cost: HashCost(logRounds: 4, blockSize: 8, parallelism: 1))
    #expect(PasswordHash(random.text) == random)
  }
}
