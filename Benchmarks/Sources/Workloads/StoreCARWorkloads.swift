// StoreCARWorkloads.swift: W4: a repo out of a store and into another, every block verified.
import ATCrypto
import DAGCBOR
import Foundation
import MST
import RepoStore
import World

extension Workload {
  /// Operations are records: 10⁵ of them make 31 MB.
  static func storeCARs(_ records: Int) -> [Workload] {
    [
      Workload("store/export-pack/\(size(records))", operations: records, timing: .process) {
        worlds in
        let world = try StoreWorld(records, .durable, worlds)
        return Pass { try world.export() }
      },
      Workload("store/export-commits/\(size(records))", operations: records, timing: .process) {
        worlds in
        let world = try StoreWorld(committing: records, worlds)
        return Pass { try world.export() }
      },
      Workload("store/import/\(size(records))", operations: records, timing: .wall) { worlds in
        let car = try StoreWorld(records, .memory, worlds).car()
        let target = ImportTarget(worlds)
        return Pass({ try target.importing(car) }, restore: { target.close() })
      },
    ]
  }
}

extension StoreWorld {
  /// Every record a commit of its own, in time order, on the disk with relaxed durability.
  convenience init(committing records: Int, _ worlds: Worlds) throws {
    let world = try worlds.repo(records)
    let indices = world.memberIndices.sorted()
    try self.init(
      world, in: worlds.directory(.durable), .durable,
      { options in
        options.durability = .relaxed
        options.checksCommits = false
      }
    ) { store in
      let author = try Author()
      let repo = try await store.createRepo(NewRepo(author.did, key: author.key))
      for index in indices {
        try await repo.commit([try RecordWrite.creating(index)])
      }
    }
  }

  func export() throws {
    var byteCount = 0
    try repo.snapshot().export { byteCount += $0.count }
    use(byteCount)
  }

  func car() throws -> [UInt8] {
    var car: [UInt8] = []
    try repo.snapshot().export { car += $0 }
    return car
  }
}

/// A new store for every import.
private final class ImportTarget {
  private let worlds: Worlds
  private var made: (ScratchDirectory, RepoStore)?

  init(_ worlds: Worlds) { self.worlds = worlds }

  func importing(_ car: [UInt8]) throws {
    let scratch = try ScratchDirectory(in: worlds.directory(.durable))
    let options = StoreOptions.making
    let store = try RepoStore.open(scratch.path + "/data", options)
    made = (scratch, store)
    try waiting {
      let author = try Author()
      var rest = car[...]
      _ = try await store.importCAR(signer: author.key.publicKey) {
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst(1 << 16) }
        return Array(rest.prefix(1 << 16))
      }
    }
  }

  func close() { made = nil }
}
