// AccountsWorld.swift: a database of accounts in a folder that goes when the test does.
import ATSyntax
import Foundation
import TestKit

@testable import Accounts

final class AccountsWorld: Sendable {
  let path: String
  private let folder: URL

  static let alice = try! DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
  static let bob = try! DID("did:plc:44ybard66vv44zksje25o7dz")
  static let password = "correct horse"
  static let start = Moment(seconds: 1_800_000_000)
  /// Cheap enough for tests: what it costs is not what they ask.
  static let cost = HashCost(logRounds: 4)

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("plaited-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appendingPathComponent("private.sqlite").path
  }

  deinit {
    do { try FileManager.default.removeItem(at: folder) } catch { print("\(folder.path) stays") }
  }

  func open(_ cost: HashCost = AccountsWorld.cost) throws -> AccountStore {
    try AccountStore(path, cost: cost)
  }

  /// With an account that has a password.
  func openWithAlice() throws -> AccountStore {
    let store = try open()
    try store.setPassword(
      AccountsWorld.password, of: AccountsWorld.alice, at: AccountsWorld.start)
    return store
  }

  /// Every file beside the database, and its mode.
  var modes: [String: Int] {
    get throws {
      var modes: [String: Int] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let attributes = try FileManager.default.attributesOfItem(
          atPath: folder.appendingPathComponent(name).path)
        modes[name] = attributes[.posixPermissions] as? Int
      }
      return modes
    }
  }
}

extension AccountStore {
  /// The first column of a statement's first row.
  func text(_ sql: StaticString) throws -> String? {
    try read { database throws(AccountError) in try database.row(sql) { $0.text(0) } }
  }
}
