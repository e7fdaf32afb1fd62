// TimeArgument.swift: times as people type them: a datetime, a date, or how long ago.
import ATSyntax
import ArgumentParser

/// A time given on the command line; one relative to now is only known when the command runs.
enum TimeArgument: Equatable, Sendable {
  case at(Datetime)
  /// Microseconds before now.
  case ago(Int64)

  /// Reads `2024-05-01T10:00:00Z`, `2024-05-01` (midnight UTC), `now`, or a whole number of
  /// `s m h d w`: `90s`, `2h`, `7d`.
  init?(_ text: String) {
    if text == "now" {
      self = .ago(0)
    } else if let seconds = TimeArgument.seconds(text) {
      self = .ago(seconds * 1_000_000)
    } else if let datetime = TimeArgument.datetime(text) {
      self = .at(datetime)
    } else {
      return nil
    }
  }

  private static func seconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 10,
      text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber })
    else { return nil }
    return Int64(text.dropLast()).map { $0 * unit }
  }

  private static func datetime(_ text: String) -> Datetime? {
    let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
    do throws(SyntaxError) {
      return try Datetime(whole)
    } catch {
      return nil  // the option's own message says what is expected
    }
  }

  /// - Parameter now: microseconds since 1970.
  func datetime(now: Int64) throws(SyntaxError) -> Datetime {
    switch self {
    case .at(let datetime): datetime
    case .ago(let microseconds): try Datetime(microsecondsSinceEpoch: now - microseconds)
    }
  }
}

extension TimeArgument: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
