// RangeProofTests.swift: the proof that a range of keys holds these entries and no others.
import DAGCBOR
import MST
import TestKit
import Testing

/// A tree of a hundred thousand keys of the common input.
enum RangeWorld {
  static let oracle = SlowTree(
    Dictionary(uniqueKeysWithValues: (0..<100_000).map { (CommonInput.key($0), record($0)) }))

  static let tree = MST(root: oracle.root.cid, in: oracle.blockMap)

  /// A proven range and all that is there to judge it by.
  struct Proof: Sendable {
    var range: KeyRange
    var entries: [MSTEntry]
    var order: [CID]
    var nodes: BlockMap
    var root: CID { oracle.root.cid }

    func provenEntries(_ nodes: BlockMap? = nil) throws(MSTError) -> [MSTEntry] {
      try MST.provenEntries(in: range, root: root, nodes: nodes ?? self.nodes)
    }
  }

  static func proof(_ range: KeyRange, in tree: MST = tree) throws -> Proof {
    let nodes = try emitted { try tree.rangeProof(of: range, emit: $0) }
    #expect(Set(nodes.map(\.cid)).count == nodes.count)
    let entries = try oracle.entries.filter { entry in
      !entry.key.lexicographicallyPrecedes(range.lower)
        && range.upper.map { entry.key.lexicographicallyPrecedes($0) } ?? true
    }.map { MSTEntry(key: try MSTKey($0.key), value: $0.value) }
    return Proof(
      range: range, entries: entries, order: nodes.map(\.cid),
      nodes: BlockMap(Dictionary(uniqueKeysWithValues: nodes.map { ($0.cid, $0.bytes) })))
  }

  /// From the key at one place in key order up to the key at another.
  static func range(_ places: Range<Int>) -> KeyRange {
    KeyRange(from: oracle.entries[places.lowerBound].key, to: oracle.entries[places.upperBound].key)
  }

  static let thousand = range(41_000..<42_000)
}

@Suite("The proof of a range")
struct RangeProofTests {
  static let ranges: [(name: String, range: KeyRange)] = {
    let keys = RangeWorld.oracle.entries.map(\.key)
    return [
      ("a thousand keys", RangeWorld.thousand),
      ("nothing, below all keys", KeyRange(to: keys[0])),
      ("nothing, above all keys", KeyRange(from: keys[99_999] + [0])),
      ("nothing, between two keys", KeyRange(from: keys[500] + [0], to: keys[501])),
      ("nothing, upside down", KeyRange(from: keys[501], to: keys[500])),
      ("nothing, from a key to itself", KeyRange(from: keys[500], to: keys[500])),
      ("the first key", KeyRange(to: keys[0] + [0])),
      ("the last key", KeyRange(from: keys[99_999])),
      ("the lower end", KeyRange(to: keys[100])),
      ("the upper end", KeyRange(from: keys[99_900])),
      ("one key", KeyRange(from: keys[7], to: keys[7] + [0])),
      ("a collection", .prefix("app.bsky.graph.listitem/")),
      ("a prefix of one byte", .prefix("b")),
      ("a prefix in the middle of a key", .prefix("app.bsky.feed.post/3ke6")),
    ]
  }()

  @Test("gives all entries of the range, at every place of the tree")
  func accepted() throws {
    let depth = RangeWorld.oracle.root.level + 1
    for (name, range) in RangeProofTests.ranges {
      let proof = try RangeWorld.proof(range)
      #expect(try proof.provenEntries() == proof.entries, "\(name)")
      let keys = Set(proof.entries.map(\.key.bytes))
      // Key-less nodes count as holding what is below them.
      let holding = RangeWorld.oracle.nodes { node in
        node.keysOfNextLevelThatHasAny.contains { keys.contains($0) }
      }
      #expect(holding.isSubset(of: proof.order), "\(name)")
      #expect(proof.order.count <= holding.count + 3 * depth, "\(name)")
      try MST.check(claimed: proof.entries, in: range, root: proof.root, nodes: proof.nodes)
    }
  }

