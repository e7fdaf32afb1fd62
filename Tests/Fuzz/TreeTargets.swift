// TreeTargets.swift: any block as the tree's root, any script of edits, any block as a commit.
import ATSyntax
import DAGCBOR
import MST

extension FuzzTarget {
  static let treeTargets = [
    FuzzTarget(name: "mst", seeds: { try nodeSeeds() }, run: checkNode),
    FuzzTarget(name: "commit", seeds: { try commitSeeds() }, run: checkCommit),
    FuzzTarget(
      name: "edits",
      seeds: { [Array(0..<128), (0..<60).flatMap { [$0, $0 | 0x80] }, [1, 2, 3, 0x82, 0x81]] },
      run: checkEdits),
  ]

  private static func nodeSeeds() throws -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    for count in [0, 1, 2, 20, 60] {
      var builder = MSTBuilder()
      for key in try keys(0..<count) {
        try builder.append(key, value(key)) { _, bytes in
          blocks.append(bytes.withUnsafeBytes { Array($0) })
        }
      }
      _ = builder.finish { _, bytes in blocks.append(bytes.withUnsafeBytes { Array($0) }) }
    }
    return blocks
  }

  private static func keys(_ range: Range<Int>) throws -> [MSTKey] {
    try range.map { try MSTKey("app.example.\($0 % 3 == 0 ? "like" : "note")/\($0)") }.sorted()
  }

  private static let editKeys = attempt { try keys(0..<128) } ?? []

  private static func value(_ key: MSTKey) -> CID { CID(of: key.bytes) }

  /// A block that is a whole tree is what the builder makes of its entries.
  private static func checkNode(_ block: [UInt8]) {
    let root = CID(of: block)
    let blocks = BlockMap([root: block])
    let partial = attempt { try MST.verified(root: root, in: blocks, absent: .opaque) }
    var entries: [(MSTKey, CID)] = []
    let whole = attempt { try MST.verify(root: root, in: blocks) { entries.append(($0, $1)) } }
    require(whole == nil || partial != nil, "a whole tree is refused as a part")
    guard whole != nil else { return }
    require(attempt { try CBOR.validate(block) } != nil, "a node is not DAG-CBOR")
    let rebuilt = attempt { try built(entries) }
    require(rebuilt == root, "the builder makes another root")
  }

  private static func built(_ entries: [(MSTKey, CID)]) throws -> CID {
    var builder = MSTBuilder(heightMax: MSTLimits.acceptedHeightMax)
    for (key, value) in entries { try builder.append(key, value) { _, _ in } }
    return builder.finish { _, _ in }
  }

  private static func commitSeeds() throws -> [[UInt8]] {
    let did = try DID("did:plc:z72i7hdynmk6r22z27h6tvur")
    let rev = try TID("3jzfcijpj2z2a")
    guard let signature = Signature([UInt8](repeating: 1, count: 64)) else { return [] }
    return [nil, MST.emptyRoot].map { prev in
      let unsigned = UnsignedCommit(did: did, rev: rev, data: CID(of: [1]), prev: prev)
      return Commit(unsigned, signature: signature).encoded
    }
  }

  private static func checkCommit(_ block: [UInt8]) {
    guard let read = attempt({ try CommitBlock(block) }) else { return }
    require(attempt { try CBOR.validateObject(block) } != nil, "a commit is not DAG-CBOR")
    if case .current(let commit) = read {
      require(commit.encoded == block, "a commit has two encodings")
    }
  }

  /// Each byte inserts (or, from 0x80, removes) one of 128 keys; the root is that of a fresh build.
  private static func checkEdits(_ script: [UInt8]) {
    var tree = MST()
    var oracle: Set<Int> = []
    for (step, byte) in script.prefix(256).enumerated() {
      let index = Int(byte & 0x7f)
      let key = editKeys[index]
      let old =
        byte < 0x80
        ? attempt { try tree.insert(key, value(key)) } : attempt { try tree.remove(key) }
      require(old != nil, "an edit is refused")
      require((old ?? nil) == (oracle.contains(index) ? value(key) : nil), "another old value")
      if byte < 0x80 { oracle.insert(index) } else { oracle.remove(index) }
      if step % 16 == 15 { _ = tree.seal() }
    }
    let expected = attempt {
      try built(oracle.sorted().map { (editKeys[$0], value(editKeys[$0])) })
    }
    require(tree.seal() == expected, "edits make another root than building")
  }
}
