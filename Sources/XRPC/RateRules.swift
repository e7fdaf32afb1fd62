// RateRules.swift: which limits there are, as data, and the one count of a server.
//
// By address: what anybody may do. By name: guesses at one account's password, from wherever they
// come. By account: what it writes, which relays limit too. Source: protocol §11, security A.
import ATSyntax
import Accounts
import HTTPTypes
import RepoStore
import Synchronization

/// How much of the limits is applied.
public enum RateLimiting: String, Hashable, Sendable, CaseIterable {
  /// All of them.
  case standard
  /// Guesses at passwords alone: for a server that only its own machine reaches.
  case logins
  case off
}

enum RateRules {
  static let requests = [RateLimit("requests", points: 3_000, seconds: 300)]
  static let exports = [RateLimit("exports", points: 6_000, seconds: 300)]
  /// By address, and by name.
  static let loginsByAddress = [
    RateLimit("logins", points: 30, seconds: 300),
    RateLimit("logins", points: 300, seconds: 86_400),
  ]
  static let loginsByName = [
    RateLimit("names", points: 30, seconds: 300), RateLimit("names", points: 300, seconds: 86_400),
  ]
  static let writes = [
    RateLimit("writes", points: 5_000, seconds: 3_600),
    RateLimit("writes", points: 35_000, seconds: 86_400),
  ]
  static let blobs = [RateLimit("blobs", points: 1_000, seconds: 86_400)]

  /// What any request of a method costs its address.
  static func byAddress(_ method: String, _ limiting: RateLimiting) -> [RateLimit] {
    switch (limiting, method) {
    case (.off, _): []
    case (_, "com.atproto.server.createSession"): loginsByAddress
    case (.logins, _): []
    case (.standard, "com.atproto.sync.getRepo"): exports
    case (.standard, _): requests
    }
  }
}

/// Everything that is counted for one server.
final class RateCounts: Sendable {
  let limiting: RateLimiting
  private let limiter = Mutex(RateLimiter())

  init(_ limiting: RateLimiting) { self.limiting = limiting }

  /// Uses points of each limit.
  /// - Returns: what is left of the one that is nearest to its end; nil for no limits.
  /// - Throws: 429 for the first that is used up.
  @discardableResult
  func take(
    _ points: Int, of limits: [RateLimit], by who: String, at now: Moment
  ) throws(XRPCError) -> RateVerdict? {
    var nearest: RateVerdict?
    for limit in limits {
      let verdict = limiter.withLock { $0.take(points, of: limit, by: who, at: now) }
      guard verdict.isAllowed else {
        var error = XRPCError(
          .rateLimitExceeded, status: .tooManyRequests,
          "more than \(limit.points) in \(limit.seconds) seconds: wait until the window ends")
        error.rate = verdict
        throw error
      }
      if nearest.map({ verdict.remaining < $0.remaining }) ?? true { nearest = verdict }
    }
    return nearest
  }

  /// What an account's writes cost it.
  func take(_ writes: [RecordWrite], by did: DID, at now: Moment) throws(XRPCError) {
    guard limiting == .standard else { return }
    let points = writes.reduce(0) { $0 + $1.action.points }
    try take(points, of: RateRules.writes, by: "\(did)", at: now)
  }
}

extension RecordWrite.Action {
  /// Source: protocol §11.
  fileprivate var points: Int {
    switch self {
    case .create: 3
    case .put, .update: 2
    case .delete, .deleteIfPresent: 1
    }
  }
}

extension HTTPFields {
  /// What clients are told of a limit, in the words that they know.
  mutating func tell(_ verdict: RateVerdict, at now: Moment) {
    self[.rateLimitLimit] = "\(verdict.limit.points)"
    self[.rateLimitRemaining] = "\(verdict.remaining)"
    self[.rateLimitReset] = "\(verdict.reset.seconds)"
    self[.rateLimitPolicy] = "\(verdict.limit.points);w=\(verdict.limit.seconds)"
    if !verdict.isAllowed {
      self[.retryAfter] = "\(Swift.max(1, verdict.reset.seconds - now.seconds))"
    }
  }
}

extension HTTPField.Name {
  // Safe: names of letters and hyphens are tokens.
  static let rateLimitLimit = HTTPField.Name("RateLimit-Limit")!
  static let rateLimitRemaining = HTTPField.Name("RateLimit-Remaining")!  // Safe: as above.
  static let rateLimitReset = HTTPField.Name("RateLimit-Reset")!  // Safe: as above.
  static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!  // Safe: as above.
  static let forwardedFor = HTTPField.Name("X-Forwarded-For")!  // Safe: as above.
}
