// DatabaseTests.swift: the file: its modes, its version, what survives, what is refused.
import ATSyntax
import DAGCBOR
import Foundation
import TestKit
import Testing

@testable import Accounts

@Suite("The database of accounts")
struct DatabaseTests {
  @Test("the file and its companions are closed to everyone else, whatever the umask")
  func modes() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let modes = try world.modes
    #expect(modes.count == 3)
    #expect(modes.values.allSatisfy { $0 == 0o600 }, "\(modes)")
    #expect(try store.text("PRAGMA synchronous") == "2")
    #expect(try store.text("PRAGMA journal_mode") == "wal")
  }

  @Test("a file that others may read is refused, and so is one of something else")
  func refused() throws {
    let world = try AccountsWorld()
    _ = try world.open()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: world.path)
    #expect(throws: AccountError.fileTooOpen(path: world.path, mode: 0o644)) { try world.open() }
    let other = try AccountsWorld()
    var database = try Self.made(other.path)
    try database.execute("CREATE TABLE a (b)")
    #expect(throws: AccountError.foreign(path: other.path)) { try other.open() }
    let text = try AccountsWorld()
    try Data(repeating: 65, count: 8_192).write(to: URL(fileURLWithPath: text.path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: text.path)
    #expect(throws: AccountError.self) { try text.open() }
    let later = try AccountsWorld()
    _ = try later.open()
    database = try Database(later.path)
    try database.execute("PRAGMA user_version = 99")
    #expect(throws: AccountError.version(found: 99, known: Schema.version)) { try later.open() }
  }

  private static func made(_ path: String) throws -> Database {
    let isMade = FileManager.default.createFile(
      atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    try #require(isMade)
    return try Database(path)
  }

  @Test("what a call has written is there after a kill: the log is copied while it is open")
  func killed() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let session = try store.beginSession(
      of: AccountsWorld.alice, .password, at: AccountsWorld.start)
    let key = try store.sessionKey()
    let copy = try AccountsWorld()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: world.path + suffix, toPath: copy.path + suffix)
    }
    let reopened = try copy.open()
    #expect(try reopened.isAlive(session: session.family))
    #expect(try reopened.sessionKey() == key)
    #expect(try reopened.login(.did(AccountsWorld.alice), AccountsWorld.password) != nil)
    #expect(key.count == 32)
  }

  @Test("two connections of one process, as a server and a command beside it, see one state")
  func beside() throws {
    let world = try AccountsWorld()
    let (server, command) = (try world.openWithAlice(), try world.open())
    let token = try server.beginSession(
      of: AccountsWorld.alice, .password, at: AccountsWorld.start)
    #expect(try command.isAlive(session: token.family))
    try command.setPassword("another one", of: AccountsWorld.alice, at: AccountsWorld.start)
    #expect(try server.isAlive(session: token.family) == false)
    #expect(try server.login(.did(AccountsWorld.alice), "another one") != nil)
    #expect(try server.sessionKey() == command.sessionKey())
  }

  @Test("a transaction that fails in the middle has not happened")
  func rollback() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    #expect(throws: AccountError.emailTaken) {
      try store.write { database throws(AccountError) in
        try database.run("DELETE FROM account")
        throw .emailTaken
      }
    }
    #expect(try store.account(AccountsWorld.alice) != nil)
  }

  @Test("texts of any bytes come back as they went, and never as a statement")
  func hostile() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    var random = SplitMix64.printed("texts of accounts")
    let pieces = [
      "'", "\"", ";", "--", "\u{0}", "é", "\u{1F468}\u{200D}\u{1F469}", "DROP", "%", "\n",
    ]
    for _ in 0..<scaled(300) {
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      try store.setPreferences(
        [Preference(type: text, json: text + text)], of: AccountsWorld.alice,
        replacing: { _ in true })
      #expect(
        try store.preferences(of: AccountsWorld.alice).map { Array($0.json.utf8) }
          == [Array((text + text).utf8)])
      _ = try store.login(.email(text), text)
      try store.revokeAppPassword(text, of: AccountsWorld.alice)
    }
    #expect(try store.account(AccountsWorld.alice) != nil)
  }

  @Test("preferences that are not replaced stay, and all together are bounded")
  func preferences() throws {
    let world = try AccountsWorld()
    let store = try world.openWithAlice()
    let alice = AccountsWorld.alice
    try store.setPreferences(
      [Preference(type: "a", json: "1"), Preference(type: "b", json: "2")], of: alice,
      replacing: { _ in true })
    try store.setPreferences(
      [Preference(type: "a", json: "3")], of: alice, replacing: { $0 == "a" })
    #expect(try store.preferences(of: alice).map(\.json) == ["2", "3"])
    let large = String(repeating: "x", count: AccountLimits.preferenceByteCountMax)
    #expect(throws: AccountError.preferences(byteCount: large.count + 2)) {
      try store.setPreferences(
        [Preference(type: "c", json: large)], of: alice, replacing: { _ in false })
    }
    #expect(try store.preferences(of: alice).map(\.json) == ["2", "3"])
    #expect(throws: AccountError.noAccount(AccountsWorld.bob)) {
      try store.setPreferences([], of: AccountsWorld.bob, replacing: { _ in true })
    }
  }
}

