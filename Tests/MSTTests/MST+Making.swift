// MST+Making.swift: how these tests make trees and look into them.
import DAGCBOR
import MST
import TestKit
import Testing

/// A record CID that stands for `number`.
func record(_ number: Int) -> CID { CID(of: SlowCBOR.item { $0.integer(number) }) }

func key(_ text: String) throws -> MSTKey { try MSTKey(text) }

extension MST {
  /// The tree of `records`, put in one by one in the order of `keys`.
  init(_ records: [[UInt8]: CID], inOrder keys: [[UInt8]]? = nil) throws {
    self.init()
    for key in keys ?? Array(records.keys) {
      _ = try insert(MSTKey(key), #require(records[key]))
    }
  }

  /// Seals the tree; every block that it emits.
  mutating func sealedBlocks() -> BlockMap {
    var blocks = BlockMap()
    _ = seal { cid, bytes in blocks.insert(cid, bytes) }
    return blocks
  }

  func records(in range: KeyRange = .all) throws -> [[UInt8]: CID] {
    var records: [[UInt8]: CID] = [:]
    var walk = walk(range)
    while let entry = try walk.next() { records[entry.key.bytes] = entry.value }
    return records
  }

  func entries(in range: KeyRange = .all, _ direction: Direction = .ascending) throws -> [MSTEntry]
  {
    var entries: [MSTEntry] = []
    var walk = walk(range, direction)
    while let entry = try walk.next() { entries.append(entry) }
    return entries
  }
}

extension MSTBuilder {
  /// The root and blocks of the tree of `entries`, which ascend.
  static func tree(of entries: [SlowEntry]) throws -> (root: CID, blocks: BlockMap) {
    var blocks = BlockMap()
    var builder = MSTBuilder()
    for entry in entries {
      try builder.append(MSTKey(entry.key), entry.value) { cid, bytes in blocks.insert(cid, bytes) }
    }
    let root = builder.finish { cid, bytes in blocks.insert(cid, bytes) }
    return (root, blocks)
  }
}

extension SlowTree {
  var blockMap: BlockMap { BlockMap(blocks) }

  var mstEntries: [MSTEntry] {
    get throws { try entries.map { try MSTEntry(key: MSTKey($0.key), value: $0.value) } }
  }
}

/// The nodes that `emit` is given, in order.
func emitted(
  _ body: ((CID, RawSpan) -> Void) throws -> Void
) rethrows -> [(cid: CID, bytes: [UInt8])] {
  var nodes: [(cid: CID, bytes: [UInt8])] = []
  try body { cid, bytes in nodes.append((cid, bytes.withUnsafeBytes { Array($0) })) }
  return nodes
}
