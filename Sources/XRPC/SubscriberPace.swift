// SubscriberPace.swift: whether a subscriber keeps up, as a value that is told what happens.
//
// The log is the buffer, so being behind costs nothing by itself: a reader of old events may take
// its time. Cut is who takes nothing at all for long, and who had caught up, was told of thousands
// of events since, and still takes nothing.
import NIOCore
import RepoStore

/// What is known about how a subscriber reads.
struct SubscriberPace {
  private let limits: SubscriberLimits
  /// Since when its socket takes nothing; nil while it does.
  private var stalledSince: NIODeadline?
  private var lastHeard: NIODeadline
  private var lastPing: NIODeadline
  private var hasCaughtUp = false

  init(_ limits: SubscriberLimits, now: NIODeadline) {
    self.limits = limits
    lastHeard = now
    lastPing = now
  }

  mutating func caughtUp() { hasCaughtUp = true }
  mutating func heard(at now: NIODeadline) { lastHeard = now }

  /// - Parameter isWritable: whether the socket takes more.
  mutating func socketChanged(isWritable: Bool, at now: NIODeadline) {
    if isWritable { stalledSince = nil } else { stalledSince = stalledSince ?? now }
  }

  /// Why a subscriber is too slow, in words for it; nil if it is not.
  func tooSlow(sent: Seq, newest: Seq) -> String? {
    guard stalledSince != nil, hasCaughtUp, newest > sent else { return nil }
    let lag = newest.rawValue - sent.rawValue
    guard lag > limits.lagFrameCountMax else { return nil }
    return "\(lag) events behind and the connection takes no more"
  }

  /// What time asks for.
  enum Due: Equatable {
    case nothing
    case ping
    /// Too slow, and why.
    case cut(String)
    /// Nobody is there.
    case close
  }

  mutating func due(at now: NIODeadline) -> Due {
    if now - lastHeard >= .seconds(limits.silenceSeconds) { return .close }
    if let stalledSince, now - stalledSince >= .seconds(limits.stallSeconds) {
      return .cut("the connection has taken nothing for \(limits.stallSeconds) seconds")
    }
    guard now - lastPing >= .seconds(limits.pingSeconds), stalledSince == nil else {
      return .nothing
    }
    lastPing = now
    return .ping
  }
}
