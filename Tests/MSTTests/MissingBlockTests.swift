// MissingBlockTests.swift: trees of which one node is not there: what does not need it works, the
// rest says which block is missing and which node names it.
import DAGCBOR
@testable import MST
import TestKit
import Testing

@Suite("A tree with a missing block")
struct MissingBlockTests {
  static let oracle = SlowTree(
    Dictionary(
      uniqueKeysWithValues: KeyPool.all.enumerated().filter { $0.offset % 5 == 0 }
        .map { ($1.key, record($0)) }))

  /// The node that names each node; nil for the root.
  static let parents: [CID: CID?] = {
    var parents: [CID: CID?] = [oracle.root.cid: nil]
    var open = [oracle.root]
    while let node = open.popLast() {
      for child in node.children.compactMap({ $0 }) {
        parents[child.cid] = .some(node.cid)
        open.append(child)
      }
    }
    return parents
  }()

  struct Gap {
    var missing: CID
    var error: MSTError
    var blocks: BlockMap

    var tree: MST { MST(root: MissingBlockTests.oracle.root.cid, in: blocks) }
  }

  static var gaps: [Gap] {
    oracle.blocks.keys.sorted().map { missing in
      var blocks = oracle.blockMap
      blocks.blocks[missing] = nil
      let error = MSTError.blockMissing(missing, neededBy: parents[missing] ?? nil)
      return Gap(missing: missing, error: error, blocks: blocks)
    }
  }

  @Test("answers for every key whose path is there, and names the block for the others")
  func lookups() throws {
    for gap in MissingBlockTests.gaps {
      for entry in KeyPool.all {
        let key = try MSTKey(entry.key)
        let path = MissingBlockTests.oracle.path(to: entry.key).map(\.cid)
        if path.contains(gap.missing) {
          #expect(throws: gap.error) { try gap.tree.value(of: key) }
        } else {
          let expected = MissingBlockTests.oracle.records[entry.key]
          #expect(try gap.tree.value(of: key) == expected)
        }
      }
    }
  }

  @Test("is walked up to the gap, from either side, and no further")
  func walks() throws {
    let entries = try MissingBlockTests.oracle.mstEntries
    let root = MissingBlockTests.oracle.root.cid
    for gap in MissingBlockTests.gaps {
      for (direction, whole) in [
        (MST.Direction.ascending, entries), (.descending, entries.reversed()),
      ] {
        var walk = gap.tree.walk(.all, direction)
        var seen: [MSTEntry] = []
        let error = refusal { while let entry = try walk.next() { seen.append(entry) } }
        #expect(error == gap.error)
        #expect(seen == Array(whole.prefix(seen.count)))
        // The walk stays where it was.
        #expect(throws: gap.error) { try walk.next() }
      }
      #expect(throws: gap.error) { try gap.tree.count() }
      #expect(throws: gap.error) { try MST.verify(root: root, in: gap.blocks) }
      #expect(throws: gap.error) { try MST.verified(root: root, in: gap.blocks) }
      let partial = try MST.verified(root: root, in: gap.blocks, absent: .opaque)
      #expect(partial.rootCID == gap.tree.rootCID)
    }
  }

  @Test("changes as a whole one does, or not at all", arguments: 0..<8)
  func changes(shard: Int) throws {
    for (number, gap) in MissingBlockTests.gaps.enumerated() where number % 8 == shard {
      for entry in KeyPool.all.enumerated().filter({ $0.offset % 3 == number % 3 }).map(\.element) {
        let key = try MSTKey(entry.key)
        try change(gap, key, record(1_000))
        try change(gap, key, nil)
      }
    }
  }

  private func change(_ gap: Gap, _ key: MSTKey, _ value: CID?) throws {
    var tree = gap.tree
    let error = refusal {
      if let value { _ = try tree.insert(key, value) } else { _ = try tree.remove(key) }
    }
    if let error {
      #expect(error == gap.error)
      #expect(tree.seal() == MissingBlockTests.oracle.root.cid)
      return
    }
    var records = MissingBlockTests.oracle.records
    records[key.bytes] = value
    #expect(tree.seal() == SlowTree(records).root.cid)
  }

  @Test("differs from another tree where it can be seen; else the block is named")
  func diffs() throws {
    var changed = MissingBlockTests.oracle.records
    for entry in MissingBlockTests.oracle.entries.prefix(3) { changed[entry.key] = record(5_000) }
    let other = SlowTree(changed)
    let whole = MST(root: other.root.cid, in: other.blockMap)
    let shared = Set(other.blocks.keys)
    for gap in MissingBlockTests.gaps {
      if shared.contains(gap.missing) {
        let diff = try gap.tree.diff(to: whole)
        #expect(diff.changes == MissingBlockTests.oracle.changes(to: other))
      } else {
        #expect(throws: MSTError.self) { try gap.tree.diff(to: whole) }
        #expect(throws: MSTError.self) { try whole.diff(to: gap.tree) }
      }
    }
  }
}
