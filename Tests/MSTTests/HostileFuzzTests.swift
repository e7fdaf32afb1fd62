// HostileFuzzTests.swift: trees with random damage, for the strict check and for careless use.
//
// Damage is done to a node's content, not to its bytes, so that most of what results is well
// formed; and every parent is made to name what its child has become. What the strict check then
// accepts must be what the oracle makes of the entries.
import DAGCBOR
import MST
import TestKit
import Testing

struct DamagedTree {
  let original: SlowTree
  private(set) var root: CID
  private(set) var blocks = BlockMap()
  private var random: SplitMix64

  init(seed: UInt64, damageCount: Int) {
    random = SplitMix64(seed: seed)
    original = SlowTree(sorted: KeyPool.drawn(with: &random))
    root = original.root.cid
    let nodeCount = original.blocks.count
    let targets = (0..<damageCount).map { _ in Int.random(in: 0..<nodeCount, using: &random) }
    var number = 0
    root = build(original.root, &number, Set(targets))
  }

  private mutating func build(_ node: SlowNode, _ number: inout Int, _ targets: Set<Int>) -> CID {
    let isTarget = targets.contains(number)
    number += 1
    var children: [CID?] = []
    for child in node.children { children.append(child.map { build($0, &number, targets) }) }
    var form = SlowNode.form(of: node.entries, children)
    if isTarget { damage(&form) }
    let cid = CID(of: form.bytes)
    blocks.blocks[cid] = form.bytes
    return cid
  }

  /// A CID that is a node's, or nothing's.
  private mutating func drawnLink() -> CID? {
    switch random.next() % 4 {
    case 0: nil
    case 1: record(1)
    default: blocks.blocks.keys.sorted().randomElement(using: &random)
    }
  }

  private mutating func damage(_ form: inout NodeForm) {
    guard !form.entries.isEmpty, random.next() % 8 != 0 else {
      form.left = drawnLink()
      return
    }
    let index = Int.random(in: 0..<form.entries.count, using: &random)
    switch random.next() % 8 {
    case 0: form.left = drawnLink()
    case 1: form.entries[index].tree = drawnLink()
    case 2: form.entries.remove(at: index)
    case 3: form.entries.append(form.entries[index])
    case 4: form.entries.swapAt(index, form.entries.count - 1)
    case 5: form.entries[index].prefixCount += Int.random(in: -1...1, using: &random)
    case 6: form.entries[index].suffix += Array("x".utf8)
    default:
      let (left, tree) = (form.left, form.entries[index].tree)
      (form.left, form.entries[index].tree) = (tree, left)
    }
  }
}

@Suite("Damaged trees")
struct HostileFuzzTests {
  static let seed: UInt64 = {
    var random = SplitMix64.printed("damaged trees")
    return random.next()
  }()

  @Test("are accepted only where they are the one tree of their entries", arguments: 0..<4)
  func strictness(shard: Int) throws {
    var random = SplitMix64(seed: HostileFuzzTests.seed &+ UInt64(shard))
    var (accepted, refused) = (0, 0)
    for _ in 0..<scaled(2_500) {
      let seed = random.next()
      let damaged = DamagedTree(seed: seed, damageCount: Int(seed % 3))
      let root = damaged.root
      var found: MST?
      let error = refusal { found = try MST.verified(root: root, in: damaged.blocks) }
      #expect(refusal { _ = try MST.verify(root: root, in: damaged.blocks) } == error)
      if let found {
        accepted += 1
        #expect(SlowTree(try found.records()).root.cid == root, "seed \(seed)")
      } else {
        refused += 1
        #expect(root != damaged.original.root.cid, "seed \(seed)")
      }
    }
    // Some damages make another good tree, or none.
    #expect(accepted > 0 && refused > 0)
  }

  @Test(
    "used without any check refuse or answer, and change only where they do not refuse",
    arguments: 0..<4)
  func carelessUse(shard: Int) throws {
    var random = SplitMix64(seed: HostileFuzzTests.seed &- UInt64(shard) &- 1)
    for _ in 0..<scaled(250) {
      let seed = random.next()
      var damaged = DamagedTree(seed: seed, damageCount: 1 + Int(seed % 3))
      let root = damaged.root
      let lies = damaged.lies()
      let keys = try (damaged.original.entries.map(\.key) + KeyPool.some.map(\.bytes)).shuffled(
        using: &random
      )
      .prefix(12).map { try MSTKey($0) }
      do {
        try LazyUse(root: root, blocks: damaged.blocks, keys: keys).tryEverything()
        let reader = LyingReader(honest: damaged.blocks, lies: lies)
        try LazyUse(root: root, blocks: reader, keys: keys).tryEverything()
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
  }
}

extension DamagedTree {
  /// Some blocks under the CIDs of others, and some with a few bytes changed.
  mutating func lies() -> [CID: [UInt8]] {
    let cids = blocks.blocks.keys.sorted()
    var lies: [CID: [UInt8]] = [:]
    for cid in cids where random.next() % 3 == 0 {
      // Safe: the list is not empty, and every CID in it has a block.
      var bytes = blocks.blocks[cids.randomElement(using: &random)!]!
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(random.next() % 256)
      }
      lies[cid] = bytes
    }
    return lies
  }
}
