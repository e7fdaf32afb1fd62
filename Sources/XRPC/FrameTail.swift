// FrameTail.swift: the end of the log in memory, as frames that all live subscribers share.
//
// It holds the newest frames up to a bound; who needs older ones reads the log. Both are the same
// question, "what comes after this LSN?", so going from replay to live is no event at all.
//
//   log   ──────────────────────────────────────────────►
//                     start ├── frames ──────┤ reached
import RepoStore
import Synchronization

/// The newest frames of the public stream, oldest first.
final class FrameTail: Sendable {
  /// What comes after a place in the log.
  enum Continuation {
    /// Frames, and the place after them.
    case frames([WireFrame], reached: LSN)
    /// Nothing yet.
    case atEnd
    /// Older frames than are kept here: read the log.
    case behind
    /// The log could not be read; nothing will come.
    case broken
  }

  fileprivate struct State {
    var frames: [WireFrame] = []
    /// Index of the first frame still kept: those before it go when they are as many.
    var first = 0
    var byteCount = 0
    /// Every public event after it, up to `reached`, is here.
    var start: LSN
    var reached: LSN
    var seq: Seq
    var isBroken = false
  }

  private let state: Mutex<State>
  private let limits: SubscriberLimits

  /// An empty tail at the end of a log.
  init(after end: (lsn: LSN, seq: Seq), limits: SubscriberLimits) {
    state = Mutex(State(start: end.lsn, reached: end.lsn, seq: end.seq))
    self.limits = limits
  }

  /// The last place that has been taken in, and the last event.
  var end: (lsn: LSN, seq: Seq) { state.withLock { ($0.reached, $0.seq) } }

  /// Takes in what the log holds after `end`. Drops the oldest frames beyond the bound.
  func append(_ batch: FrameBatch) {
    let frames = batch.frames.map(WireFrame.init)
    state.withLock { state in
      precondition(batch.reached >= state.reached, "a tail goes back from \(state.reached)")
      state.frames += frames
      state.byteCount += frames.reduce(0) { $0 + $1.bytes.readableBytes }
      state.reached = batch.reached
      state.seq = frames.last?.seq ?? state.seq
      state.trim(limits)
    }
  }

  /// Ends the stream for everyone who reads here.
  func giveUp() { state.withLock { $0.isBroken = true } }

  /// What comes after `lsn`: a few frames at a time, so that a writer can see how its socket takes
  /// them.
  func frames(after lsn: LSN) -> Continuation {
    state.withLock { $0.frames(after: lsn, limits) }
  }
}

extension FrameTail.State {
  fileprivate func frames(after lsn: LSN, _ limits: SubscriberLimits) -> FrameTail.Continuation {
    if isBroken { return .broken }
    if lsn < start { return .behind }
    let begin = firstIndex(after: lsn)
    guard begin < frames.count else {
      return lsn < reached ? .frames([], reached: reached) : .atEnd
    }
    var end = begin
    var byteCount = 0
    while end < frames.count, end - begin < limits.burstFrameCountMax,
      byteCount < limits.burstByteCountMax
    {
      byteCount += frames[end].bytes.readableBytes
      end += 1
    }
    let place = end == frames.count ? reached : frames[end - 1].lsn
    return .frames(Array(frames[begin..<end]), reached: place)
  }

  /// By halves: the frames ascend.
  private func firstIndex(after lsn: LSN) -> Int {
    var (low, high) = (first, frames.count)
    while low < high {
      let middle = (low + high) / 2
      if frames[middle].lsn > lsn { high = middle } else { low = middle + 1 }
    }
    return low
  }

  fileprivate mutating func trim(_ limits: SubscriberLimits) {
    while byteCount > limits.tailByteCountMax || frames.count - first > limits.tailFrameCountMax {
      byteCount -= frames[first].bytes.readableBytes
      start = frames[first].lsn
      first += 1
    }
    guard first > frames.count / 2 else { return }
    frames.removeSubrange(..<first)
    first = 0
  }
}
