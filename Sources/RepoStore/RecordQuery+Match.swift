// RecordQuery+Match.swift: does a record answer the question?
//
// A test holds if one of the values under its field passes it. Types do not mix: "3" is not 3, and
// differs from it. Texts compare by bytes, or as instants where both are datetimes; integers by
// value; true, false and null are equal or not and have no order. Links, bytes, arrays and maps
// equal nothing, though the text of a link is under its `$link`.
import ATSyntax
import DAGCBOR

extension RecordQuery {
  /// What a query says of one record.
  public enum Verdict: Hashable, Sendable {
    case match
    case noMatch
    /// All conditions hold, but there is no datetime under `timeField` to compare: left out, and
    /// worth counting.
    case withoutTime
  }

  /// Judges a record by its content: collection, keys, limit and cursor are not looked at.
  public func verdict(on record: CBORValue) -> Verdict {
    guard conditions.allSatisfy({ $0.holds(in: record) }) else { return .noMatch }
    guard since != nil || until != nil else { return .match }
    guard let instant = instant(of: record) else { return .withoutTime }
    if let since, instant < since.microsecondsSinceEpoch { return .noMatch }
    if let until, instant >= until.microsecondsSinceEpoch { return .noMatch }
    return .match
  }

  /// The first datetime under `timeField`, in microseconds since 1970.
  private func instant(of record: CBORValue) -> Int64? {
    var instant: Int64?
    _ = timeField.contains(in: record) { value in
      instant = value.stringValue.flatMap { Datetime.instant(of: $0) }
      return instant != nil
    }
    return instant
  }
}

extension Condition {
  /// Whether one of the values under the field passes the test.
  public func holds(in record: CBORValue) -> Bool {
    switch test {
    case .exists: field.contains(in: record) { _ in true }
    case .equal(let literal): hasScalar(in: record) { $0.equals(literal) }
    case .notEqual(let literal): hasScalar(in: record) { !$0.equals(literal) }
    case .oneOf(let literals):
      hasScalar(in: record) { value in literals.contains { value.equals($0) } }
    case .less(let literal): hasOrder(in: record, literal) { $0 < 0 }
    case .lessOrEqual(let literal): hasOrder(in: record, literal) { $0 <= 0 }
    case .greater(let literal): hasOrder(in: record, literal) { $0 > 0 }
    case .greaterOrEqual(let literal): hasOrder(in: record, literal) { $0 >= 0 }
    case .contains(let text):
      hasText(in: record, Array(text.lowercased().utf8))
    }
  }

  /// Arrays stand for their elements.
  private func hasScalar(in record: CBORValue, where body: (CBORValue) -> Bool) -> Bool {
    field.contains(in: record) { value in
      if case .array = value { return false }
      return body(value)
    }
  }

  private func hasOrder(
    in record: CBORValue, _ literal: Literal, _ body: (Int) -> Bool
  ) -> Bool {
    field.contains(in: record) { value in value.order(beside: literal).map(body) ?? false }
  }

  private func hasText(in record: CBORValue, _ text: [UInt8]) -> Bool {
    field.contains(in: record) { value in
      value.stringValue.map { Array($0.lowercased().utf8).holds(text) } ?? false
    }
  }
}

extension CBORValue {
  fileprivate func equals(_ literal: Condition.Literal) -> Bool {
    switch (self, literal) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer, .integer), (.string, .string): order(beside: literal) == 0
    case (.null, _), (.bool, _), (.integer, _), (.string, _), (.bytes, _), (.array, _), (.map, _),
      (.link, _), (.foreignLink, _):
      false
    }
  }

  /// Negative, zero or positive as this is before, equal to or after the literal; nil where they
  /// cannot be compared.
  fileprivate func order(beside literal: Condition.Literal) -> Int? {
    switch (self, literal) {
    case (.integer(let a), .integer(let b)): return a < b ? -1 : a == b ? 0 : 1
    case (.string(let a), .string(let b, let instant)):
      if let instant, let own = Datetime.instant(of: a) {
        return own < instant ? -1 : own == instant ? 0 : 1
      }
      if a.utf8.elementsEqual(b.utf8) { return 0 }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    case (.null, _), (.bool, _), (.integer, _), (.string, _), (.bytes, _), (.array, _), (.map, _),
      (.link, _), (.foreignLink, _):
      return nil
    }
  }
}

extension [UInt8] {
  /// Whether `part` occurs in these bytes. O(n × m), n a record's text and m what someone typed.
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    guard part.count <= count else { return false }
    return (0...count - part.count).contains { start in
      self[start..<start + part.count].elementsEqual(part)
    }
  }
}
