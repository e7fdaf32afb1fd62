// KeyRange.swift: a contiguous part of the tree's keys.

/// The keys from `lower` on, up to but not including `upper`, compared bytewise. The bounds need
/// not be keys themselves.
public struct KeyRange: Hashable, Sendable {
  public var lower: [UInt8]
  /// nil: no upper end.
  public var upper: [UInt8]?

  public init(from lower: [UInt8] = [], to upper: [UInt8]? = nil) {
    self.lower = lower
    self.upper = upper
  }

  public static let all = KeyRange()

  /// All keys that begin with `prefix`, for instance `app.bsky.feed.post/`.
  public static func prefix(_ prefix: [UInt8]) -> KeyRange {
    // The first text after all that begin so: the prefix with its last byte below 0xff raised.
    var upper = prefix
    while let last = upper.last {
      if last < 0xff {
        upper[upper.count - 1] = last + 1
        return KeyRange(from: prefix, to: upper)
      }
      upper.removeLast()
    }
    return KeyRange(from: prefix, to: nil)
  }

  public static func prefix(_ prefix: String) -> KeyRange { .prefix(Array(prefix.utf8)) }

  /// The range that holds `key` alone.
  public static func only(_ key: MSTKey) -> KeyRange {
    KeyRange(from: key.bytes, to: key.bytes + [0])
  }

  /// Whether `key` lies in the range.
  public func contains(_ key: MSTKey) -> Bool {
    key.bytes.withUnsafeBytes { !isBefore($0) && !isAfter($0) }
  }

  /// Whether `key` is before the range.
  func isBefore(_ key: UnsafeRawBufferPointer) -> Bool {
    lower.withUnsafeBytes { KeyOrder.compare(key, $0) < 0 }
  }

  /// Whether `key` is after the range.
  func isAfter(_ key: UnsafeRawBufferPointer) -> Bool {
    guard let upper else { return false }
    return upper.withUnsafeBytes { KeyOrder.compare(key, $0) >= 0 }
  }

  /// The slots of a node that the range may reach: slot 2i is link i, slot 2i + 1 is key i.
  func slots(of node: MSTNode) -> Range<Int> {
    let (first, isKey) = lower.withUnsafeBytes { node.search($0) }
    let start = isKey ? 2 * first + 1 : 2 * first
    guard let upper else { return start..<2 * node.count + 1 }
    let end = upper.withUnsafeBytes { 2 * node.search($0).index + 1 }
    return start..<max(start, end)
  }
}
