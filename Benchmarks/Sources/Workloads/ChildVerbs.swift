// ChildVerbs.swift: what a child does to a store while its memory and its writes are looked at.
import ATCrypto
import ATSyntax
import DAGCBOR
import Foundation
import Glibc
import Input
import MST
import RepoStore
import World

extension Child {
  /// Does what `arguments` say: a verb, a store, and what the verb needs.
  public static func serve(_ arguments: [String]) throws {
    guard arguments.count >= 2 else { throw Failed(description: "expected VERB STORE …") }
    let (verb, store) = (arguments[0], arguments[1])
    let rest = arguments.dropFirst(2).map { $0 }
    switch verb {
    case "import": try importing(store, car: rest[0])
    case "build": try building(store, count: number(rest[0]))
    case "commit": try committing(store, number(rest[0]), from: number(rest[1]), waits: false)
    case "commit-and-wait":
      try committing(store, number(rest[0]), from: number(rest[1]), waits: true)
    case "open": try opening(store)
    case "count-writes":
      try countingWrites(store, number(rest[0]), from: number(rest[1]), writers: number(rest[2]))
    case "count-index-writes":
      try countingIndexWrites(store, number(rest[0]), from: number(rest[1]))
    default: throw Failed(description: "\(verb) is not a verb")
    }
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text) else { throw Failed(description: "\(text) is not a number") }
    return number
  }

  private static func say(_ name: String, _ value: Double) {
    print(name, value)
    fflush(nil)
  }

  private static func open(
    _ path: String, _ change: (inout StoreOptions) -> Void = { _ in }
  ) throws -> RepoStore {
    var options = StoreOptions.making
    change(&options)
    return try RepoStore.open(path, options)
  }

  private static func importing(_ path: String, car: String) throws {
    guard let file = FileHandle(forReadingAtPath: car) else {
      throw Failed(description: "\(car) cannot be read")
    }
    let store = try open(path)
    let author = try Author()
    let base = ProcessMemory.anonymous
    let watch = MemoryWatch()
    let start = ContinuousClock.now
    try waiting {
      _ = try await store.importCAR(signer: author.key.publicKey) {
        let chunk = file.readData(ofLength: 1 << 16)
        return chunk.isEmpty ? nil : Array(chunk)
      }
    }
    say("seconds", (ContinuousClock.now - start) / .seconds(1))
    say("base", base)
    say("peak", watch.stop())
    try waiting { try await store.giveKey(author.key, to: author.did) }
    try store.close()
  }

  /// A repo from nothing, 200 records a commit.
  private static func building(_ path: String, count: Int) throws {
    let store = try open(path) { $0.durability = .relaxed }
    let author = try Author()
    let watch = MemoryWatch()
    let start = ContinuousClock.now
    try waiting {
      let repo = try await store.createRepo(NewRepo(author.did, key: author.key))
      for first in stride(from: 0, to: count, by: CommitShape.batchCount) {
        let last = min(count, first + CommitShape.batchCount)
        try await repo.commit(try (first..<last).map(RecordWrite.creating))
      }
    }
    say("seconds", (ContinuousClock.now - start) / .seconds(1))
    say("peak", watch.stop())
    try store.close()
  }

  private static func committing(
    _ path: String, _ count: Int, from first: Int, waits: Bool
  ) throws {
    let store = try open(path) { options in
      options.durability = .relaxed
      options.checksCommits = false
    }
    let repo = try store.repo(try Author().did)
    try waiting {
      for index in first..<first + count { try await repo.commit([try .creating(index)]) }
    }
    guard waits else { return try store.close() }
    print("ready")
    fflush(nil)
    pause()
  }

  private static func opening(_ path: String) throws {
    let base = ProcessMemory.anonymous
    let start = ContinuousClock.now
    let store = try open(path)
    say("milliseconds", (ContinuousClock.now - start) / .milliseconds(1))
    say("opened", ProcessMemory.anonymous)
    let repo = try store.repo(try Author().did)
    try waiting { _ = try await repo.commit([]) }
    let snapshot = try repo.snapshot()
    for index in 0..<1_000 {
      let path = try CommonInput.key(index * 97).withUnsafeBytes { try RecordPath(utf8: $0) }
      use(try snapshot.record(at: path))
    }
    usleep(500_000)
    say("base", base)
    say("idle", ProcessMemory.anonymous)
    say("mapped", ProcessMemory.mapped)
    try store.close()
  }

  /// Commits of one record, by one writer or by many at once, and what reached the disk.
  private static func countingWrites(
    _ path: String, _ count: Int, from first: Int, writers: Int
  ) throws {
    let store = try open(path)
    let (before, bytes, lsn) = (DiskWrites(at: path), store.status.logByteCount, store.lastLSN)
    let zeroed = try Child.segmentByteCount(path)
    try commit(count, from: first, to: store, writers: writers)
    let written = DiskWrites(at: path) - before
    say("device", written.deviceByteCount / Double(count))
    say("flushes", written.flushCount / Double(count))
    say("log", Double(store.status.logByteCount - bytes) / Double(count))
    say("zeroed", Double(try Child.segmentByteCount(path) - zeroed) / Double(count))
    var frames = store.events(after: lsn)
    var frameByteCount = 0
    while let event = try frames.next() { frameByteCount += event.frame.count }
    say("frame", Double(frameByteCount) / Double(count))
    try store.close()
  }

  /// Without syncs nothing is zeroed ahead: what is written and is not the log is the index.
  private static func countingIndexWrites(
    _ path: String, _ count: Int, from first: Int
  ) throws {
    let store = try open(path) { $0.durability = .relaxed }
    let (before, status) = (DiskWrites(at: path), store.status)
    try commit(count, from: first, to: store, writers: 64)
    try store.close()
    let written = (DiskWrites(at: path) - before).ownByteCount
    let firstPieces = (store.status.segmentCount - status.segmentCount) * (256 << 10)
    let log = store.status.logByteCount - status.logByteCount + firstPieces
    say("index", (written - Double(log)) / Double(count))
  }

  private static func commit(
    _ count: Int, from first: Int, to store: RepoStore, writers: Int
  ) throws {
    let repo = try store.repo(try Author().did)
    try waiting {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<writers {
          let indices = stride(from: first + writer, to: first + count, by: writers)
          group.addTask { try await create(indices, in: repo) }
        }
        try await group.waitForAll()
      }
    }
  }

  private static func create(_ indices: StrideTo<Int>, in repo: Repo) async throws {
    for index in indices { try await repo.commit([try .creating(index)]) }
  }

  /// Of all segments, with what is zeroed ahead.
  private static func segmentByteCount(_ store: String) throws -> Int {
    let log = store + "/log"
    return try FileManager.default.contentsOfDirectory(atPath: log).reduce(0) { total, name in
      var status = stat()
      stat("\(log)/\(name)", &status)
      return total + Int(status.st_size)
    }
  }
}
