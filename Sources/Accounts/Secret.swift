// Secret.swift: comparing secrets, and the one key that a server signs its sessions with.

/// Whether two byte strings are the same, in a time that depends on their lengths alone.
public func equalInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  for index in a.indices { difference |= a[index] ^ b[index] }
  return difference == 0
}

extension AccountStore {
  /// The key of the session tokens: 32 random bytes, made with the first call and kept.
  public func sessionKey() throws(AccountError) -> [UInt8] {
    try write { database throws(AccountError) in
      let name = SQLValue.text("session")
      if let key = try database.row(
        "SELECT value FROM secret WHERE name = ?", name, as: { $0.bytes(0) })
      {
        guard key.count == 32 else {
          throw .damaged(table: "secret", detail: "a key of \(key.count) bytes")
        }
        return key
      }
      let key = self.chance.bytes(32)
      try database.run("INSERT INTO secret VALUES (?, ?)", name, .blob(key))
      return key
    }
  }
}
