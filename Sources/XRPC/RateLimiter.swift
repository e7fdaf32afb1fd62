// RateLimiter.swift: how often somebody may do something, as a value that is told what happens.
//
// A window begins with the first use and ends after its seconds; what is used in it counts, and
// nothing else is remembered. When more is to be remembered than may be, those who come new share
// one count: memory stays bounded, and a flood of names buys nobody anything.
// Not here: which limits there are (RateRules), or who is who (ClientAddress).
import Accounts

/// So many points in so many seconds.
struct RateLimit: Hashable, Sendable {
  /// What it is a limit of: counts of different names have nothing to do with each other.
  var name: String
  var points: Int
  var seconds: Int64

  init(_ name: String, points: Int, seconds: Int64) {
    self.name = name
    self.points = points
    self.seconds = seconds
  }
}

/// What is left of a limit.
struct RateVerdict: Hashable, Sendable {
  var limit: RateLimit
  var remaining: Int
  /// When the window ends.
  var reset: Moment
  var isAllowed: Bool
}

struct RateLimiter: Sendable {
  private struct Key: Hashable {
    var limit: RateLimit
    /// nil: shared by those who came when there was no room.
    var who: String?
  }

  private struct Window {
    var used: Int
    var end: Moment
  }

  private var windows: [Key: Window] = [:]
  private let countMax: Int

  /// - Parameter countMax: how many counts are kept, beside the shared ones.
  init(countMax: Int = ServerLimits.rateCountMax) { self.countMax = countMax }

  var count: Int { windows.count }

  /// Uses points, if there are as many: a use that is refused costs nothing.
  mutating func take(
    _ points: Int, of limit: RateLimit, by who: String, at now: Moment
  ) -> RateVerdict {
    let key = key(limit, who, at: now)
    let end = now.adding(seconds: limit.seconds)
    var window = windows[key] ?? Window(used: 0, end: end)
    // A clock that was set back must not make a window last for longer than it is long.
    if now >= window.end || window.end > end { window = Window(used: 0, end: end) }
    let isAllowed = window.used + points <= limit.points
    if isAllowed { window.used += points }
    windows[key] = window
    return RateVerdict(
      limit: limit, remaining: max(0, limit.points - window.used), reset: window.end,
      isAllowed: isAllowed)
  }

  private mutating func key(_ limit: RateLimit, _ who: String, at now: Moment) -> Key {
    let key = Key(limit: limit, who: who)
    guard windows[key] == nil, windows.count >= countMax else { return key }
    windows = windows.filter { now < $0.value.end }
    return windows.count < countMax ? key : Key(limit: limit, who: nil)
  }
}
