// TIDClock.swift: TIDs that never repeat and never go back, whatever the clock does.
//
// Not here: reading a clock, or choosing the identifier; both are passed in.
// Spec: https://atproto.com/specs/tid

/// A source of strictly increasing TIDs. Keep one for each repo: a clock that was told of a far
/// future does not come back from it.
public struct TIDClock: Hashable, Sendable {
  /// Tells apart clocks that tick in the same microsecond: 0...1023.
  public let clockID: UInt16
  /// The last microsecond used; nil before the first TID.
  public private(set) var lastMicroseconds: UInt64?

  /// Uses the low 10 bits of `clockID`, which should be random.
  public init(clockID: UInt16) { self.clockID = clockID & TID.clockIDMax }

  /// The TID of `now`, or of the first microsecond after all that came before: after `previous` and
  /// after every TID of this clock.
  ///
  /// - Parameters:
  ///   - previous: one that the next must follow, such as the `rev` of a repo's head.
  ///   - now: since the Unix epoch; it may stand still or step back.
  /// - Throws: `.instant` when there is no such TID, because `previous` or `now` is at the end of
  ///   the range (the year 2255). The clock is then unchanged.
  public mutating func next(
    after previous: TID? = nil, now: UInt64
  ) throws(SyntaxError) -> TID {
    var microseconds = now
    // A TID carries 54 bits of microseconds, so one more is no overflow.
    if let lastMicroseconds { microseconds = max(microseconds, lastMicroseconds + 1) }
    if let previous { microseconds = max(microseconds, previous.microseconds + 1) }
    let tid = try TID(microseconds: microseconds, clockID: clockID)
    lastMicroseconds = microseconds
    return tid
  }
}
