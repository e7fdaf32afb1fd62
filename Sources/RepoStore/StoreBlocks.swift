// StoreBlocks.swift: the blocks of one repo, wherever they lie.
//
// A block is found by its location, compared with the CID that stands before it, hashed once as it
// comes from the disk, and kept in a cache that is bounded by bytes. "Not found" for a block that a
// tree names is never an answer: it is damage, and says so.
import ATSyntax
import DAGCBOR
import MST
import Synchronization

/// Reads the blocks of one repo.
struct StoreBlocks: BlockReader {
  let repo: RepoID
  let log: StoreLog
  let cache: BlockCache

  init(of repo: RepoID, in log: StoreLog, cache: BlockCache) {
    self.repo = repo
    self.log = log
    self.cache = cache
  }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    try translate({ () throws(StoreError) in try bytes(of: cid) }) {
      BlockReadFailure(reason: $0.description)
    }
  }

  /// The bytes of a block, or nil where no file of the store holds it.
  func bytes(of cid: CID) throws(StoreError) -> [UInt8]? {
    let key = BlockKey(repo: repo, digest: cid.digest)
    if let bytes = cache.bytes(of: key) { return bytes }
    guard let bytes = try bytesOnDisk(of: cid) else { return nil }
    cache.insert(key, bytes)
    return bytes
  }

  /// The same, read from the disk whatever the cache holds.
  func bytesOnDisk(of cid: CID) throws(StoreError) -> [UInt8]? {
    let key = BlockKey(repo: repo, digest: cid.digest)
    guard let location = try log.location(of: key) else { return nil }
    do throws(StoreError) {
      return try read(location, cid)
    } catch {
      // A compaction or a purge may have moved it between the look and the read: look once more.
      guard let moved = try log.location(of: key) else { return nil }
      guard moved != location else { throw error }
      return try read(moved, cid)
    }
  }

  private func read(_ location: BlockLocation, _ cid: CID) throws(StoreError) -> [UInt8] {
    var section = try onDisk { () throws(DiskError) in
      try log.files.file(location.file)
        .bytes(at: location.offset, byteCount: location.byteCount)
    }
    let found = section.withUnsafeBytes { bytes -> CID? in
      guard bytes.count == location.byteCount, bytes.count >= CID.byteCount else { return nil }
      return CID(binary: UnsafeRawBufferPointer(rebasing: bytes[..<CID.byteCount]))
    }
    section.removeSubrange(..<min(CID.byteCount, section.count))
    guard found?.digest == cid.digest, Digest(of: section) == cid.digest else {
      throw .corrupt(
        Corruption(
          .block, log.files.layout.path(of: location.file), at: location.offset, "\(cid)"))
    }
    return section
  }
}

/// Blocks in memory, forgotten by age: two generations, of which the older goes when the younger
/// has half of the bytes.
final class BlockCache: Sendable {
  private struct Generations {
    var young: [BlockKey: [UInt8]] = [:]
    var old: [BlockKey: [UInt8]] = [:]
    var youngByteCount = 0
  }

  private let byteCountMax: Int
  private let generations = Mutex(Generations())

  /// What an entry costs beside its bytes.
  private static let overheadByteCount = 96

  init(byteCountMax: Int = StoreLimits.cacheByteCountMax) { self.byteCountMax = byteCountMax }

  func bytes(of key: BlockKey) -> [UInt8]? {
    generations.withLock { generations in
      if let bytes = generations.young[key] { return bytes }
      guard let bytes = generations.old.removeValue(forKey: key) else { return nil }
      insert(key, bytes, into: &generations)
      return bytes
    }
  }

  func insert(_ key: BlockKey, _ bytes: [UInt8]) {
    generations.withLock { insert(key, bytes, into: &$0) }
  }

  private func insert(_ key: BlockKey, _ bytes: [UInt8], into generations: inout Generations) {
    generations.youngByteCount += bytes.count + BlockCache.overheadByteCount
    generations.young[key] = bytes
    guard generations.youngByteCount > byteCountMax / 2 else { return }
    generations.old = generations.young
    generations.young = [:]
    generations.youngByteCount = 0
  }

  /// Forgets a repo's blocks: it was deleted or cut.
  func removeAll() { generations.withLock { $0 = Generations() } }
}
