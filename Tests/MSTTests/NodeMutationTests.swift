// NodeMutationTests.swift: every node with any one byte altered is refused or is another node.
import DAGCBOR
@testable import MST
import TestKit
import Testing

@Suite("Node blocks with one byte altered")
struct NodeMutationTests {
  static let blocks: [(level: Int, block: [UInt8])] = {
    let records = KeyPool.all.enumerated().filter { $0.offset % 3 == 0 }
      .map { ($1.key, record($0)) }
    let oracle = SlowTree(Dictionary(uniqueKeysWithValues: records))
    var open = [oracle.root]
    var found: [(level: Int, block: [UInt8])] = [(0, SlowTree([:]).root.bytes)]
    while let node = open.popLast() {
      open += node.children.compactMap { $0 }
      found.append((node.level, node.bytes))
    }
    return found.sorted { $0.block.count < $1.block.count }
  }()

  @Test("are refused with a rule and a place, or are the bytes of what was read", arguments: 0..<4)
  func mutations(shard: Int) throws {
    let count = min(NodeMutationTests.blocks.count, scaled(24))
    // From the smallest to the largest.
    let step = max(1, NodeMutationTests.blocks.count / count)
    for number in stride(from: 0, to: NodeMutationTests.blocks.count, by: step)
    where number / step % 4 == shard {
      let (level, block) = NodeMutationTests.blocks[number]
      for index in block.indices {
        for change in 1...255 { try check(block, level, index, UInt8(change)) }
      }
    }
  }

  private func check(_ block: [UInt8], _ level: Int, _ index: Int, _ change: UInt8) throws {
    var bytes = block
    bytes[index] ^= change
    for height in [level, nil] {
      let cid = CID(digest: Digest(zero: ()))
      do throws(MSTError) {
        let node = try MST.decoded(bytes, cid, height: height)
        var writer = NodeWriter()
        let same = node.encode(with: &writer) { Array($0) } == bytes
        if !same { Issue.record("byte \(index) ^ \(change): another encoding of the same node") }
      } catch {
        try expectPlace(error, cid, bytes.count)
      }
    }
  }

  private func expectPlace(_ error: MSTError, _ cid: CID, _ byteCount: Int) throws {
    switch error {
    case .node(cid, let fault) where (0...byteCount).contains(fault.offset): break
    case .shape(cid, .untrimmedRoot, key: nil): break
    default: Issue.record("\(error)")
    }
  }
}
