// SlowTree+Questions.swift: what the oracle answers about trees, by definition and without haste.
import DAGCBOR
import MST

extension SlowTree {
  var records: [[UInt8]: CID] {
    Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
  }

  /// Every node's block.
  var blocks: [CID: [UInt8]] {
    var blocks: [CID: [UInt8]] = [:]
    var open = [root]
    while let node = open.popLast() {
      blocks[node.cid] = node.bytes
      open += node.children.compactMap { $0 }
    }
    return blocks
  }

  /// The nodes from the root to where `key` is, or would be.
  func path(to key: [UInt8]) -> [SlowNode] {
    var path = [root]
    while true {
      let node = path[path.count - 1]
      let before = node.entries.count { $0.key.lexicographicallyPrecedes(key) }
      if before < node.entries.count, node.entries[before].key == key { return path }
      guard let child = node.children[before] else { return path }
      path.append(child)
    }
  }

  func predecessor(of key: [UInt8]) -> [UInt8]? {
    entries.last { $0.key.lexicographicallyPrecedes(key) }?.key
  }

  func successor(of key: [UInt8]) -> [UInt8]? {
    entries.first { key.lexicographicallyPrecedes($0.key) }?.key
  }

  /// The nodes that a commit's subscriber needs to undo operations on `keys`: the paths to each key
  /// and to both of its neighbours.
  func coveringProof(of keys: [[UInt8]]) -> Set<CID> {
    var proof: Set<CID> = []
    for key in keys {
      for wanted in [key, predecessor(of: key), successor(of: key)] {
        guard let wanted else { continue }
        proof.formUnion(path(to: wanted).map(\.cid))
      }
    }
    return proof
  }

  /// What differs from this tree to `new`, in key order.
  func changes(to new: SlowTree) -> [MSTChange] {
    let (before, after) = (records, new.records)
    let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }.map {
      // Proof of `try!`: the worlds of these tests hold valid keys only.
      MSTChange(key: try! MSTKey($0), old: before[$0], new: after[$0])
    }
  }
}
