// RepoSnapshot+Reach.swift: which blocks belong to a repo at one commit.
//
// A store keeps more than that: history, and other repos' trees. Who asks by CID alone is answered
// only with what the commit reaches. A node says by its keys where it would stand; a record does
// not, so it is looked for: first where its $type says, then everywhere.
import ATSyntax
import DAGCBOR
import MST

extension RepoSnapshot {
  /// Those of `cids` that this commit reaches: as its commit, a node or a record.
  ///
  /// Cost: a path of nodes for each node; for records their collections' nodes, and where one is
  /// not found there the whole tree, once for all.
  public func reached(of cids: Set<CID>) throws(StoreError) -> Set<CID> {
    var reached: Set<CID> = []
    var records: [CID: NSID?] = [:]
    for cid in cids where cid.codec == .dagCBOR {
      guard let block = try block(cid) else { continue }
      if cid == head.commit {
        reached.insert(cid)
      } else if try inTree({ () throws(MSTError) in try tree.reaches(node: cid) }) {
        reached.insert(cid)
      } else if let collection = RecordShape.collection(of: block) {
        records[cid] = collection
      }
    }
    for range in Set(records.values.compactMap(\.self)).map({ KeyRange.prefix("\($0)/") }) {
      try find(&records, in: range, &reached)
    }
    try find(&records, in: .all, &reached)
    return reached
  }

  /// Moves the records that stand in `range` to `reached`.
  private func find(
    _ records: inout [CID: NSID?], in range: KeyRange, _ reached: inout Set<CID>
  ) throws(StoreError) {
    var walk = tree.walk(range)
    while !records.isEmpty {
      guard let entry = try inTree({ () throws(MSTError) in try walk.next() }) else { return }
      if records.removeValue(forKey: entry.value) != nil { reached.insert(entry.value) }
    }
  }
}

/// What a block looks like, to somebody who does not know where it stands.
private enum RecordShape {
  /// The collection that a record names as its own; the inner nil where it names none, the outer
  /// where the block is no record.
  static func collection(of block: [UInt8]) -> NSID?? {
    do throws(CommitError) {
      _ = try CommitBlock(block)
      return .none
    } catch {
      return record(block)
    }
  }

  private static func record(_ block: [UInt8]) -> NSID?? {
    do throws(CBORError) {
      guard case .map(let map) = try CBOR.decode(block) else { return .none }
      let isNode = map.count == 2 && map["e"] != nil && map["l"] != nil
      if isNode { return .none }
      guard case .string(let type)? = map["$type"] else { return .some(nil) }
      do throws(SyntaxError) { return try NSID(type) } catch { return .some(nil) }
    } catch {
      return .none
    }
  }
}
