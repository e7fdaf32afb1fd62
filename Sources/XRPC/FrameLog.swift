// FrameLog.swift: what the firehose needs of a log.
//
// The store is one; another, in memory, lets tests hold the firehose still at any point.
import RepoStore

/// A log of public events, read by cursor.
///
/// Calls block on the disk: they are made on threads that may wait.
protocol FrameLog: Sendable {
  /// The last durable entry and the last public event.
  var end: (lsn: LSN, seq: Seq) { get }

  /// Where the events after `seq` begin.
  ///
  /// `isOutdated`: events after it have been public and cannot be had any more.
  func start(after seq: Seq) throws -> (lsn: LSN, isOutdated: Bool)

  /// Public events after `lsn`, oldest first, until they have `byteCount` bytes or there are no
  /// more.
  func frames(after lsn: LSN, byteCount: Int) throws -> FrameBatch

  /// Waits until the log is longer than `lsn`, and says its end. Ends with one that is not after
  /// `lsn` where the log is closed or the task cancelled.
  func grown(beyond lsn: LSN) async -> LSN
}

/// A public event as the log keeps it.
struct LoggedFrame: Sendable {
  var lsn: LSN
  var seq: Seq
  /// Header and payload, as they go on the wire.
  var payload: [UInt8]
}

/// A stretch of the log, as far as it is public.
struct FrameBatch: Sendable {
  var frames: [LoggedFrame]
  /// The last entry that has been looked at: private ones advance it too.
  var reached: LSN
}
