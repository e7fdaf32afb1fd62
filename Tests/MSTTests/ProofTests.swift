// ProofTests.swift: one key's proof: the path says what is under the key, and nothing else passes.
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("The proof of one key")
struct ProofTests {
  struct Case {
    var oracle: SlowTree
    var key: MSTKey
    var nodes: BlockMap
    var path: [SlowNode]
  }

  /// Keys that are there and keys that are not, in trees of all sizes up to a hundred keys.
  static func cases(_ random: inout SplitMix64) throws -> [Case] {
    try [0, 1, 2, 5, 20, 100].flatMap { count in
      let pool = KeyPool.all.shuffled(using: &random)
      var records: [[UInt8]: CID] = [:]
      for (index, entry) in pool.prefix(count).enumerated() { records[entry.key] = record(index) }
      let oracle = SlowTree(records)
      var tree = try MST(records)
      let whole = tree.sealedBlocks()
      #expect(whole == oracle.blockMap)
      return try (pool.prefix(count).prefix(30) + pool.suffix(30)).map { entry in
        let key = try MSTKey(entry.key)
        let proof = try emitted { try tree.proof(of: [key], emit: $0) }
        let path = oracle.path(to: entry.key)
        #expect(proof.map(\.cid) == path.map(\.cid))
        #expect(proof.map(\.bytes) == path.map(\.bytes))
        let nodes = BlockMap(Dictionary(uniqueKeysWithValues: path.map { ($0.cid, $0.bytes) }))
        return Case(oracle: oracle, key: key, nodes: nodes, path: path)
      }
    }
  }

  @Test("is the search path, and tells the record or that there is none")
  func accepted() throws {
    var random = SplitMix64.printed("proofs")
    for place in try ProofTests.cases(&random) {
      let value = try MST.provenValue(
        of: place.key, root: place.oracle.root.cid, nodes: place.nodes)
      #expect(value == place.oracle.records[place.key.bytes])
    }
  }

  @Test("is refused with any node left out, added, or put in the place of another")
  func refused() throws {
    var random = SplitMix64.printed("proofs refused")
    for place in try ProofTests.cases(&random) {
      let root = place.oracle.root.cid
      for missing in place.path {
        var nodes = place.nodes
        nodes.blocks[missing.cid] = nil
        #expect(throws: MSTError.proof(.incomplete(missing.cid))) {
          try MST.provenValue(of: place.key, root: root, nodes: nodes)
        }
        try exchange(missing, in: place, &random)
      }
      for (cid, block) in place.oracle.blocks where place.nodes.blocks[cid] == nil {
        var nodes = place.nodes
        nodes.blocks[cid] = block
        #expect(throws: MSTError.proof(.superfluous(cid))) {
          try MST.provenValue(of: place.key, root: root, nodes: nodes)
        }
      }
    }
  }

  private func exchange(_ node: SlowNode, in place: Case, _ random: inout SplitMix64) throws {
    let others = place.oracle.blocks.values.filter { $0 != node.bytes }
    var altered = node.bytes
    altered[Int.random(in: 0..<altered.count, using: &random)] ^= UInt8(1) << (random.next() % 8)
    for bytes in others.shuffled(using: &random).prefix(3) + [altered, []] {
      var nodes = place.nodes
      nodes.blocks[node.cid] = bytes
      #expect(throws: MSTError.hashMismatch(node.cid)) {
        try MST.provenValue(of: place.key, root: place.oracle.root.cid, nodes: nodes)
      }
    }
  }

  @Test("says nothing about another root")
  func otherRoot() throws {
    var random = SplitMix64.printed("proofs for another root")
    for place in try ProofTests.cases(&random) {
      #expect(throws: MSTError.self) {
        try MST.provenValue(of: place.key, root: record(1), nodes: place.nodes)
      }
    }
  }

  @Test("of several keys is the union of their paths, each node once, parents first")
  func severalKeys() throws {
    let oracle = SlowTree(
      Dictionary(
        uniqueKeysWithValues: KeyPool.all.enumerated().filter { $0.offset % 2 == 0 }
          .map { ($1.key, record($0)) }))
    var tree = try MST(oracle.records)
    _ = tree.seal()
    var random = SplitMix64.printed("proofs of several keys")
    for count in [0, 1, 2, 3, 10, 50] {
      let keys = KeyPool.all.shuffled(using: &random).prefix(count).map(\.key)
      let proof = try emitted { emit in try tree.proof(of: keys.map { try MSTKey($0) }, emit: emit)
      }
      #expect(Set(proof.map(\.cid)).count == proof.count)
      if count > 0 {
        #expect(Set(proof.map(\.cid)) == Set(keys.flatMap { oracle.path(to: $0) }.map(\.cid)))
      }
      try expectParentsFirst(proof.map(\.bytes))
    }
  }

  /// Every block but the first is named by one before it.
  private func expectParentsFirst(_ blocks: [[UInt8]]) throws {
    var named: [UInt8] = []
    for (index, block) in blocks.enumerated() {
      #expect(index == 0 || contains(named, CID(of: block).binary))
      named += block
    }
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }
}
