// AccountError.swift: what the accounts' database refuses or fails at, with the evidence.
import ATSyntax

/// Why something about accounts was not done.
public enum AccountError: Error, Hashable, Sendable {
  // The caller's.
  case noAccount(DID)
  /// The e-mail address is another account's.
  case emailTaken
  /// The password is too short or too long, in bytes.
  case password(byteCount: Int)
  case appPasswordName(byteCount: Int)
  case appPasswordExists(name: String)
  case appPasswordCount(max: Int)
  case preferences(byteCount: Int)

  // The disk's, and what was found on it.
  case file(operation: String, path: String, code: Int32)
  /// Others may read or write the file.
  case fileTooOpen(path: String, mode: UInt32)
  /// SQLite's code and sentence.
  case database(code: Int32, message: String)
  /// The database was made by a later version.
  case version(found: Int64, known: Int64)
  /// The file is a database of something else.
  case foreign(path: String)
  /// A row does not say what it must.
  case damaged(table: String, detail: String)
  case hashing
}

extension AccountError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noAccount(let did): "there is no account of \(did)"
    case .emailTaken: "the e-mail address is another account's"
    case .password(let byteCount):
      "the password has \(byteCount) bytes, expected "
        + "\(AccountLimits.passwordByteCounts.lowerBound) to "
        + "\(AccountLimits.passwordByteCounts.upperBound)"
    case .appPasswordName(let byteCount):
      "the name of an app password has \(byteCount) bytes, expected 1 to "
        + "\(AccountLimits.appPasswordNameByteCountMax)"
    case .appPasswordExists(let name): "there is an app password named \(name) already"
    case .appPasswordCount(let max): "there are \(max) app passwords already: revoke one"
    case .preferences(let byteCount):
      "the preferences have \(byteCount) bytes, at most "
        + "\(AccountLimits.preferenceByteCountMax) are kept"
    case .file(let operation, let path, let code): "\(operation) \(path): error \(code)"
    case .fileTooOpen(let path, let mode):
      "\(path) has mode \(String(mode, radix: 8)) and may be read by others: expected 600"
    case .database(let code, let message): "SQLite: \(message) (\(code))"
    case .version(let found, let known):
      "the database of accounts is of version \(found), and this program knows \(known)"
    case .foreign(let path): "\(path) is no database of accounts"
    case .damaged(let table, let detail): "table \(table) is damaged: \(detail)"
    case .hashing: "the password could not be hashed"
    }
  }
}
