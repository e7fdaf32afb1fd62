// DamageTests.swift: durable bytes that rot are named, and are never a quietly shorter log.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@testable import RepoStore

@Suite("Rot")
struct DamageTests {
  /// A store of several segments, without a clean close: the disk and the events it showed.
  private func world(seed: UInt64) async throws -> (disk: PowerlessDisk, events: [LogEvent]) {
    let disk = PowerlessDisk()
    let store = try World.store(on: disk)
    var script = CrashScript(seed: seed)
    while store.status.segmentCount < 4 { try await script.step(on: store) }
    for _ in 0..<5 { try await script.step(on: store) }
    return (disk, try script.audit.run(on: store))
  }

  /// The entries of a segment, as they lie there.
  private func entries(_ number: UInt32, on disk: PowerlessDisk) throws -> [ScannedEntry] {
    let files = LogFiles(StoreLayout(root: World.directory), on: disk)
    let header = try Recovery.header(of: number, in: files)
    var reader = try SegmentReader(files.file(.segment(number)), header: header)
    var entries: [ScannedEntry] = []
    var next = try reader.firstEntry(ofBatchAt: LogFormat.pageByteCount, lsn: header.firstLSN)
    while let entry = next {
      entries.append(entry)
      next = try reader.entry(after: entry)
    }
    return entries
  }

  private func path(_ number: UInt32) -> String {
    StoreLayout(root: World.directory).path(of: .segment(number))
  }

  @Test("of an entry that later ones prove opens the store for reading only, naming the place")
  func entry() async throws {
    var random = SplitMix64.printed("rot in entries")
    let (disk, events) = try await world(seed: random.next())
    let files = LogFiles(StoreLayout(root: World.directory), on: disk)
    let numbers = try files.segmentFiles()
    for round in 0..<scaled(120) {
      let image = disk.crashed(&random)
      let number = try #require(numbers.randomElement(using: &random))
      let entries = try entries(number, on: image)
      // The last batch of the log is proven by nothing.
      let proven = entries.filter {
        number != numbers.last || $0.header.batch != entries.last?.header.batch
      }
      guard let entry = proven.randomElement(using: &random) else { continue }
      let byte = Int.random(
        in: entry.offset..<entry.payloadOffset + entry.payload.count, using: &random)
      image.flip(bit: 8 * byte + Int.random(in: 0..<8, using: &random), of: path(number))
      do {
        let run = entries.last {
          $0.header.lsn < entry.header.lsn && !$0.header.flags.contains(.more)
        }
        let first = run?.header.lsn.advanced(by: 1) ?? entries[0].header.lsn
        try expectDamage(of: image, at: entry, in: first, path(number), events)
      } catch {
        Issue.record("round \(round), segment \(number), entry \(entry.header.lsn): \(error)")
        return
      }
    }
  }

  private func expectDamage(
    of image: PowerlessDisk, at entry: ScannedEntry, in run: LSN, _ path: String,
    _ events: [LogEvent]
  ) throws {
    let names = try image.names(in: World.directory + "/log").sorted()
    let store = try World.store(on: image)
    guard let damage = store.damage else { throw Wrong("no damage was found") }
    try require(damage.path == path, "\(damage)")
    // What is valid ends where the entry begins, or with the batch before it.
    try require(
      damage.offset <= entry.offset && entry.offset - damage.offset < LogFormat.pageByteCount,
      "\(damage), the entry is at \(entry.offset)")
    try require(store.readOnlyReason != nil, "the store can be written")
    try require(
      try image.names(in: World.directory + "/log").sorted() == names, "files have changed")
    try expectPrefix(of: events, in: store, before: run)
  }

  /// What the store shows was there, and it shows everything before the damage, or says why not.
  private func expectPrefix(
    of events: [LogEvent], in store: RepoStore, before lsn: LSN
  ) throws {
    let known = Dictionary(uniqueKeysWithValues: events.map { ($0.lsn, $0.frame) })
    var reader = store.events(after: .zero, streams: [.public, .private])
    do {
      while let event = try reader.next() {
        // Repos that were deleted later are still there before the damage.
        if let frame = known[event.lsn] {
          try require(frame == event.frame, "event \(event.lsn) is another one")
        }
      }
    } catch {
      guard case StoreError.corrupt(let corruption) = error else { throw error }
      try require(reader.position.rawValue + 1 >= lsn.rawValue, "\(reader.position): \(corruption)")
    }
    try require(reader.position.rawValue + 1 >= lsn.rawValue, "the log ends at \(reader.position)")
  }

  @Test("of a segment's header is named", arguments: [8 * 0, 8 * 9, 8 * 41, 8 * 60, 8 * 84])
  func header(bit: Int) async throws {
    let (disk, _) = try await world(seed: 3)
    let files = LogFiles(StoreLayout(root: World.directory), on: disk)
    for number in try files.segmentFiles() {
      let image = disk.surviving()
      image.flip(bit: bit, of: path(number))
      do {
        let store = try World.store(on: image)
        #expect(store.damage?.path == path(number))
        #expect(store.readOnlyReason != nil)
      } catch {
        guard case StoreError.corrupt(let corruption) = error else { throw error }
        #expect(corruption.path == path(number))
      }
    }
  }

  @Test("that takes a whole segment is named")
  func missing() async throws {
    let (disk, _) = try await world(seed: 4)
    let files = LogFiles(StoreLayout(root: World.directory), on: disk)
    for number in try files.segmentFiles().dropLast() {
      let image = disk.surviving()
      try image.remove(path(number))
      do {
        let store = try World.store(on: image)
        #expect(store.damage?.kind == .segmentMissing)
        #expect(store.damage?.path == path(number))
      } catch {
        guard case StoreError.corrupt(let corruption) = error else { throw error }
        #expect(corruption.kind == .segmentMissing)
        #expect(corruption.path == path(number))
      }
    }
  }

  @Test("is proven by a clean close where the log has lost its end")
  func cleanMark() async throws {
    var random = SplitMix64.printed("logs that lost their end")
    for _ in 0..<scaled(20) {
      let scratch = Scratch()
      let lock = scratch.path + "/lock"
      let disk = PowerlessDisk()
      var script = CrashScript(seed: random.next())
      do {
        let store = try World.store(on: disk, lock: lock)
        for _ in 0..<8 { try await script.step(on: store) }
        try store.close()
      }
      let number = try #require(
        try LogFiles(StoreLayout(root: World.directory), on: disk).segmentFiles().last)
      let entries = try entries(number, on: disk)
      let entry = try #require(entries.randomElement(using: &random))
      let image = disk.surviving()
      image.flip(bit: 8 * (entry.offset + 20), of: path(number))
      let store = try World.store(on: image, lock: lock)
      let damage = try #require(store.damage)
      #expect(damage.path == path(number))
      #expect(entry.offset - damage.offset < LogFormat.pageByteCount)
      #expect(damage.offset <= entry.offset)
      #expect(store.readOnlyReason != nil)
    }
  }
}
