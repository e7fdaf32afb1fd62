// Datetime.swift: timestamps in records: `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`.
//
// The text is kept as it came, because a record is hashed as it came; the instant is for comparing.
// What RFC 3339, ISO 8601 and HTML have in common: so no leap second (HTML has none, and common
// readers refuse it), no 24:00, no offset of -00:00. Not here: a clock; the calendar (CivilDate).
// Spec: https://atproto.com/specs/lexicon#datetime

/// A valid datetime and the instant that it names.
public struct Datetime: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The text as received, or as made by `init(microsecondsSinceEpoch:)`.
  public let description: String
  /// Since 1970-01-01T00:00:00Z without leap seconds; digits below the microsecond are dropped.
  public let microsecondsSinceEpoch: Int64

  /// - Throws: where `text` is no datetime, names a day or time that does not exist, or an instant
  ///   before the year 0 in UTC. At most 64 bytes are read.
  public init(_ text: String) throws(SyntaxError) {
    microsecondsSinceEpoch = try Datetime.instant(of: text.utf8Span.span)
    description = text
  }

  /// Writes an instant as `YYYY-MM-DDTHH:MM:SS.mmmZ`, rounded down to the millisecond.
  /// - Throws: `.instant` outside of the years 0 to 9999.
  public init(microsecondsSinceEpoch: Int64) throws(SyntaxError) {
    guard Datetime.firstInstant...Datetime.lastInstant ~= microsecondsSinceEpoch else {
      throw SyntaxError(.datetime, .instant, number: microsecondsSinceEpoch)
    }
    let milliseconds = (microsecondsSinceEpoch - Datetime.firstInstant) / 1_000
    self.microsecondsSinceEpoch = milliseconds * 1_000 + Datetime.firstInstant
    description = Datetime.text(millisecondsSinceYearZero: Int(milliseconds))
  }

  /// By instant, then by text: two texts may name one instant and still differ.
  public static func < (a: Datetime, b: Datetime) -> Bool {
    (a.microsecondsSinceEpoch, a.description) < (b.microsecondsSinceEpoch, b.description)
  }

  private static let secondsPerDay: Int64 = 86_400
  /// 0000-01-01T00:00:00Z.
  private static let firstInstant = -Int64(CivilDate.epochDay) * secondsPerDay * 1_000_000
  /// 9999-12-31T23:59:59.999999Z.
  private static let lastInstant =
    Int64(CivilDate.dayCount(beforeYear: 10_000) - CivilDate.epochDay) * secondsPerDay * 1_000_000
    - 1
}

extension Datetime {
  static func instant(of bytes: Span<UInt8>) throws(SyntaxError) -> Int64 {
    try SyntaxError.Kind.datetime.checkLength(of: 0..<bytes.count, in: bytes)
    let day = try dayNumber(in: bytes)
    let second = try secondOfDay(in: bytes)
    let (microsecond, zoneStart) = try fraction(in: bytes)
    let offsetSeconds = try offset(in: bytes, at: zoneStart)
    // In range: 10 000 years are 3 * 10^17 microseconds.
    let seconds = Int64(day - CivilDate.epochDay) * secondsPerDay + Int64(second - offsetSeconds)
    let instant = seconds * 1_000_000 + Int64(microsecond)
    guard instant >= firstInstant else { throw SyntaxError(.datetime, .yearZero, at: 0, in: bytes) }
    return instant
  }

  /// `YYYY-MM-DDT`
  private static func dayNumber(in bytes: Span<UInt8>) throws(SyntaxError) -> Int {
    let year = try number(in: bytes, at: 0, digits: 4)
    try expect(UInt8(ascii: "-"), in: bytes, at: 4)
    let month = try number(in: bytes, at: 5, digits: 2)
    try expect(UInt8(ascii: "-"), in: bytes, at: 7)
    let day = try number(in: bytes, at: 8, digits: 2)
    try expect(UInt8(ascii: "T"), in: bytes, at: 10)
    guard let date = CivilDate(year: year, month: month, day: day) else {
      throw SyntaxError(.datetime, .date, at: 0, in: bytes)
    }
    return date.dayNumber
  }

