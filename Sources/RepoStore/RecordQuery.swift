// RecordQuery.swift: a question about the records of one collection, as a value.
//
// The same value is answered from the tree by a scan and, elsewhere, from views or over the
// network; all must agree. Not here: reading anything (RecordScan), or the rules of comparing
// (RecordQuery+Match).
import ATSyntax
import MST

/// Which records of a collection, and in which order.
public struct RecordQuery: Hashable, Sendable {
  /// By record key, which for TIDs is by time.
  public enum Order: Hashable, Sendable {
    case ascending
    /// Newest first where keys are TIDs: the usual order.
    case descending
  }

  public var collection: NSID
  /// Only record keys that begin so; empty for all.
  public var rkeyPrefix = ""
  /// All of them must hold.
  public var conditions: [Condition] = []
  /// The earliest instant, itself included, of `timeField`.
  public var since: Datetime?
  /// The first instant that is too late.
  public var until: Datetime?
  public var timeField = FieldPath.createdAt
  public var order = Order.descending
  /// How many matching records at most; nil for all.
  public var limit: Int?
  /// Where the answer before this one ended: that record is not answered again.
  public var cursor: RecordKey?

  public init(_ collection: NSID) { self.collection = collection }

  /// The keys of the tree among which the answer is: bounded by prefix and cursor.
  public var keyRange: KeyRange {
    var range = KeyRange.prefix("\(collection)/\(rkeyPrefix)")
    guard let cursor else { return range }
    let key = Array("\(collection)/\(cursor)".utf8)
    switch order {
    case .ascending:
      let first = key + [0]
      if range.lower.lexicographicallyPrecedes(first) { range.lower = first }
    case .descending:
      guard let upper = range.upper else {
        range.upper = key
        break
      }
      if key.lexicographicallyPrecedes(upper) { range.upper = key }
    }
    return range
  }

  /// Whether every record in `keyRange` matches, so that none needs to be read.
  public var isAboutKeysAlone: Bool { conditions.isEmpty && since == nil && until == nil }
}
