// RepoSnapshot.swift: a repo at one commit: records, collections, questions, differences.
//
// A value over immutable blocks: what it answers never changes, whatever is written beside it.
// Exports and proofs are in RepoSnapshot+CAR, verification in RepoSnapshot+Verify.
import ATSyntax
import DAGCBOR
import MST

/// A record as it is kept.
public struct StoredRecord: Hashable, Sendable {
  public var path: RecordPath
  public var cid: CID
  /// The block, as it was written or came from elsewhere.
  public var bytes: [UInt8]

  /// The record decoded.
  /// - Throws: what is wrong with its encoding; records from elsewhere were checked at the door.
  public var value: CBORValue {
    get throws(CBORError) { try CBOR.decode(bytes) }
  }
}

/// A collection and how many records it has.
public struct CollectionCount: Hashable, Sendable {
  public var collection: NSID
  public var count: Int
}

/// A repo at one commit.
public struct RepoSnapshot: Sendable {
  public let name: RepoName
  public let head: RepoHead
  let blocks: StoreBlocks

  public var did: DID { name.did }

  /// The tree at this commit; its nodes are read when they are needed.
  public var tree: MST { MST(root: head.data, in: blocks) }

  /// The record at `path`, or nil. Cost: a path of nodes, and the record.
  /// - Throws: `.tree`, `.blockMissing`, `.corrupt`, `.disk`.
  public func record(at path: RecordPath) throws(StoreError) -> StoredRecord? {
    let tree = tree
    let cid = try inTree { () throws(MSTError) in try tree.value(of: MSTKey(path)) }
    guard let cid else { return nil }
    return StoredRecord(path: path, cid: cid, bytes: try recordBytes(cid))
  }

  func recordBytes(_ cid: CID) throws(StoreError) -> [UInt8] {
    guard let bytes = try blocks.bytes(of: cid) else { throw .blockMissing(cid, repo: did) }
    return bytes
  }

  /// The signed commit's block.
  public func commitBlock() throws(StoreError) -> [UInt8] { try recordBytes(head.commit) }

  /// Every collection with the number of its records. Cost: the whole tree is read, no record is.
  public func collections() throws(StoreError) -> [CollectionCount] {
    let tree = tree
    var counts: [CollectionCount] = []
    var walk = tree.walk()
    while let entry = try inTree({ () throws(MSTError) in try walk.next() }) {
      guard let path = entry.path else { continue }
      if counts.last?.collection == path.collection {
        counts[counts.count - 1].count += 1
      } else {
        counts.append(CollectionCount(collection: path.collection, count: 1))
      }
    }
    return counts
  }

  /// The collections alone. Cost: a path of nodes for each, whatever their sizes.
  public func collectionNames() throws(StoreError) -> [NSID] {
    let tree = tree
    var names: [NSID] = []
    var range = KeyRange.all
    while true {
      var walk = tree.walk(range)
      guard let entry = try inTree({ () throws(MSTError) in try walk.next() }) else {
        return names
      }
      guard let path = entry.path else {
        range.lower = entry.key.bytes + [0]
        continue
      }
      names.append(path.collection)
      // The first key after all of this collection: "0" follows "/".
      range.lower = Array("\(path.collection)0".utf8)
    }
  }

  /// The answer to `query`, record by record.
  public func records(_ query: RecordQuery) -> RecordScan {
    RecordScan(self, query)
  }

  /// What differs from here to `later`, in key order. Cost: follows the difference.
  public func changes(to later: RepoSnapshot) throws(StoreError) -> [MSTChange] {
    let (from, to) = (tree, later.tree)
    return try inTree { () throws(MSTError) in try from.diff(to: to).changes }
  }

  /// Whether this commit reaches `cid`: as its commit, a node or a record. Cost: up to the whole
  /// tree.
  public func reaches(_ cids: Set<CID>) throws(StoreError) -> Set<CID> {
    var found: Set<CID> = cids.contains(head.commit) ? [head.commit] : []
    try tree.forEachBlock(wrap: { StoreError.tree($0) }) { block throws(StoreError) in
      switch block {
      case .node(let cid, _), .record(_, let cid):
        if cids.contains(cid) { found.insert(cid) }
      }
    }
    return found
  }

  /// The bytes of a block of this repo, reachable from here or not.
  public func block(_ cid: CID) throws(StoreError) -> [UInt8]? { try blocks.bytes(of: cid) }
}

extension MSTEntry {
  /// The key as a record path; nil for the rare key of another host that is none.
  public var path: RecordPath? {
    key.bytes.withUnsafeBytes { bytes in
      do throws(SyntaxError) {
        return try RecordPath(utf8: bytes)
      } catch {
        return nil
      }
    }
  }
}

/// The answer to a question, found by going along the tree.
public struct RecordScan: Sendable {
  private let snapshot: RepoSnapshot
  private let query: RecordQuery
  private var walk: MSTWalk
  private var found = 0
  /// Records left out because they have no time to compare with `since` and `until`.
  public private(set) var withoutTimeCount = 0

  init(_ snapshot: RepoSnapshot, _ query: RecordQuery) {
    self.snapshot = snapshot
    self.query = query
    walk = snapshot.tree.walk(
      query.keyRange, query.order == .ascending ? .ascending : .descending)
  }

  /// The next record that matches, or nil.
  ///
  /// Cost: amortised one node for four records, and every record in the range is read.
  public mutating func next() throws(StoreError) -> StoredRecord? {
    if let limit = query.limit, found >= limit { return nil }
    while let entry = try nextEntry() {
      guard let path = entry.path else { continue }
      let record = StoredRecord(
        path: path, cid: entry.value, bytes: try snapshot.recordBytes(entry.value))
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
