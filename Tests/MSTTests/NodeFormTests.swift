// NodeFormTests.swift: blocks that are not nodes, each with the rule that it breaks and the place.
//
// The same answer is expected from all three who read a block: the strict check of a tree in
// memory, the one in passing, and the tree that loads its nodes when they are needed.
import DAGCBOR
import MST
import TestKit
import Testing

/// What each way of reading the tree of one block says; nil where it is content.
struct BlockJudgement {
  var cid: CID
  var errors: [MSTError?]

  init(_ block: [UInt8]) throws {
    let cid = CID(of: block)
    let blocks = BlockMap([cid: block])
    self.cid = cid
    errors = [
      fault { try MST.verified(root: cid, in: blocks, absent: .opaque) },
      fault { try MST.verify(root: cid, in: blocks) },
      fault { try MST(root: cid, in: blocks).value(of: MSTKey("a/b")) },
      fault {
        var tree = MST(root: cid, in: blocks)
        _ = try tree.insert(MSTKey("a/b"), record(1))
      },
    ]
  }
}

/// The error of `body`; a missing block is none here, since good nodes link to nothing.
func fault<T>(_ body: () throws -> T) -> MSTError? {
  let error = refusal { _ = try body() }
  if case .blockMissing = error { return nil }
  return error
}

/// The error of `body`.
func refusal(_ body: () throws -> Void) -> MSTError? {
  do {
    try body()
    return nil
  } catch let error as MSTError {
    return error
  } catch {
    Issue.record("an error of another type: \(error)")
    return nil
  }
}

@Suite("Blocks that are not nodes")
struct NodeFormTests {
  @Test("good nodes are accepted by the same way of writing them", arguments: NodeTemplate.good)
  func good(template: NodeTemplate) throws {
    #expect(try BlockJudgement(template.parts.bytes).errors == [nil, nil, nil, nil])
  }

  @Test(
    "are refused with the rule and the place",
    arguments: NodeTemplate.frames + NodeTemplate.arrays + NodeTemplate.links + NodeTemplate.entries
      + NodeTemplate.keys)
  func refused(template: NodeTemplate) throws {
    let (bytes, marks) = template.parts
    let judgement = try BlockJudgement(bytes)
    for error in judgement.errors {
      guard case .node(judgement.cid, let fault) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(template.rules.contains(fault.rule), "\(fault)")
      #expect(marks.contains(fault.offset), "\(fault)")
    }
  }

  @Test("are refused when cut short anywhere or followed by anything")
  func ends() throws {
    let oracle = SlowTree(
      Dictionary(uniqueKeysWithValues: KeyPool.all.prefix(40).map { ($0.key, $0.value) }))
    for block in [oracle.root.bytes] + NodeTemplate.good.map(\.parts.bytes) {
      for count in block.indices {
        let judgement = try BlockJudgement(Array(block.prefix(count)))
        for error in judgement.errors {
          guard case .node(_, let fault) = error else {
            Issue.record("\(String(describing: error)) after \(count) bytes")
            continue
          }
          #expect(fault.rule == .encoding(.truncated))
          #expect(fault.offset <= count)
        }
      }
      let fault = NodeFaultSeen(.encoding(.trailingBytes), at: block.count)
      for end in [[0], [0xff], block] {
        #expect(try BlockJudgement(block + end).errors.allSatisfy { fault == $0 })
      }
    }
  }

  @Test("are refused before anything is done that their depth or lengths ask for")
  func bombs() throws {
    let nested = [UInt8](repeating: 0x81, count: 100_000)
    let tags = [UInt8](repeating: 0xc6, count: 100_000)
    let flat: [UInt8] =
      [0xa2, 0x61, 0x65, 0x99, 0xff, 0xff] + [UInt8](repeating: 0xf6, count: 65_535)
    let large = [UInt8](repeating: 0xa2, count: MSTLimits.nodeByteCountMax + 1)
    for block in [
      nested, [0xa2, 0x61, 0x65] + nested, tags, [0xa2, 0x61, 0x65, 0x81] + nested, flat, large,
      [0xa2, 0x61, 0x65, 0x80, 0x61, 0x6c] + nested, [0xa2, 0x61, 0x65, 0x80, 0x61, 0x6c] + tags,
    ] {
      for error in try BlockJudgement(block).errors {
        guard case .node = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }
}

/// A node fault with its place, whichever block it is of.
struct NodeFaultSeen {
  var rule: NodeFault.Rule
  var offset: Int

  init(_ rule: NodeFault.Rule, at offset: Int) { (self.rule, self.offset) = (rule, offset) }

  static func == (expected: NodeFaultSeen, error: MSTError?) -> Bool {
    guard case .node(_, let fault) = error else { return false }
    return fault.rule == expected.rule && fault.offset == expected.offset
  }
}
