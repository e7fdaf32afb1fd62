// PowerlessWorld.swift: stores on disks that lose power.
import ATCrypto
import ATSyntax
import TestKit

@testable import RepoStore

extension World {
  /// Where a store is on a PowerlessDisk.
  static let directory = "/data"

  /// Who signs for whom in random scripts.
  static let keys: [DID: PrivateKey] = {
    let third = try! DID("did:web:three.example")
    let key = try! PrivateKey(curve: .k256, bytes: Array(repeating: 11, count: 32))
    return [did: World.key, otherDID: otherKey, third: key]
  }()

  /// Diaries are private.
  static let policy = RepoPolicy(privateCollections: ["app.example.diary"])

  /// A store of small segments on `disk`, with the keys of all; index and keys are in memory.
  ///
  /// - Parameters:
  ///   - lock: a file of the real disk; nil: nobody else can open the store.
  ///   - index: a folder of the real disk; nil: the index is in memory.
  static func store(
    on disk: PowerlessDisk, lock: String? = nil, index: String? = nil,
    _ change: (inout StoreOptions) -> Void = { _ in }
  ) throws -> RepoStore {
    var place = RepoStore.Place()
    place.lock = lock
    place.index = index
    let options = options {
      $0.segmentByteCount = 64 << 10
      change(&$0)
    }
    let store = try RepoStore.open(
      directory, options, Surroundings(disk: disk, clock: options.clock), place)
    for key in keys.values { try store.keys.add(key) }
    return store
  }

  /// Looks at stores whose repos are signed by `keys`.
  static var audit: StoreAudit { StoreAudit(keys.mapValues(\.publicKey)) }
}
