// StoreConcurrentWorkloads.swift: W2g: many writers on many repos share batches and syncs.
import ATCrypto
import ATSyntax
import DAGCBOR
import Foundation
import Input
import MST
import RepoStore
import Synchronization
import World

extension Workload {
  private static let repoCount = 16

  static func storeWriters(_ records: Int) -> [Workload] {
    [64, 4].map { writers(count: $0, records) }
  }

  /// Each writer waits for its commit; latencies are those of single commits.
  static func writers(count: Int, _ records: Int) -> Workload {
    let name = "store/commit-\(count)-writers/durable/\(size(records))"
    let repoCount = min(count, repoCount)
    // With few writers a batch is small and a pass would be long.
    let perRepo = count == 64 ? RepoWorld.heldOutCount : RepoWorld.heldOutCount / 4
    return Workload(name, operations: repoCount * perRepo, timing: .wall) { worlds in
      let world = try ManyRepos(records, repoCount, worlds)
      let latencies = Mutex<[Double]>([])
      return Pass(
        {
          let taken = try world.commit(writersPerRepo: count / repoCount, perRepo)
          latencies.withLock { $0 = taken }
        }, restore: { try world.delete(perRepo) },
        figures: {
          let quantiles = Quantiles(latencies.withLock { $0 })
          return [
            Figure("\(name)/p50", quantiles(0.5) * 1e3, .milliseconds),
            Figure("\(name)/p99", quantiles(0.99) * 1e3, .milliseconds),
          ]
        })
    }
  }
}

/// A durable store with repos of the same records.
private final class ManyRepos: Sendable {
  private let scratch: ScratchDirectory
  private let store: RepoStore
  private let repos: [Repo]
  private let writes: [RecordWrite]

  init(_ records: Int, _ count: Int, _ worlds: Worlds) throws {
    let world = try worlds.repo(records)
    let scratch = try ScratchDirectory(in: worlds.directory(.durable))
    let options = StoreOptions.making
    let store = try RepoStore.open(scratch.path + "/data", options)
    let authors = try (0..<count).map { try Author(number: $0) }
    for author in authors {
      let pieces = RepoCAR(world, by: author)
      try waiting {
        var car = pieces
        _ = try await store.importCAR(signer: author.key.publicKey) { car.next() }
        // The key of the first is known when the others come, and recognised.
        if try store.repo(author.did).status.signingKey == nil {
          try await store.giveKey(author.key, to: author.did)
        }
      }
    }
    repos = try authors.map { try store.repo($0.did) }
    writes = try world.heldOutIndices.map(RecordWrite.creating)
    self.store = store
    self.scratch = scratch
  }

  /// - Returns: the seconds that each commit took.
  func commit(writersPerRepo: Int, _ perRepo: Int) throws -> [Double] {
    try waiting { [self] in
      try await withThrowingTaskGroup(of: [Double].self) { group in
        for repo in repos {
          for writer in 0..<writersPerRepo {
            let range = stride(from: writer, to: perRepo, by: writersPerRepo)
            let own = range.map { writes[$0] }
            group.addTask { try await ManyRepos.commit(own, to: repo) }
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
    }
  }

  private static func commit(_ writes: [RecordWrite], to repo: Repo) async throws -> [Double] {
    var seconds: [Double] = []
    for write in writes {
      let start = ContinuousClock.now
      try await repo.commit([write])
      seconds.append((ContinuousClock.now - start) / .seconds(1))
      // A commit that finds nobody writing is written on this thread, without a pause for others:
      // a loop of them would keep the thread, and the other writers from it.
      await Task.yield()
    }
    return seconds
  }

  func delete(_ perRepo: Int) throws {
    for repo in repos {
      let deletes = writes.prefix(perRepo).map { RecordWrite($0.path, .delete) }
      try waiting {
        for start in stride(from: 0, to: deletes.count, by: CommitShape.batchCount) {
          let end = min(deletes.count, start + CommitShape.batchCount)
          try await repo.commit(Array(deletes[start..<end]))
        }
      }
    }
  }
}
