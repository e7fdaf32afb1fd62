// StoreFrameLog.swift: the store's log as the firehose reads it: the public stream alone.
import RepoStore

/// The public stream of a store.
struct StoreFrameLog: FrameLog {
  let store: RepoStore

  var end: (lsn: LSN, seq: Seq) {
    let status = store.status
    return (status.lastLSN, status.lastSeq)
  }

  func start(after seq: Seq) throws -> (lsn: LSN, isOutdated: Bool) {
    let place = try store.cursor(after: seq)
    // Older events may still be in the log, for its owner.
    let oldest = try store.replayStart()
    guard place < oldest else { return (place, false) }
    var reader = store.events(after: oldest)
    let next = try reader.next()?.seq?.rawValue ?? store.status.lastSeq.rawValue + 1
    return (oldest, seq.rawValue + 1 < next)
  }

  func frames(after lsn: LSN, byteCount: Int) throws -> FrameBatch {
    var reader = store.events(after: lsn)
    var frames: [LoggedFrame] = []
    var count = 0
    while count < byteCount, let event = try reader.next() {
      // Every public event has a number.
      guard let seq = event.seq else { continue }
      count += event.frame.count
      frames.append(LoggedFrame(lsn: event.lsn, seq: seq, payload: event.frame))
    }
    return FrameBatch(frames: frames, reached: reader.position)
  }

  func grown(beyond lsn: LSN) async -> LSN { await store.nextDurable(after: lsn) }
}
