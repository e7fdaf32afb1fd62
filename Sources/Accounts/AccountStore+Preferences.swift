// AccountStore+Preferences.swift: what clients keep for a person: a list of objects, each of a
// type.
//
// Not here: what the objects mean, or who may see which (XRPC).
import ATSyntax

/// One object of the list: its `$type` and its JSON.
public struct Preference: Hashable, Sendable {
  public var type: String
  public var json: String

  public init(type: String, json: String) {
    self.type = type
    self.json = json
  }
}

extension AccountStore {
  /// In the order in which they were put.
  public func preferences(of did: DID) throws(AccountError) -> [Preference] {
    try read { database throws(AccountError) in
      try database.rows(
        "SELECT type, value FROM preference WHERE did = ? ORDER BY position", .text("\(did)")
      ) { Preference(type: $0.text(0), json: $0.text(1)) }
    }
  }

  /// Replaces the preferences whose type `isReplaced` picks; the others stay, before them.
  ///
  /// - Throws: `.preferences` where all of them are more than is kept.
  public func setPreferences(
    _ preferences: [Preference], of did: DID, replacing isReplaced: (String) -> Bool
  ) throws(AccountError) {
    try write { database throws(AccountError) in
      let known = try database.row("SELECT 1 FROM account WHERE did = ?", .text("\(did)")) { _ in
        true
      }
      guard known != nil else { throw .noAccount(did) }
      let kept = try database.rows(
        "SELECT type, value FROM preference WHERE did = ? ORDER BY position", .text("\(did)")
      ) { Preference(type: $0.text(0), json: $0.text(1)) }.filter { !isReplaced($0.type) }
      let all = kept + preferences
      let byteCount = all.reduce(0) { $0 + $1.json.utf8.count }
      guard byteCount <= AccountLimits.preferenceByteCountMax else {
        throw .preferences(byteCount: byteCount)
      }
      try database.run("DELETE FROM preference WHERE did = ?", .text("\(did)"))
      for (position, preference) in all.enumerated() {
        try database.run(
          "INSERT INTO preference VALUES (?, ?, ?, ?)", .text("\(did)"),
          .integer(Int64(position)), .text(preference.type), .text(preference.json))
      }
    }
  }
}
