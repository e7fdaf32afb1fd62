// ServedStore.swift: a store on disk with a repo or two, and a server in front of it.
import ATCrypto
import ATSyntax
import Accounts
import DAGCBOR
import Foundation
import Logging
import MST
import RepoStore

@testable import XRPC

/// A store in a directory that goes when the test does.
final class ServedStore: Sendable {
  let store: RepoStore
  let accounts: AccountStore
  let repo: Repo
  private let directory: URL

  static let did = try! DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")
  static let otherDID = try! DID("did:plc:44ybard66vv44zksje25o7dz")
  static let key = try! PrivateKey(curve: .k256, bytes: Array(repeating: 7, count: 32))
  static let handle = try! Handle("alice.example")

  /// A store with one public repo that has no records.
  init(_ change: (inout StoreOptions) -> Void = { _ in }) async throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("plaited-test-\(UUID().uuidString)")
    var options = StoreOptions()
    options.createsIfMissing = true
    options.segmentByteCount = 1 << 20
    change(&options)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    store = try RepoStore.open(directory.appendingPathComponent("data").path, options)
    // Cheap hashes: what they cost is not what these tests ask.
    accounts = try AccountStore(
      directory.appendingPathComponent("private.sqlite").path, cost: HashCost(logRounds: 4))
    repo = try await store.createRepo(
      NewRepo(ServedStore.did, key: ServedStore.key, handle: ServedStore.handle))
  }

  deinit {
    do {
      try store.close()
      try FileManager.default.removeItem(at: directory)
    } catch {
      print("\(directory.path) stays: \(error)")
    }
  }

  static func path(_ text: String) -> RecordPath { try! RecordPath(text) }

  static func note(_ text: String) -> CBORValue {
    ["$type": "app.example.note", "text": .string(text), "createdAt": "2026-11-21T10:00:00.000Z"]
  }

  /// Notes with keys a to z and beyond, in one commit each.
  @discardableResult
  func write(_ keys: [String], to repo: Repo? = nil) async throws -> [CommitReceipt] {
    var receipts: [CommitReceipt] = []
    for key in keys {
      let write = RecordWrite(
        ServedStore.path("app.example.note/\(key)"), .put(ServedStore.note(key)))
      receipts.append(try await (repo ?? self.repo).commit([write]))
    }
    return receipts
  }

  /// Serves the store while `body` runs.
  func serve<Result: Sendable>(
    _ configuration: Server.Configuration = .init(),
    _ body: @Sendable @escaping (RunningServer) async throws -> Result
  ) async throws -> Result {
    try await RunningServer.with(configuration, body) { configuration in
      Server(
        self.store, self.accounts, configuration,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
  }
}

extension HTTPAnswer {
  /// The body as a value.
  var json: CBORValue {
    get throws { try JSONForm.decode(body) }
  }

  /// A member of the body.
  subscript(_ key: String) -> CBORValue? {
    get throws {
      guard case .map(let map) = try json else { return nil }
      return map[key]
    }
  }

  /// The blocks of a CAR, each hashed by the reader, and its roots.
  var car: (roots: [CID], blocks: [(cid: CID, bytes: [UInt8])]) {
    get throws {
      var reader = CARReader()
      reader.append(body)
      var found: (roots: [CID], blocks: [(cid: CID, bytes: [UInt8])]) = ([], [])
      while let item = try reader.next() {
        switch item {
        case .header(let roots): found.roots = roots
        case .block(let cid, let bytes, _): found.blocks.append((cid, bytes))
        }
      }
      try reader.finish()
      return found
    }
  }
}
