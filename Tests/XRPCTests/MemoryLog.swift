// MemoryLog.swift: a log in memory, for the firehose to follow.
import RepoStore
import Synchronization

@testable import XRPC

/// A log that a test grows, cuts and breaks as it likes.
final class MemoryLog: FrameLog {
  private struct State {
    var frames: [LoggedFrame] = []
    var lsn = LSN.zero
    var seq = Seq.zero
    /// Events up to here have been dropped.
    var dropped = Seq.zero
    var isBroken = false
    var readCount = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  struct Broken: Error {}

  private let state = Mutex(State())

  /// An event with this payload; its seq is one more than the last.
  @discardableResult func append(_ payload: [UInt8]) -> Seq {
    grow { state in
      state.seq = Seq(rawValue: state.seq.rawValue + 1)
      state.frames.append(LoggedFrame(lsn: state.lsn, seq: state.seq, payload: payload))
      return state.seq
    }
  }

  /// An entry that the public does not see.
  func appendPrivate() { grow { _ in () } }

  /// Forgets events up to `seq`.
  func drop(upTo seq: Seq) {
    state.withLock { state in
      state.frames.removeAll { $0.seq <= seq }
      state.dropped = seq
    }
  }

  func breakDown() {
    grow { $0.isBroken = true }
  }

  /// How often frames have been read.
  var readCount: Int { state.withLock { $0.readCount } }

  private func grow<Result>(_ change: (inout State) -> Result) -> Result {
    let (result, waiters) = state.withLock { state in
      state.lsn = LSN(rawValue: state.lsn.rawValue + 1)
      let result = change(&state)
      defer { state.waiters = [] }
      return (result, state.waiters)
    }
    for waiter in waiters { waiter.resume() }
    return result
  }

  var end: (lsn: LSN, seq: Seq) { state.withLock { ($0.lsn, $0.seq) } }

  func start(after seq: Seq) throws -> (lsn: LSN, isOutdated: Bool) {
    state.withLock { state in
      let next = state.frames.first { $0.seq > seq }
      let lsn = next.map { LSN(rawValue: $0.lsn.rawValue - 1) } ?? state.lsn
      return (lsn, seq < state.dropped)
    }
  }

  func frames(after lsn: LSN, byteCount: Int) throws -> FrameBatch {
    try state.withLock { state in
      if state.isBroken { throw Broken() }
      state.readCount += 1
      var batch = FrameBatch(frames: [], reached: state.lsn)
      var count = 0
      for frame in state.frames where frame.lsn > lsn {
        guard count < byteCount else {
          // Safe: only with a frame has the count grown.
          batch.reached = batch.frames.last!.lsn
          break
        }
        count += frame.payload.count
        batch.frames.append(frame)
      }
      return batch
    }
  }

  func grown(beyond lsn: LSN) async -> LSN {
    await withTaskCancellationHandler {
      while !Task.isCancelled {
        let end = state.withLock { $0.lsn }
        if end > lsn { return end }
        await wait(beyond: lsn)
      }
      return lsn
    } onCancel: {
      wakeAll()
    }
  }

  private func wait(beyond lsn: LSN) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.lsn > lsn || Task.isCancelled { return true }
        state.waiters.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  private func wakeAll() {
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
