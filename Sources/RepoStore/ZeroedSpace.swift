// ZeroedSpace.swift: zeros ahead of the writer, so that a sync has no file length to make durable.
//
// An append into space that is already written and synced costs one flush; into a growing file, or
// one that is merely allocated, it costs a journal commit as well: about half of the rate. Zeros
// are written and synced in pieces beside the writer, so that its own sync waits for at most one
// piece.
import Dispatch
import Synchronization

/// The zeroed part of one segment.
final class ZeroedSpace: Sendable {
  static let pieceByteCount = 256 << 10
  static let aheadByteCountMax = 4 << 20

  private let file: any DiskFile
  private let limit: Int
  /// Everything below is in the file and synced. Only grows.
  private let zeroedEnd: Atomic<Int>
  /// Held while a piece is written: the writer must not write where zeros may follow.
  private let filling = Mutex(())
  /// Whether pieces are being written, or will be: asked after each batch, without waiting for one.
  private let isScheduled = Atomic(false)
  private let queue: DispatchQueue?

  /// - Parameters:
  ///   - file: a handle that nobody else syncs.
  ///   - zeroedEnd: the length of the file, all of which is zero behind the log's end.
  ///   - limit: where a segment is full; a last batch may lie beyond.
  ///   - queue: where pieces are written; nil: never ahead.
  init(_ file: any DiskFile, zeroedEnd: Int, limit: Int, queue: DispatchQueue?) {
    self.file = file
    self.limit = limit
    self.zeroedEnd = Atomic(zeroedEnd)
    self.queue = queue
  }

  /// Makes sure that nothing is being zeroed below `end`, where the caller will write.
  func claim(upTo end: Int) {
    guard zeroedEnd.load(ordering: .acquiring) < end else { return }
    filling.withLock { _ in
      let zeroed = zeroedEnd.load(ordering: .acquiring)
      if zeroed < end { zeroedEnd.store(end, ordering: .releasing) }
    }
  }

  /// Sees to it that there will be zeros behind `end`, where the log ends now.
  func prepare(behind end: Int) {
    guard let queue else { return }
    let ahead = min(ZeroedSpace.aheadByteCountMax, max(ZeroedSpace.pieceByteCount, end))
    let target = min(limit, end + ahead)
    guard zeroedEnd.load(ordering: .acquiring) < end + ahead / 2, target > end else { return }
    guard !isScheduled.exchange(true, ordering: .acquiringAndReleasing) else { return }
    queue.async { [self] in
      while piece(upTo: target) {}
      isScheduled.store(false, ordering: .releasing)
    }
  }

  /// Zeros one more piece; false where there is no more to do, or no space: the writer will say so.
  private func piece(upTo target: Int) -> Bool {
    filling.withLock { _ in
      let start = zeroedEnd.load(ordering: .acquiring)
      let end = min(
        target,
        LogFormat.padded(start + 1, to: ZeroedSpace.pieceByteCount))
      guard start < end else { return false }
      do throws(DiskError) {
        try file.write([UInt8](repeating: 0, count: end - start), at: start)
        try file.sync()
      } catch {
        return false
      }
      zeroedEnd.store(end, ordering: .releasing)
      return true
    }
  }
}
