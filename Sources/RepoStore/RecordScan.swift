// RecordScan.swift: the answer to a question, found by going along a tree.
//
// Any tree with its records: a snapshot's, or one in a file. Not here: what matches
// (RecordQuery+Match).
import DAGCBOR
import MST

/// The records that match a query, one at a time.
public struct RecordScan: Sendable {
  private let query: RecordQuery
  private let read: @Sendable (CID) throws(StoreError) -> [UInt8]
  private var walk: MSTWalk
  private var found = 0
  /// Records left out because they have no time to compare with `since` and `until`.
  public private(set) var withoutTimeCount = 0

  /// `read`: the block of a record that the tree names.
  public init(
    _ query: RecordQuery, in tree: MST,
    read: @escaping @Sendable (CID) throws(StoreError) -> [UInt8]
  ) {
    self.query = query
    self.read = read
    walk = tree.walk(query.keyRange, query.order == .ascending ? .ascending : .descending)
  }

  /// The next record that matches, or nil.
  ///
  /// Cost: amortised one node for four records, and every record in the range is read.
  /// - Throws: `.tree`, and what `read` throws.
  public mutating func next() throws(StoreError) -> StoredRecord? {
    if let limit = query.limit, found >= limit { return nil }
    while let entry = try nextEntry() {
      guard let path = entry.path else { continue }
      let record = StoredRecord(path: path, cid: entry.value, bytes: try read(entry.value))
      if query.isAboutKeysAlone {
        found += 1
        return record
      }
      let value = try translate({ () throws(CBORError) in try record.value }) {
        StoreError.record(path, .encoding($0))
      }
      switch query.verdict(on: value) {
      case .match:
        found += 1
        return record
      case .noMatch: continue
      case .withoutTime: withoutTimeCount += 1
      }
    }
    return nil
  }

  /// How many records match. Reads none where the question is about keys alone.
  public mutating func count() throws(StoreError) -> Int {
    var count = 0
    if query.isAboutKeysAlone {
      while count < query.limit ?? .max, try nextEntry() != nil { count += 1 }
      return count
    }
    while try next() != nil { count += 1 }
    return count
  }

  private mutating func nextEntry() throws(StoreError) -> MSTEntry? {
    var walk = walk
    defer { self.walk = walk }
    return try inTree { () throws(MSTError) in try walk.next() }
  }
}
