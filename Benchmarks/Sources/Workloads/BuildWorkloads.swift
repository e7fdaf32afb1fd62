// BuildWorkloads.swift: W1, a tree from pairs.
//
// The floor is measured in parts that no builder can leave out: the sort, one hash per key and one
// hash per node's bytes. Not here: two threads, for which a builder would have to take subtrees.
import DAGCBOR
import Input
import MST
import World

extension Worlds {
  /// The first `count` entries of the common input in random order.
  func pairs(_ count: Int) throws -> PairArena {
    var random = SplitMix64(seed: 11)
    var pairs = PairArena(capacity: count)
    for entry in try entries(count).shuffled(using: &random) {
      entry.key.bytes.withUnsafeBytes { pairs.append($0, entry.value.digest) }
    }
    return pairs
  }
}

extension Workload {
  static func building(_ count: Int) -> [Workload] {
    [
      Workload("hash/keys/\(size(count))", operations: count) { worlds in
        let pairs = try worlds.pairs(count).sorted()
        return Pass { pairs.forEach { key, _ in use(Digest(of: key)) } }
      },
      Workload("hash/nodes/\(size(count))", operations: count) { worlds in
        var nodes = ByteArena()
        _ = try build(worlds.pairs(count).sorted()) { nodes.append($1) }
        return Pass { [nodes] in nodes.hash() }
      },
      Workload("build/sorted/\(size(count))", operations: count) { worlds in
        let pairs = try worlds.pairs(count).sorted()
        return Pass { use(try build(pairs) { _, _ in }) }
      },
      Workload("build/unsorted/\(size(count))", operations: count) { worlds in
        let pairs = try worlds.pairs(count)
        return Pass { use(try build(pairs.sorted()) { _, _ in }) }
      },
    ]
  }

  /// An empty tree to which records come in time order, each a commit of its own: what an
  /// implementation without bulk building does.
  static func growing(_ count: Int) -> Workload {
    Workload("grow/one-by-one/\(size(count))", operations: count) { worlds in
      let entries = try worlds.entries(count)
      return Pass {
        var tree = MST()
        for entry in entries {
          try tree.insert(entry.key, entry.value)
          tree.seal()
        }
        use(tree)
      }
    }
  }

  private static func build(
    _ pairs: PairArena, _ emit: (CID, RawSpan) -> Void
  ) throws -> CID {
    var builder = MSTBuilder()
    try pairs.forEach { key, value in try builder.append(key: key, value, emit: emit) }
    return builder.finish(emit: emit)
  }
}
