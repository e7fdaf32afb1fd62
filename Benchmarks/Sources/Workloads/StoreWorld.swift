// StoreWorld.swift: stores with one repo of the common input, in memory or on the scratch disk.
//
// A repo comes in as a CAR, is given its key, and is then written through the store's own door. "In
// memory" is a store on tmpfs with relaxed durability: it makes every byte that a durable store
// makes, and copies it to a file that is memory; no seam of the product is needed for it.
import ATCrypto
import ATSyntax
import DAGCBOR
import Dispatch
import Foundation
import Input
import MST
import RepoStore
import Synchronization
import World

/// Where a store is, and how much of a commit is on the disk when it is acknowledged.
enum StorePlace: String {
  case memory, durable
}

extension Worlds {
  /// Where stores of a kind are made.
  func directory(_ place: StorePlace) -> String {
    switch place {
    case .memory: "/dev/shm"
    case .durable: folder ?? FileManager.default.temporaryDirectory.path
    }
  }
}

/// A directory that goes with the last reference.
public final class ScratchDirectory: Sendable {
  let path: String

  /// What the names of this process's directories begin with.
  private static var prefix: String { "plaited-bench-\(getpid())-" }

  /// Removes all of this process, for one that is told to end: nothing may use them any more.
  public static func removeAll(_ worlds: Worlds) {
    for parent in [worlds.directory(.memory), worlds.directory(.durable)] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
      for name in names where name.hasPrefix(prefix) {
        try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
      }
    }
  }

  init(in parent: String) throws {
    path = "\(parent)/\(ScratchDirectory.prefix)\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      FileHandle.standardError.write(Data("\(path) stays: \(error)\n".utf8))
    }
  }
}

/// A store and its repo.
final class StoreWorld: Sendable {
  let scratch: ScratchDirectory
  let store: RepoStore
  let repo: Repo
  /// Records that are not there: one write each.
  let heldOut: [RecordWrite]
  /// Records after all others in time.
  let later: [RecordWrite]

  /// The repo of `records` records, imported.
  convenience init(
    _ records: Int, _ place: StorePlace, _ worlds: Worlds,
    _ change: (inout StoreOptions) -> Void = { _ in }
  ) throws {
    let world = try worlds.repo(records)
    let author = try Author()
    let pieces = RepoCAR(world, by: author)
    try self.init(world, in: worlds.directory(place), place, change) { store in
      var car = pieces
      _ = try await store.importCAR(signer: author.key.publicKey) { car.next() }
      try await store.giveKey(author.key, to: author.did)
    }
  }

  init(
    _ world: RepoWorld, in directory: String, _ place: StorePlace,
    _ change: (inout StoreOptions) -> Void,
    fill: @escaping @Sendable (RepoStore) async throws -> Void
  ) throws {
    let scratch = try ScratchDirectory(in: directory)
    var options = StoreOptions.making
    options.durability = place == .memory ? .relaxed : .full
    change(&options)
    let store = try RepoStore.open(scratch.path + "/data", options)
    let author = try Author()
    try waiting { try await fill(store) }
    repo = try store.repo(author.did)
    self.store = store
    self.scratch = scratch
    heldOut = try world.heldOutIndices.map(RecordWrite.creating)
    later = try world.laterIndices.map(RecordWrite.creating)
  }

  /// Takes records out again, in as few commits as they fit into.
  func delete(_ writes: [RecordWrite]) throws {
    let repo = repo
    try waiting {
      for start in stride(from: 0, to: writes.count, by: CommitShape.batchCount) {
        let batch = writes[start..<min(writes.count, start + CommitShape.batchCount)]
        try await repo.commit(batch.map { RecordWrite($0.path, .delete) })
      }
    }
  }
}

extension StoreOptions {
  /// For a store that may have to be made. The revs of the common input are of the year 2027.
  static var making: StoreOptions {
    var options = StoreOptions()
    options.createsIfMissing = true
    options.acceptsClock = true
    return options
  }
}

extension RecordWrite {
  /// The creation of a record of the common input.
  static func creating(_ index: Int) throws -> RecordWrite {
    let path = try CommonInput.key(index).withUnsafeBytes { try RecordPath(utf8: $0) }
    return RecordWrite(path, .create(try CBOR.decode(CommonInput.record(index))))
  }
}

/// A repo of the common input as a CAR, in pieces: the commit, the nodes, the records.
struct RepoCAR: Sendable {
  private var sections: [UInt8]
  private var records: ArraySlice<Int>
  private static let recordsPerPiece = 1_000

  init(_ world: RepoWorld, by author: Author) {
    let commit = author.commit(world.root)
    sections = CARWriter.header(roots: [commit.cid])
    CARWriter.appendSection(cid: commit.cid, block: commit.encoded, to: &sections)
    for (cid, block) in world.blocks.blocks {
      CARWriter.appendSection(cid: cid, block: block, to: &sections)
    }
    records = world.memberIndices[...]
  }

  mutating func next() -> [UInt8]? {
    var piece = sections
    sections = []
    for index in records.prefix(RepoCAR.recordsPerPiece) {
      let record = CommonInput.record(index)
      CARWriter.appendSection(cid: CID(of: record), block: record, to: &piece)
    }
    records = records.dropFirst(RepoCAR.recordsPerPiece)
    return piece.isEmpty ? nil : piece
  }
}

/// Runs `body` to its end on the pool while this thread waits.
func waiting<Value: Sendable>(
  _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let result = ResultBox<Value>()
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do {
      result.set(.success(try await body()))
    } catch {
      result.set(.failure(error))
    }
    done.signal()
  }
  done.wait()
  return try result.get()
}

private final class ResultBox<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)

  func set(_ new: Result<Value, any Error>) { result.withLock { $0 = new } }

  func get() throws -> Value {
    guard let result = result.withLock({ $0 }) else {
      preconditionFailure("a task ended without a result")
    }
    return try result.get()
  }
}
