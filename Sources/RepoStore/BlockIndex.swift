// BlockIndex.swift: where the blocks and entries of sealed files are; derived, and rebuildable.
//
// The log is the truth: an index takes in whole segments and packs, in order, when they are sealed,
// and can be thrown away at any time. What is newer is in memory (StoreLog). Two of them: in
// memory, for stores without a disk of their own, and on disk (DiskIndex).

import Synchronization

/// The index of sealed segments and attached packs.
protocol BlockIndex: Sendable {
  /// The newest entry taken in, and whose it is; nil for an index without entries.
  var applied: CleanMark? { get throws(StoreError) }
  /// The files that were taken in.
  func files() throws(StoreError) -> Set<UInt32>
  /// Where a block is: in the newest file that holds it.
  func location(of key: BlockKey) throws(StoreError) -> BlockLocation?
  /// Takes in a sealed segment, durably.
  ///
  /// - Parameter leaving: files that its blocks are preferred to: older ones, and such as go; nil:
  ///   all, for the newest segment.
  func add(
    _ contents: SegmentContents, identity: StoreIdentity, leaving: Set<BlockFile>?
  ) throws(StoreError)
  /// Takes in a part of a pack, durably; the pack counts as taken in with its last part.
  ///
  /// A block that is in another file already stays where it is, unless that file is one of
  /// `leaving`: so a pack that never comes to count can be taken out again.
  /// - Returns: whether a block stayed where it was.
  func add(
    _ blocks: [IndexedBlock], ofPack number: UInt32, isLast: Bool, leaving: Set<BlockFile>
  ) throws(StoreError) -> Bool
  /// The entries of a sealed segment, in order; nil where it was not taken in.
  func entries(ofSegment number: UInt32) throws(StoreError) -> [EntrySummary]?
  /// What was kept of the segment being written at the last clean close.
  func activeRun() throws(StoreError) -> ActiveRun?
  /// Keeps it.
  func keep(_ run: ActiveRun) throws(StoreError)
  /// Forgets everything: it was the index of another store, or of another life of this one.
  func clear() throws(StoreError)
  /// Forgets files, whose blocks nobody needs there any more.
  func remove(_ files: Set<BlockFile>) throws(StoreError)
  /// Writes everything anew, so that nothing is left of what was removed.
  func rewrite() throws(StoreError)
}

extension BlockIndex {
  /// Takes in the newest segment.
  func add(_ contents: SegmentContents, identity: StoreIdentity) throws(StoreError) {
    try add(contents, identity: identity, leaving: nil)
  }
}

/// An index in memory.
final class MemoryIndex: BlockIndex {
  private struct Tables {
    var applied: CleanMark?
    var blocks: [BlockKey: BlockLocation] = [:]
    var entries: [UInt32: [EntrySummary]] = [:]
    var files: Set<UInt32> = []
  }

  private let tables = Mutex(Tables())

  init() {}

  var applied: CleanMark? { tables.withLock { $0.applied } }

  func files() -> Set<UInt32> { tables.withLock { $0.files } }

  func location(of key: BlockKey) -> BlockLocation? { tables.withLock { $0.blocks[key] } }

  func add(
    _ contents: SegmentContents, identity: StoreIdentity, leaving: Set<BlockFile>?
  ) {
    tables.withLock { tables in
      tables.blocks.merge(contents.allBlocks) { old, new in
        leaving?.contains(old.file) ?? true ? new : old
      }
      tables.entries[contents.number] = contents.entries
      tables.files.insert(BlockFile.segment(contents.number).code)
      let isNewest = tables.applied.map { $0.lsn <= contents.lastLSN } ?? true
      if contents.entries.isEmpty || !isNewest { return }
      tables.applied = CleanMark(
        identity: identity, lsn: contents.lastLSN, checksum: contents.lastChecksum)
    }
  }

  func add(
    _ blocks: [IndexedBlock], ofPack number: UInt32, isLast: Bool, leaving: Set<BlockFile>
  ) -> Bool {
    tables.withLock { tables in
      var stayed = false
      for block in blocks {
        if let known = tables.blocks[block.key], known.file != .pack(number),
          !leaving.contains(known.file)
        {
          stayed = true
        } else {
          tables.blocks[block.key] = block.location
        }
      }
      if isLast { tables.files.insert(BlockFile.pack(number).code) }
      return stayed
    }
  }

  func entries(ofSegment number: UInt32) -> [EntrySummary]? {
    tables.withLock { $0.entries[number] }
  }

  func activeRun() -> ActiveRun? { nil }

  func keep(_ run: ActiveRun) {}

  func rewrite() {}

  func clear() { tables.withLock { $0 = Tables() } }

  func remove(_ files: Set<BlockFile>) {
    tables.withLock { tables in
      tables.blocks = tables.blocks.filter { !files.contains($0.value.file) }
      for file in files {
        if case .segment(let number) = file { tables.entries[number] = nil }
        tables.files.remove(file.code)
      }
    }
  }
}
