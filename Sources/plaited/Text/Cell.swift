// Cell.swift: one value in a table or on a card, and what each mode writes for it.
//
// For people: short, relative, set off. In plain output: whole identifiers, RFC 3339, bare numbers,
// and nothing that a tab-separated reader would trip over.
import ATSyntax
import DAGCBOR

/// A value by what it is, not by how it looks.
enum Cell: Equatable {
  case absent
  case text(String)
  /// A name that is copied whole: a path, a DID, a rev.
  case id(String)
  case count(Int)
  case byteCount(Int)
  /// Microseconds since 1970.
  case time(Int64)
  case microseconds(Int)
  case good(String)
  case bad(String)
  case faint(String)
  /// A field of a record, as it stands there.
  case value(CBORValue)
  /// A whole record, of which people see the beginning.
  case record(CBORValue)
}

/// A cell as people see it.
struct StyledText: Equatable {
  var text: String
  var style = Style.normal
}

extension Cell {
  /// What plain output says: one line without tabs.
  var plain: String {
    switch self {
    case .absent: ""
    case .text(let text), .id(let text), .good(let text), .bad(let text), .faint(let text):
      VisibleText.escaped(text)
    case .count(let count), .byteCount(let count), .microseconds(let count): String(count)
    case .time(let instant): Instant.text(instant)
    case .value(let value): VisibleText.escaped(Cell.text(of: value))
    case .record(let value): VisibleText.escapedJSON(JSONForm.encode(value))
    }
  }

  /// What people see.
  /// - Parameter now: microseconds since 1970.
  func human(now: Int64) -> StyledText {
    switch self {
    case .absent: StyledText(text: "–", style: .faint)
    case .text, .count: StyledText(text: plain)
    case .id: StyledText(text: plain, style: .notable)
    case .byteCount(let count): StyledText(text: Amount.bytes(count))
    case .time(let instant): StyledText(text: Instant.ago(instant, now: now), style: .faint)
    case .microseconds(let count): StyledText(text: Amount.duration(microseconds: count))
    case .good: StyledText(text: plain, style: .good)
    case .bad: StyledText(text: plain, style: .bad)
    case .faint: StyledText(text: plain, style: .faint)
    case .value(let value): Cell.human(value, now: now)
    case .record(let value): StyledText(text: Cell.summary(of: value))
    }
  }

  private static func human(_ value: CBORValue, now: Int64) -> StyledText {
    if case .string(let text) = value, let instant = Instant.reading(text) {
      return Cell.time(instant).human(now: now)
    }
    return StyledText(text: VisibleText.escaped(text(of: value)))
  }

  /// A string without quotes, anything else as JSON.
  private static func text(of value: CBORValue) -> String {
    if case .string(let text) = value { return text }
    return String(decoding: JSONForm.encode(value), as: UTF8.self)
  }

  /// `key=value` of the members that say something at a glance, the short ones first.
  private static func summary(of record: CBORValue) -> String {
    guard case .map(let map) = record else { return VisibleText.escaped(text(of: record)) }
    var parts: [String] = []
    for (key, value) in map where key != "$type" && key != "createdAt" {
      parts.append(VisibleText.escaped("\(key)=\(shown(value))"))
    }
    return parts.joined(separator: " ")
  }

  private static func shown(_ value: CBORValue) -> String {
    guard case .string(let text) = value else {
      return String(decoding: JSONForm.encode(value), as: UTF8.self)
    }
    let isWord = !text.isEmpty && !text.unicodeScalars.contains { $0 == " " || $0 == "\"" }
    return isWord ? text : String(decoding: JSONForm.encode(value), as: UTF8.self)
  }
}