  @Test("of everything is the whole tree")
  func wholeTree() throws {
    let oracle = SlowTree(
      Dictionary(
        uniqueKeysWithValues: KeyPool.all.enumerated().map { ($1.key, record($0)) }))
    let tree = try MST.verified(root: oracle.root.cid, in: oracle.blockMap)
    let nodes = try emitted { try tree.rangeProof(of: .all, emit: $0) }
    #expect(Set(nodes.map(\.cid)) == Set(oracle.blocks.keys))
    #expect(
      try MST.provenEntries(in: .all, root: oracle.root.cid, nodes: oracle.blockMap)
        == oracle.mstEntries)
  }

  @Test("is refused with any node left out")
  func omissions() throws {
    for range in [RangeWorld.thousand, KeyRange(to: RangeWorld.oracle.entries[40].key)] {
      let proof = try RangeWorld.proof(range)
      for missing in proof.order {
        var nodes = proof.nodes
        nodes.blocks[missing] = nil
        #expect(throws: MSTError.proof(.incomplete(missing))) { try proof.provenEntries(nodes) }
      }
    }
  }

  @Test("is refused with any node exchanged or altered in one bit")
  func substitutions() throws {
    var random = SplitMix64.printed("exchanged nodes")
    let proof = try RangeWorld.proof(RangeWorld.thousand)
    for (index, cid) in proof.order.enumerated() {
      // Safe: every node that was emitted is in `nodes`.
      var altered = proof.nodes.blocks[cid]!
      altered[Int.random(in: 0..<altered.count, using: &random)] ^= 1 << UInt8(random.next() % 8)
      let next = proof.order[(index + 1) % proof.order.count]
      for bytes in [altered, proof.nodes.blocks[next], []] {
        var nodes = proof.nodes
        nodes.blocks[cid] = bytes
        #expect(throws: MSTError.hashMismatch(cid)) { try proof.provenEntries(nodes) }
      }
    }
  }

  @Test("is refused with any node too many")
  func insertions() throws {
    var random = SplitMix64.printed("nodes too many")
    let proof = try RangeWorld.proof(RangeWorld.thousand)
    let others = RangeWorld.oracle.blocks.filter { proof.nodes.blocks[$0.key] == nil }
    for (cid, bytes) in others.shuffled(using: &random).prefix(scaled(300)) {
      var nodes = proof.nodes
      nodes.blocks[cid] = bytes
      #expect(throws: MSTError.proof(.superfluous(cid))) { try proof.provenEntries(nodes) }
    }
    var nodes = proof.nodes
    nodes.blocks[record(1)] = [0]
    #expect(throws: MSTError.proof(.superfluous(record(1)))) { try proof.provenEntries(nodes) }
  }

  @Test("does not prove another range")
  func otherRanges() throws {
    let proof = try RangeWorld.proof(RangeWorld.thousand)
    for places in [39_000..<42_000, 41_000..<45_000, 38_000..<39_000, 41_400..<41_500] {
      #expect(throws: MSTError.self) {
        try MST.provenEntries(
          in: RangeWorld.range(places), root: proof.root, nodes: proof.nodes)
      }
    }
  }

  @Test("shows where a claim leaves out, alters or adds an entry")
  func claims() throws {
    let proof = try RangeWorld.proof(RangeWorld.range(41_000..<41_100))
    let (root, entries) = (proof.root, proof.entries)
    func refused(_ claimed: [MSTEntry], _ key: MSTKey, claimed value: CID?, found: CID?) {
      let fault = ProofFault.entry(key: key.description, claimed: value, found: found)
      #expect(throws: MSTError.proof(fault)) {
        try MST.check(claimed: claimed, in: proof.range, root: root, nodes: proof.nodes)
      }
    }
    for (index, entry) in entries.enumerated() {
      var fewer = entries
      fewer.remove(at: index)
      refused(fewer, entry.key, claimed: nil, found: entry.value)
      var altered = entries
      altered[index].value = record(-1)
      refused(altered, entry.key, claimed: record(-1), found: entry.value)
      var more = entries
      let added = MSTEntry(key: try MSTKey(entry.key.bytes + Array("x".utf8)), value: record(-2))
      more.insert(added, at: index + 1)
      refused(more, added.key, claimed: record(-2), found: nil)
    }
    refused([], entries[0].key, claimed: nil, found: entries[0].value)
  }
}

extension SlowTree {
  func nodes(where isWanted: (SlowNode) -> Bool) -> Set<CID> {
    var wanted: Set<CID> = []
    var open = [root]
    while let node = open.popLast() {
      if isWanted(node) { wanted.insert(node.cid) }
      open += node.children.compactMap { $0 }
    }
    return wanted
  }
}

extension SlowNode {
  var keysOfNextLevelThatHasAny: [[UInt8]] {
    guard entries.isEmpty, let child = children[0] else { return entries.map(\.key) }
    return child.keysOfNextLevelThatHasAny
  }
}
