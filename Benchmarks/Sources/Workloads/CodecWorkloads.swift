// CodecWorkloads.swift: W6, DAG-CBOR by hand: a record of 256 bytes and a node of four entries.
//
// A node is decoded on the public way: a lookup in a tree of one stored node. That is one decode,
// the hash of a first key (which tells a root's layer) and a search.
import DAGCBOR
import Input
import MST
import World

extension Workload {
  private static let codecCount = 10_000

  static func codec() -> [Workload] {
    [
      Workload("validate/record/256-bytes", operations: codecCount) { _ in
        let records = recordsOf256Bytes()
        return Pass { for record in records { try CBOR.validate(record) } }
      },
      Workload("decode/record/256-bytes", operations: codecCount) { _ in
        let records = recordsOf256Bytes()
        return Pass { for record in records { use(try CBOR.decode(record)) } }
      },
      Workload("encode/record/256-bytes", operations: codecCount) { _ in
        let values = try recordsOf256Bytes().map { try CBOR.decode($0) }
        return Pass { for value in values { use(try CBOR.encode(value)) } }
      },
      Workload("decode/node/4-entries", operations: codecCount) { worlds in
        let nodes = try nodesOfFourEntries(worlds)
        return Pass {
          for node in nodes { use(try MST(root: node.root, in: node).value(of: node.key)) }
        }
      },
    ]
  }

  /// Records of the common input's shape, their text longer or shorter so that each has 256 bytes.
  static func recordsOf256Bytes() -> [[UInt8]] {
    (0..<codecCount).map { index in
      let record = CommonInput.record(index)
      // `a4 64 text 78 <count>` stands before the text.
      let textCount = Int(record[7])
      let wanted = textCount + 256 - record.count
      let text = (0..<wanted).map { record[8 + $0 % textCount] }
      return record[..<7] + [UInt8(wanted)] + text + record[(8 + textCount)...]
    }
  }

  /// Leaf nodes with four keys each, every one the root of a tree of its own.
  private static func nodesOfFourEntries(_ worlds: Worlds) throws -> [SingleNode] {
    let keys = try worlds.entries(10 * codecCount).filter { $0.key.height == 0 }.sorted {
      $0.key < $1.key
    }
    return try (0..<codecCount).map { index in
      let entries = (0..<4).map { keys[(index + $0) % (keys.count - 4)] }.sorted { $0.key < $1.key }
      var bytes: [UInt8] = []
      let root = try RepoWorld.build(entries) { _, block in
        bytes = block.withUnsafeBytes { Array($0) }
      }
      return SingleNode(root: root, bytes: bytes, key: entries[3].key)
    }
  }
}

/// A store of one block, which costs nothing to look up.
private struct SingleNode: BlockReader {
  let root: CID
  let bytes: [UInt8]
  /// A key that is in the node.
  let key: MSTKey

  func block(_ cid: CID) -> [UInt8]? { bytes }
}