  /// `HH:MM:SS`
  private static func secondOfDay(in bytes: Span<UInt8>) throws(SyntaxError) -> Int {
    let hour = try number(in: bytes, at: 11, digits: 2)
    try expect(UInt8(ascii: ":"), in: bytes, at: 13)
    let minute = try number(in: bytes, at: 14, digits: 2)
    try expect(UInt8(ascii: ":"), in: bytes, at: 16)
    let second = try number(in: bytes, at: 17, digits: 2)
    guard hour < 24, minute < 60, second < 60 else {
      throw SyntaxError(.datetime, .time, at: 11, in: bytes)
    }
    return (hour * 60 + minute) * 60 + second
  }

  /// `.` and digits, or nothing: the microseconds, and the offset of what follows.
  private static func fraction(in bytes: Span<UInt8>) throws(SyntaxError) -> (Int, Int) {
    guard bytes[19] == UInt8(ascii: ".") else { return (0, 19) }
    var (microseconds, unit, index) = (0, 100_000, 20)
    while index < bytes.count, bytes[index].isDigit {
      microseconds += Int(bytes[index] - UInt8(ascii: "0")) * unit
      unit /= 10
      index += 1
    }
    guard index > 20 else { throw SyntaxError(.datetime, .digit, at: index, in: bytes) }
    return (microseconds, index)
  }

  /// `Z` or `±HH:MM`, and the end: the offset from UTC in seconds.
  private static func offset(
    in bytes: Span<UInt8>, at start: Int
  ) throws(SyntaxError) -> Int {
    let rest = bytes.count - start
    if rest == 1, bytes[start] == UInt8(ascii: "Z") { return 0 }
    let isNegative = rest > 0 && bytes[start] == UInt8(ascii: "-")
    guard rest == 6, isNegative || bytes[start] == UInt8(ascii: "+"),
      bytes[start + 3] == UInt8(ascii: ":")
    else { throw SyntaxError(.datetime, .zone, at: start, in: bytes) }
    let hours = try number(in: bytes, at: start + 1, digits: 2)
    let minutes = try number(in: bytes, at: start + 4, digits: 2)
    guard hours < 24, minutes < 60 else {
      throw SyntaxError(.datetime, .zone, at: start, in: bytes)
    }
    let seconds = (hours * 60 + minutes) * 60
    if isNegative, seconds == 0 {
      throw SyntaxError(.datetime, .unknownOffset, at: start, in: bytes)
    }
    return isNegative ? -seconds : seconds
  }

  /// The callers have checked that the bytes are there.
  private static func number(
    in bytes: Span<UInt8>, at start: Int, digits: Int
  ) throws(SyntaxError) -> Int {
    var value = 0
    for index in start..<start + digits {
      guard bytes[index].isDigit else {
        throw SyntaxError(.datetime, .digit, at: index, in: bytes)
      }
      value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
    }
    return value
  }

  private static func expect(
    _ byte: UInt8, in bytes: Span<UInt8>, at index: Int
  ) throws(SyntaxError) {
    guard bytes[index] == byte else {
      throw SyntaxError(.datetime, .punctuation, at: index, in: bytes)
    }
  }
}

extension Datetime {
  private static func text(millisecondsSinceYearZero milliseconds: Int) -> String {
    let date = CivilDate(dayNumber: milliseconds / 86_400_000)
    let second = milliseconds / 1_000
    return String(unsafeUninitializedCapacity: 24) { buffer in
      write(date.year, to: 4, in: buffer, digits: 4, then: "-")
      write(date.month, to: 7, in: buffer, digits: 2, then: "-")
      write(date.day, to: 10, in: buffer, digits: 2, then: "T")
      write(second / 3_600 % 24, to: 13, in: buffer, digits: 2, then: ":")
      write(second / 60 % 60, to: 16, in: buffer, digits: 2, then: ":")
      write(second % 60, to: 19, in: buffer, digits: 2, then: ".")
      write(milliseconds % 1_000, to: 23, in: buffer, digits: 3, then: "Z")
      return 24
    }
  }

  /// Safe: the calls above write each of the 24 bytes that the buffer has.
  private static func write(
    _ value: Int, to end: Int, in buffer: UnsafeMutableBufferPointer<UInt8>, digits: Int,
    then mark: Unicode.Scalar
  ) {
    var rest = value
    for index in (end - digits..<end).reversed() {
      buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    buffer[end] = UInt8(ascii: mark)
  }
}
