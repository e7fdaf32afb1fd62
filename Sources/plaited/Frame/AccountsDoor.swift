// AccountsDoor.swift: the database of accounts beside the store that a command works on.
import Accounts

extension Job {
  /// `private.sqlite` in the store's folder, made if it is not there.
  func accounts() throws -> AccountStore {
    try AccountStore("\(folder)/private.sqlite")
  }
}
