// SlowTree.swift: the oracle: a tree made anew from its entries, by the definition alone.
//
// Sort the keys, find the highest depth, split the list at the keys of that depth, and do the same
// with each gap one level lower. Nothing is remembered from one tree to the next.
// Not here: how a node is written (SlowNode+Bytes), what is asked about trees (SlowTree+Questions).
// Spec: https://atproto.com/specs/repository#mst-structure
import DAGCBOR

struct SlowEntry: Hashable, Sendable {
  var key: [UInt8]
  var value: CID
  /// Half the number of leading zero bits of the key's SHA-256.
  var depth: Int

  init(_ key: [UInt8], _ value: CID) {
    self.key = key
    self.value = value
    depth = SlowTree.depth(of: key)
  }
}

struct SlowTree: Sendable {
  let entries: [SlowEntry]
  let root: SlowNode

  /// - Parameter sorted: entries in ascending order of their keys.
  init(sorted: [SlowEntry]) {
    entries = sorted
    let top = sorted.map(\.depth).max() ?? 0
    root = SlowTree.node(sorted[...], level: top)
  }

  init(_ records: [[UInt8]: CID]) {
    let entries = records.map { SlowEntry($0.key, $0.value) }
    self.init(sorted: entries.sorted { $0.key.lexicographicallyPrecedes($1.key) })
  }

  static func depth(of key: [UInt8]) -> Int {
    var zeroBits = 0
    for byte in Digest(of: key).bytes {
      if byte == 0 {
        zeroBits += 8
        continue
      }
      for bit in (0..<8).reversed() where byte >> bit == 0 { zeroBits += 1 }
      break
    }
    return zeroBits / 2
  }

  private static func node(_ entries: ArraySlice<SlowEntry>, level: Int) -> SlowNode {
    var own: [SlowEntry] = []
    var children: [SlowNode?] = []
    var gapStart = entries.startIndex
    for index in entries.indices where entries[index].depth == level {
      children.append(subtree(entries[gapStart..<index], level: level - 1))
      own.append(entries[index])
      gapStart = index + 1
    }
    children.append(subtree(entries[gapStart...], level: level - 1))
    return SlowNode(level: level, entries: own, children: children)
  }

  private static func subtree(_ gap: ArraySlice<SlowEntry>, level: Int) -> SlowNode? {
    gap.isEmpty ? nil : node(gap, level: level)
  }
}

/// One node with everything below it; `children[i]` is before `entries[i]`.
final class SlowNode: Sendable {
  let level: Int
  let entries: [SlowEntry]
  let children: [SlowNode?]
  let bytes: [UInt8]
  let cid: CID

  init(level: Int, entries: [SlowEntry], children: [SlowNode?]) {
    self.level = level
    self.entries = entries
    self.children = children
    bytes = SlowNode.bytes(of: entries, children.map { $0?.cid })
    cid = CID(of: bytes)
  }
}
