// StoreReadWorkloads.swift: W5 through a store: records and proofs from snapshots.
//
// A snapshot decodes the nodes on the way with each question; "cached" means that their bytes and
// the record's are in the store's cache.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import Synchronization
import World

extension Workload {
  private static let readCount = 5_000
  private static let coldReadCount = 1_000

  static func storeReads(_ records: Int) -> [Workload] {
    [
      reading("read-cached", records, readCount) { world, paths in
        let snapshot = try world.repo.snapshot()
        for path in paths { use(try found(path, in: snapshot)) }
      },
      Workload("store/read-cold/\(size(records))", operations: coldReadCount) { worlds in
        let world = try StoreWorld(records, .durable, worlds)
        let paths = try Workload.paths(worlds.repo(records), coldReadCount)
        try world.store.close()
        let open = OpenedAgain(world.scratch)
        try open.reopen()
        return Pass(
          {
            let snapshot = try open.repo().snapshot()
            for path in paths { use(try found(path, in: snapshot)) }
          }, restore: { try open.reopen() })
      },
      reading("prove", records, coldReadCount) { world, paths in
        let snapshot = try world.repo.snapshot()
        for path in paths { use(try snapshot.proof(of: path)) }
      },
      Workload("store/verify-proof/\(size(records))", operations: coldReadCount) { worlds in
        let world = try StoreWorld(records, .memory, worlds)
        let snapshot = try world.repo.snapshot()
        let paths = try Workload.paths(worlds.repo(records), coldReadCount)
        let proofs = try paths.map { ($0, try snapshot.proof(of: $0)) }
        let key = try Author().key.publicKey
        return Pass {
          for (path, car) in proofs {
            let proof = try RepoProof(car: car)
            try proof.check(signer: key)
            let record = try proof.record(at: path)
            precondition(record != nil, "\(path) is lost")
          }
        }
      },
    ]
  }

  private static func reading(
    _ verb: String, _ records: Int, _ count: Int,
    _ body: @escaping (StoreWorld, [RecordPath]) throws -> Void
  ) -> Workload {
    Workload("store/\(verb)/\(size(records))", operations: count) { worlds in
      let world = try StoreWorld(records, .durable, worlds)
      let paths = try paths(worlds.repo(records), count)
      return Pass { try body(world, paths) }
    }
  }

  private static func found(
    _ path: RecordPath, in snapshot: RepoSnapshot
  ) throws -> StoredRecord {
    guard let record = try snapshot.record(at: path) else {
      preconditionFailure("\(path) is lost")
    }
    return record
  }

  private static func paths(_ world: RepoWorld, _ count: Int) throws -> [RecordPath] {
    try world.sample.prefix(count).map { entry in
      try entry.key.bytes.withUnsafeBytes { try RecordPath(utf8: $0) }
    }
  }
}

/// A store that is closed and opened between passes, so that its cache is empty.
private final class OpenedAgain {
  private let scratch: ScratchDirectory
  private var store: RepoStore?

  init(_ scratch: ScratchDirectory) { self.scratch = scratch }

  func reopen() throws {
    try store?.close()
    store = nil
    store = try RepoStore.open(scratch.path + "/data", .making)
  }

  func repo() throws -> Repo {
    guard let store else { preconditionFailure("the store is not open") }
    return try store.repo(try Author().did)
  }
}
