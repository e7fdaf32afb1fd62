// CivilDate.swift: the Gregorian calendar, extended back to the year 0, as day numbers.
//
// Day 0 is 0000-01-01. Not here: hours, offsets and text (Datetime).

/// A day that the calendar has.
struct CivilDate: Equatable {
  let year: Int
  let month: Int
  let day: Int

  /// The number of 1970-01-01.
  static let epochDay = 719_528

  /// - Returns: nil where the calendar has no such day, or the year has not one to four digits.
  init?(year: Int, month: Int, day: Int) {
    guard 0...9_999 ~= year, 1...12 ~= month,
      1...CivilDate.dayCount(ofMonth: month, year: year) ~= day
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// - Precondition: 0 <= `dayNumber` < 3 652 425, the days of the years 0 to 9999.
  init(dayNumber: Int) {
    precondition(0..<CivilDate.dayCount(beforeYear: 10_000) ~= dayNumber, "day \(dayNumber)")
    // 400 years are 146 097 days, so this is the year or a neighbour of it.
    var year = dayNumber * 400 / 146_097
    while CivilDate.dayCount(beforeYear: year) > dayNumber { year -= 1 }
    while CivilDate.dayCount(beforeYear: year + 1) <= dayNumber { year += 1 }
    var rest = dayNumber - CivilDate.dayCount(beforeYear: year)
    var month = 1
    while rest >= CivilDate.dayCount(ofMonth: month, year: year) {
      rest -= CivilDate.dayCount(ofMonth: month, year: year)
      month += 1
    }
    (self.year, self.month, day) = (year, month, rest + 1)
  }

  var dayNumber: Int {
    var number = CivilDate.dayCount(beforeYear: year) + day - 1
    for earlier in 1..<month { number += CivilDate.dayCount(ofMonth: earlier, year: year) }
    return number
  }

  /// Days of all years from 0 on that are before `year`; the year 0 is a leap year.
  static func dayCount(beforeYear year: Int) -> Int {
    365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400
  }

  private static func dayCount(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
