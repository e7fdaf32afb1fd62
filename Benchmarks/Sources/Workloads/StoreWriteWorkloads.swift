// StoreWriteWorkloads.swift: W2 and W3: commits through a store, in memory and on the disk.
import ATSyntax
import DAGCBOR
import MST
import RepoStore
import World

extension Workload {
  static func storeCommits(_ records: Int) -> [Workload] {
    [
      oneByOne("checked", .memory, records) { _ in },
      oneByOne("unchecked", .memory, records) { $0.checksCommits = false },
      pipelined("checked", records) { _ in },
      pipelined("unchecked", records) { $0.checksCommits = false },
    ]
  }

  static func storeDurableCommits(_ records: Int) -> [Workload] {
    [oneByOne("checked", .durable, records) { _ in }]
  }

  static func storeBatches(_ records: Int) -> [Workload] {
    StorePlace.both.flatMap { place in
      ["random", "in-time-order"].map { batches($0, place, records) }
    }
  }

  /// One writer that waits for each commit.
  private static func oneByOne(
    _ variant: String, _ place: StorePlace, _ records: Int,
    _ change: @escaping (inout StoreOptions) -> Void
  ) -> Workload {
    Workload(
      "store/commit-\(variant)/\(place)/\(size(records))", operations: RepoWorld.heldOutCount,
      timing: place == .memory ? .process : .wall
    ) { worlds in
      let world = try StoreWorld(records, place, worlds, change)
      return Pass(
        {
          try waiting {
            for write in world.heldOut { try await world.repo.commit([write]) }
          }
        }, restore: { try world.delete(world.heldOut) })
    }
  }

  /// One writer that hands in commit after commit and waits for the last: what is drafted here is
  /// signed and written beside.
  private static func pipelined(
    _ variant: String, _ records: Int, _ change: @escaping (inout StoreOptions) -> Void
  ) -> Workload {
    Workload(
      "store/commit-pipelined-\(variant)/memory/\(size(records))",
      operations: RepoWorld.heldOutCount, timing: .wall
    ) { worlds in
      let world = try StoreWorld(records, .memory, worlds, change)
      return Pass(
        {
          try waiting {
            var last: PendingCommit?
            for (index, write) in world.heldOut.enumerated() {
              last = try world.repo.enqueue([write])
              if index % 16 == 0 { world.store.flush() }
            }
            world.store.flush()
            _ = try await last?.durable
          }
        }, restore: { try world.delete(world.heldOut) })
    }
  }

  private static func batches(
    _ order: String, _ place: StorePlace, _ records: Int
  ) -> Workload {
    let count = order == "random" ? RepoWorld.heldOutCount : RepoWorld.laterCount
    return Workload(
      "store/commit-by-200-\(order)/\(place)/\(size(records))", operations: count,
      timing: place == .memory ? .process : .wall
    ) { worlds in
      let world = try StoreWorld(records, place, worlds)
      let writes = order == "random" ? world.heldOut : world.later
      return Pass(
        {
          try waiting {
            for start in stride(from: 0, to: count, by: CommitShape.batchCount) {
              try await world.repo.commit(Array(writes[start..<start + CommitShape.batchCount]))
            }
          }
        }, restore: { try world.delete(writes) })
    }
  }
}

extension StorePlace {
  static let both = [StorePlace.memory, .durable]
}
