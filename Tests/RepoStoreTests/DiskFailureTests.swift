// DiskFailureTests.swift: calls to the disk that fail while the power stays on.
import ATSyntax
import DAGCBOR
import Dispatch
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("A failed call to the disk")
struct DiskFailureTests {
  private func write(_ number: Int, _ text: String) -> RecordWrite {
    RecordWrite(World.path("app.example.note/\(number)"), .put(World.note(text)))
  }

  @Test("leaves the outcome unknown, poisons the writer, and is decided by opening again")
  func poison() async throws {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    let before = try repo.head
    disk.failOperation(after: 1)
    for attempt in 0..<3 {
      do throws(StoreError) {
        try await repo.commit([write(attempt, "x")])
        Issue.record("a commit was acknowledged without a sync")
      } catch {
        guard case .outcomeUnknown(let rev, _) = error else { throw error }
        #expect((rev != nil) == (attempt == 0))
      }
    }
    #expect(try repo.head == before)
    #expect(try repo.snapshot().entries().isEmpty)
    try store.close()

    // In the same boot the cache shows the commit; after a power cut the disk does not hold it.
    let cached = try World.store(on: disk.surviving())
    #expect(try cached.repo(World.did).log().count == 2)
    var random = SplitMix64(seed: 1)
    let lost = try World.store(on: disk.crashed(&random))
    #expect(try lost.repo(World.did).head == before)
  }

  @Test("that opening again accepted is durable from then on")
  func accepted() async throws {
    var random = SplitMix64.printed("accepted after a failed sync")
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    disk.failOperation(after: 1)
    await #expect(throws: StoreError.self) { try await repo.commit([write(1, "x")]) }
    let again = disk.surviving()
    let head = try World.store(on: again).repo(World.did).head
    #expect(try head != repo.head)
    for _ in 0..<8 {
      let after = try World.store(on: again.crashed(&random))
      #expect(try after.repo(World.did).head == head)
    }
  }

  @Test("of the zeros ahead is told to the writer too: it may have been about a batch")
  func zeros() async throws {
    let disk = PowerlessDisk()
    try disk.makeDirectory("/log")
    let queue = DispatchQueue(label: "zeros")
    let setting = LogWriter.Setting(
      disk: disk, layout: StoreLayout(root: ""), segmentByteCount: 8 << 20, syncs: true,
      queue: queue)
    let header = SegmentHeader(
      identity: StoreIdentity(store: (1, 2), epoch: 3), number: 1, salt: 4,
      firstLSN: LSN(rawValue: 1), previous: nil)
    var writer = try LogWriter(setting, beginning: header)
    queue.suspend()
    try writer.write(batch(of: &writer, lsn: 1))
    // The first zeros are written, and their sync fails.
    disk.failOperation(after: 1)
    queue.resume()
    queue.sync {}
    let next = batch(of: &writer, lsn: 2)
    #expect(throws: DiskError.self) { try writer.write(next) }
  }

  private func batch(of writer: inout LogWriter, lsn: UInt64) -> Batch {
    var batch = writer.batch(next: LSN(rawValue: lsn), nextSeq: 1, time: 0)
    batch.append(.own(.control, .string(String(repeating: "x", count: 200_000))))
    batch.close()
    return batch
  }

  @Test("while a segment begins loses nothing, whatever is written after it", arguments: 0..<10)
  func roll(after count: Int) async throws {
    var random = SplitMix64(seed: UInt64(count))
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    let repo = try await store.createRepo(NewRepo(World.did, key: World.key))
    var heads: [RepoHead] = []
    var refusals = 0
    for index in 0..<40 where refusals < 3 {
      // Set again for each commit: two operations are a batch, more are the beginning of a segment.
      if store.status.logByteCount > 45_000 && refusals == 0 { disk.failOperation(after: count) }
      do {
        // A small one may still find room where a large one did not.
        let text = String(repeating: "\(index)", count: refusals == 0 ? 6_000 : 60)
        heads.append(try await repo.commit([write(index % 9, text)]).head)
      } catch {
        refusals += 1
      }
    }
    for image in [disk.surviving(), disk.crashed(&random)] {
      let after = try World.store(on: image)
      #expect(after.damage == nil)
      let log = try after.repo(World.did).log().map(\.head)
      for head in heads { #expect(log.contains(head), "\(head.rev) is lost") }
    }
  }
}