@Suite("Blobs of accounts")
struct BlobRowTests {
  private static let alice = AccountsWorld.alice
  private static let scope = BlobScope(did: alice, isPrivate: false)
  private static let cids = (0..<6).map { CID(of: [UInt8($0)], codec: .raw) }.sorted {
    $0.description < $1.description
  }

  private static func use(_ key: String, _ blobs: [Int]) throws -> BlobUse {
    BlobUse(path: try RecordPath("app.example.note/\(key)"), cids: Set(blobs.map { cids[$0] }))
  }

  private static func rev(_ number: UInt64) throws -> TID {
    try TID(microseconds: number, clockID: 0)
  }

  @Test("a blob is listed while a public record names it and its bytes are here")
  func named() throws {
    let world = try AccountsWorld()
    let store = try world.open()
    let (alice, cids, scope) = (BlobRowTests.alice, BlobRowTests.cids, BlobRowTests.scope)
    for cid in cids.prefix(3) {
      try store.addBlob(
        BlobEntry(cid: cid, mimeType: "image/png", byteCount: 1), of: alice,
        at: AccountsWorld.start)
    }
    #expect(try store.namedBlobs(of: alice, after: nil, since: nil, limit: 9) == [])
    try store.setBlobUses(
      [try Self.use("a", [0, 1, 4]), try Self.use("b", [1, 5])], of: scope, asOf: Self.rev(1),
      isWhole: true)
    try store.setBlobUses(
      [try Self.use("c", [2])], of: BlobScope(did: alice, isPrivate: true), asOf: Self.rev(1),
      isWhole: true)
    #expect(
      try store.namedBlobs(of: alice, after: nil, since: nil, limit: 9) == [cids[0], cids[1]])
    #expect(try store.namedBlobs(of: alice, after: cids[0], since: nil, limit: 9) == [cids[1]])
    #expect(try store.namedBlobs(of: alice, after: nil, since: Self.rev(1), limit: 9) == [])
    #expect(
      try store.missingBlobs(of: alice, after: nil, limit: 9).map(\.cid) == [cids[4], cids[5]])
    #expect(try store.missingBlobs(of: alice, after: cids[4], limit: 9).map(\.cid) == [cids[5]])
    #expect(try store.blobCounts(of: alice) == (5, 3))
    #expect(try store.isNamed(cids[2], in: scope) == false)
    #expect(try store.isNamed(cids[2], in: BlobScope(did: alice, isPrivate: true)))
    try store.setBlobUses(
      [try Self.use("a", [])], of: scope, asOf: Self.rev(2), isWhole: false)
    #expect(try store.namedBlobs(of: alice, after: nil, since: nil, limit: 9) == [cids[1]])
    #expect(try store.blobRev(of: scope) == Self.rev(2))
    #expect(try store.blob(cids[0], of: alice)?.mimeType == "image/png")
    #expect(try store.blob(cids[0], of: AccountsWorld.bob) == nil)
  }
}
