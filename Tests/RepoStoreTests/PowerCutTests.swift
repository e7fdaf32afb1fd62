// PowerCutTests.swift: a store loses power at any moment, again and again, and keeps its promises.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A power cut")
struct PowerCutTests {
  /// Writes until the power goes or `stepCount` steps are done.
  private func live(
    _ script: inout CrashScript, on disk: PowerlessDisk, stepCount: Int, lock: String? = nil
  ) async throws {
    do {
      let store = try World.store(on: disk, lock: lock) {
        if script.ledger.mayBeCut { $0.eventByteCountMax = 10_000 }
      }
      try require(store.damage == nil, "damage: \(store.damage as Any)")
      try script.ledger.settle(with: store, &script.audit)
      for _ in 0..<stepCount { try await script.step(on: store) }
      if lock != nil && Bool.random(using: &script.random) { try store.close() }
    } catch let error as Wrong {
      throw error
    } catch {
      guard disk.isDead else { throw error }
    }
  }

  @Test("at any operation loses nothing that was acknowledged, and adds nothing")
  func everyOperation() async throws {
    var random = SplitMix64.printed("power cuts at every operation")
    let seed = random.next()
    let count = try await operationCount(seed: seed)
    for fuse in 0..<count {
      for _ in 0..<scaled(1) {
        var script = CrashScript(seed: seed)
        let disk = PowerlessDisk()
        disk.setFuse(after: fuse)
        do {
          try await live(&script, on: disk, stepCount: 12)
          try await live(&script, on: disk.crashed(&random), stepCount: 2)
        } catch {
          Issue.record("operation \(fuse): \(error)")
          return
        }
      }
    }
  }

  private func operationCount(seed: UInt64) async throws -> Int {
    var script = CrashScript(seed: seed)
    let disk = PowerlessDisk()
    try await live(&script, on: disk, stepCount: 12)
    return disk.operationCount
  }

  @Test(
    "follows a power cut, also while the store recovers from the one before",
    arguments: [false, true])
  func again(mayBeCut: Bool) async throws {
    var random = SplitMix64.printed("many lives of a store\(mayBeCut ? " that lets go" : "")")
    for run in 0..<scaled(40) {
      let scratch = Scratch()
      var script = CrashScript(seed: random.next())
      script.ledger.mayBeCut = mayBeCut
      var disk = PowerlessDisk()
      let lock = run % 2 == 0 ? nil : scratch.path + "/lock"
      for life in 0..<12 {
        // Half of the lives end while the store is being opened.
        let isShort = Bool.random(using: &random)
        disk.setFuse(after: Int.random(in: isShort ? 0..<14 : 14..<200, using: &random))
        do {
          try await live(&script, on: disk, stepCount: 40, lock: lock)
        } catch {
          Issue.record("run \(run), life \(life): \(error)")
          return
        }
        disk = disk.crashed(&random)
      }
    }
  }

  @Test(
    "takes newest commits alone where durability is relaxed, and nothing when a process is killed")
  func relaxed() async throws {
    var random = SplitMix64.printed("relaxed durability")
    for _ in 0..<scaled(60) {
      var script = CrashScript(seed: random.next())
      let disk = PowerlessDisk()
      do {
        let store = try World.store(on: disk) { $0.durability = .relaxed }
        try script.ledger.settle(with: store, &script.audit)
        for _ in 0..<Int.random(in: 5..<40, using: &random) { try await script.step(on: store) }
      }
      let crashed = try World.store(on: disk.crashed(&random))
      #expect(crashed.damage == nil)
      var audit = World.audit
      _ = try audit.run(on: crashed)
      for status in crashed.repos {
        let found = try crashed.repo(status.did, status.space).log().map(\.head.commit)
        let known = script.ledger.repos[status.name]?.commits ?? []
        // A repo of that name that was deleted since may be there again.
        #expect(known.starts(with: found.reversed()) || !known.contains(found[found.count - 1]))
      }

      let killed = disk.surviving()
      try script.ledger.settle(with: try World.store(on: killed), &script.audit)
      // What was found there is durable from then on.
      try script.ledger.settle(with: try World.store(on: killed.crashed(&random)), &script.audit)
    }
  }
}
