// MSTScriptsVerb.swift: `interop mst-scripts SEED COUNT`: random changes of trees, one per line, as
// JSON:
//
//   {"before": {key: cid, …}, "after": {…}, "roots": [cid, cid], "new": [cid, …], "gone": [cid, …]}
//
// The entries are kept beside the tree; roots and nodes are what the tree says.
import DAGCBOR
import Foundation
import MST
import TestKit

enum MSTScriptsVerb {
  static func run(_ arguments: [String]) throws {
    guard arguments.count == 2, let seed = UInt64(arguments[0]), let count = Int(arguments[1]),
      count >= 0
    else { throw Usage(description: "mst-scripts SEED COUNT") }
    var random = SplitMix64(seed: seed)
    for _ in 0..<count {
      var script = MSTScript(size: Int.random(in: 0...300, using: &random))
      print(try script.line(&random))
    }
  }
}

/// A tree on its way from one state to another.
private struct MSTScript {
  private struct Line: Encodable {
    var before: [String: String]
    var after: [String: String]
    var roots: [String]
    var new: [String]
    var gone: [String]
  }

  let size: Int
  private var tree = MST()
  private var entries: [String: String] = [:]

  init(size: Int) { self.size = size }

  mutating func line(_ random: inout SplitMix64) throws -> String {
    for _ in 0..<size { try change(&random, isGrowing: true) }
    let (before, old) = (entries, sealed())
    for _ in 0..<Int.random(in: 0...40, using: &random) { try change(&random, isGrowing: false) }
    let (after, new) = (entries, sealed())
    let diff = try old.tree.diff(to: new.tree)
    let line = Line(
      before: before, after: after, roots: [old.root.description, new.root.description],
      new: diff.newNodes.map(\.description), gone: diff.goneNodes.map(\.description))
    return String(decoding: try JSONEncoder().encode(line), as: UTF8.self)
  }

  private mutating func sealed() -> (tree: MST, root: CID) {
    let root = tree.seal()
    return (tree, root)
  }

  private mutating func change(_ random: inout SplitMix64, isGrowing: Bool) throws {
    if !isGrowing, random.next() % 2 == 0,
      let text = entries.keys.sorted().randomElement(using: &random)
    {
      entries[text] = nil
      _ = try tree.remove(MSTKey(text))
      return
    }
    let key = try MSTScript.key(&random)
    let value = CID(of: CommonInput.record(Int(random.next() % 1_000)))
    entries[key.description] = value.description
    _ = try tree.insert(key, value)
  }

  /// One key in four is the highest of a few hundred, so that the trees are higher than by chance.
  private static func key(_ random: inout SplitMix64) throws -> MSTKey {
    let collection = ["a.b.c", "a.b.cd", "app.bsky.feed.post", "x~1:2"][Int(random.next() % 4)]
    let tries = random.next() % 4 == 0 ? 200 : 1
    var best = try MSTKey("\(collection)/\(random.next() % 100_000)")
    for _ in 1..<max(2, tries) {
      let other = try MSTKey("\(collection)/\(random.next() % 100_000)")
      if tries > 1, other.height > best.height { best = other }
    }
    return best
  }
}
