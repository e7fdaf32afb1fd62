// Surroundings.swift: time and chance as this module takes them: from outside.

/// A second of Unix time.
public struct Moment: Hashable, Comparable, Sendable {
  public var seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  public static func < (a: Moment, b: Moment) -> Bool { a.seconds < b.seconds }

  /// So many seconds later; earlier for a negative number.
  public func adding(seconds: Int64) -> Moment { Moment(seconds: self.seconds + seconds) }
}

/// Where random bytes come from.
public struct Chance: Sendable {
  /// As many random bytes as are asked for.
  public let bytes: @Sendable (Int) -> [UInt8]

  public init(_ bytes: @escaping @Sendable (Int) -> [UInt8]) { self.bytes = bytes }

  /// The system's source.
  public static let ofSystem = Chance { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
