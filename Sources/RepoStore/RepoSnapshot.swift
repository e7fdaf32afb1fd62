// RepoSnapshot.swift: a repo at one commit: records, collections, questions, differences.
//
// A value over immutable blocks: what it answers never changes, whatever is written beside it.
// Exports and proofs are in RepoSnapshot+CAR, verification in RepoSnapshot+Verify, which
// blocks belong to it in RepoSnapshot+Reach.
import ATSyntax
import DAGCBOR
import MST

/// A record as it is kept.
public struct StoredRecord: Hashable, Sendable {
  public var path: RecordPath
  public var cid: CID
  /// The block, as it was written or came from elsewhere.
  public var bytes: [UInt8]

  public init(path: RecordPath, cid: CID, bytes: [UInt8]) {
    self.path = path
    self.cid = cid
    self.bytes = bytes
  }

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

  public init(collection: NSID, count: Int) {
    self.collection = collection
    self.count = count
  }
}

/// A repo at one commit.
public struct RepoSnapshot: Sendable {
  public let name: RepoName
  public let head: RepoHead
  let blocks: StoreBlocks
  /// Keeps compaction from taking away what this reads, for 10 minutes; an export renews it.
  let lease: SnapshotLease

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
    guard let bytes = try blocks.bytes(of: cid) else { throw missing(cid) }
    return bytes
  }

  /// Why a block is not there: damage, unless this state was let go of.
  func missing(_ cid: CID) -> StoreError {
    isExpired ? .snapshotExpired(did, head.rev) : .blockMissing(cid, repo: did)
  }

  /// Whether nothing keeps what this reads any more.
  private var isExpired: Bool {
    blocks.log.read { published in
      guard let repo = published.state.repos[blocks.repo] else { return true }
      let first = published.state.sealed.first?.firstLSN ?? published.active.firstLSN
      return head.lsn < first || head.lsn < repo.purged?.lsn ?? .zero
    }
  }

  /// Runs questions to the tree and tells their error as the store's.
  func inTree<Value>(_ body: () throws(MSTError) -> Value) throws(StoreError) -> Value {
    do throws(MSTError) {
      return try body()
    } catch {
      guard case .blockMissing(let cid, _) = error, isExpired else { throw .tree(error) }
      throw missing(cid)
    }
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
    RecordScan(query, in: tree) { cid throws(StoreError) in try recordBytes(cid) }
  }

  /// What differs from here to `later`, in key order. Cost: follows the difference.
  public func changes(to later: RepoSnapshot) throws(StoreError) -> [MSTChange] {
    let (from, to) = (tree, later.tree)
    return try inTree { () throws(MSTError) in try from.diff(to: to).changes }
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
