// Instant.swift: times and amounts as people read them, and as programs do.
import ATSyntax

/// Instants are microseconds since 1970-01-01T00:00:00Z.
enum Instant {
  /// RFC 3339 in UTC to the millisecond; the number itself where no calendar reaches.
  static func text(_ instant: Int64) -> String {
    do throws(SyntaxError) {
      return try Datetime(microsecondsSinceEpoch: instant).description
    } catch {
      return String(instant)
    }
  }

  /// The instant that a datetime in a record names; nil for any other text.
  static func reading(_ text: String) -> Int64? {
    do throws(SyntaxError) {
      return try Datetime(text).microsecondsSinceEpoch
    } catch {
      return nil  // most texts are no datetimes
    }
  }

  /// How long ago, in one unit: `just now`, `5 min ago`, `in 3 h`; a date from 30 days on.
  static func ago(_ instant: Int64, now: Int64) -> String {
    let (distance, hasOverflowed) = now.subtractingReportingOverflow(instant)
    let seconds = distance.magnitude / 1_000_000
    if hasOverflowed || seconds >= 30 * 86_400 { return String(text(instant).prefix(10)) }
    if seconds < 5 { return "just now" }
    let amount =
      switch seconds {
      case ..<60: "\(seconds) s"
      case ..<3_600: "\(seconds / 60) min"
      case ..<86_400: "\(seconds / 3_600) h"
      default: "\(seconds / 86_400) d"
      }
    return distance < 0 ? "in \(amount)" : "\(amount) ago"
  }
}

enum Amount {
  /// Bytes with a decimal prefix and at most one digit after the point: `999 B`, `1.2 kB`.
  static func bytes(_ count: Int) -> String {
    scaled(count, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"])
  }

  /// A duration in the unit that suits it: `850 µs`, `3.2 ms`, `1.5 s`, `2 min 5 s`.
  static func duration(microseconds: Int) -> String {
    guard microseconds >= 60_000_000 else {
      return scaled(microseconds, units: ["µs", "ms", "s"])
    }
    let seconds = microseconds / 1_000_000
    return seconds < 3_600
      ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3_600) h \(seconds / 60 % 60) min"
  }

  /// With a space at every third digit: `1 234 567`.
  static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }

  private static func scaled(_ count: Int, units: [String]) -> String {
    let magnitude = UInt128(count.magnitude)
    var (size, unit) = (UInt128(1), 0)
    // From 999.5 of a unit on, the next one says it better.
    while magnitude * 2 >= 1_999 * size, unit < units.count - 1 {
      size *= 1_000
      unit += 1
    }
    let tenths = (magnitude * 10 + size / 2) / size
    let isWhole = tenths >= 1_000 || tenths % 10 == 0
    let number = isWhole ? "\((magnitude + size / 2) / size)" : "\(tenths / 10).\(tenths % 10)"
    return "\(count < 0 ? "-" : "")\(number) \(units[unit])"
  }
}
