// AccountStore+AppPasswords.swift: passwords for programs, made here and shown once.
//
// All app passwords of an account share a random salt, so that one hashing tells which of them is
// tried. Each has 80 bits of chance in it, so that nothing is lost by that.
import ATSyntax
import DAGCBOR

/// An app password as it is listed: never the password itself.
public struct AppPassword: Hashable, Sendable {
  public var name: String
  public var created: Moment
  public var isPrivileged: Bool

  public init(name: String, created: Moment, isPrivileged: Bool) {
    self.name = name
    self.created = created
    self.isPrivileged = isPrivileged
  }

  /// `xxxx-xxxx-xxxx-xxxx` in base32.
  static func hasForm(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 19
      && bytes.indices.allSatisfy { index in
        switch bytes[index] {
        case UInt8(ascii: "-"): index % 5 == 4
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "2")...UInt8(ascii: "7"):
          index % 5 != 4
        default: false
        }
      }
  }

  fileprivate static func text(_ bytes: [UInt8]) -> String {
    let digits = Array(Base32.encode(bytes))
    return stride(from: 0, to: 16, by: 4).map { String(digits[$0..<$0 + 4]) }
      .joined(separator: "-")
  }
}

extension AccountStore {
  /// Makes an app password; its text is told this once.
  ///
  /// - Throws: `.appPasswordName`, `.appPasswordExists`, `.appPasswordCount`, `.noAccount`.
  public func createAppPassword(
    _ name: String, isPrivileged: Bool, of did: DID, at now: Moment
  ) throws(AccountError) -> String {
    guard 1...AccountLimits.appPasswordNameByteCountMax ~= name.utf8.count else {
      throw .appPasswordName(byteCount: name.utf8.count)
    }
    let salt = try read { database throws(AccountError) in
      try database.row("SELECT appSalt FROM account WHERE did = ?", .text("\(did)")) { $0.bytes(0) }
    }
    guard let salt else { throw .noAccount(did) }
    let password = AppPassword.text(chance.bytes(10))
    let hash = try hashed(password, salt: salt)
    try write { database throws(AccountError) in
      let names = try database.rows("SELECT name FROM appPassword WHERE did = ?", .text("\(did)")) {
        $0.text(0)
      }
      if names.contains(name) { throw .appPasswordExists(name: name) }
      guard names.count < AccountLimits.appPasswordCountMax else {
        throw .appPasswordCount(max: AccountLimits.appPasswordCountMax)
      }
      try database.run(
        "INSERT INTO appPassword VALUES (?, ?, ?, ?, ?)", .text("\(did)"), .text(name),
        .text(hash.text), .integer(isPrivileged ? 1 : 0), .integer(now.seconds))
    }
    return password
  }

  /// By name.
  public func appPasswords(of did: DID) throws(AccountError) -> [AppPassword] {
    try read { database throws(AccountError) in
      try database.rows(
        "SELECT name, created, isPrivileged FROM appPassword WHERE did = ? ORDER BY name",
        .text("\(did)")
      ) { row in
        AppPassword(
          name: row.text(0), created: Moment(seconds: row.integer(1)),
          isPrivileged: row.integer(2) != 0)
      }
    }
  }

  /// Takes an app password back: its sessions end with it. One that is not there is as good as
  /// revoked; returns whether it was.
  @discardableResult
  public func revokeAppPassword(_ name: String, of did: DID) throws(AccountError) -> Bool {
    try write { database throws(AccountError) in
      try database.run(
        "DELETE FROM refresh WHERE did = ? AND appPassword = ?", .text("\(did)"), .text(name))
      let count = try database.run(
        "DELETE FROM appPassword WHERE did = ? AND name = ?", .text("\(did)"), .text(name))
      return count > 0
    }
  }
}
