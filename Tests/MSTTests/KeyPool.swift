// KeyPool.swift: the keys that random scripts play with: few, but of all heights.
//
// By chance one key in 4^n is n layers high; a script of 200 steps would hardly ever see a high
// tree. So keys are mined: as many of each depth, besides some that are what chance gives.
import DAGCBOR
import TestKit

enum KeyPool {
  static let depthMax = 8

  /// Entries in key order; their values mean nothing.
  static let all: [SlowEntry] = {
    var keys: [[UInt8]] = []
    for depth in 0...depthMax {
      keys += KeyMine.keys("a.b/", depth: depth, count: depth < 6 ? 12 : 3)
      keys += KeyMine.keys("a.b.c\(depth)/", depth: depth, count: depth < 6 ? 4 : 1)
    }
    keys += (0..<64).map { Array("z\($0 % 3)/\($0)".utf8) }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }.map { SlowEntry($0, record(0)) }
  }()

  /// Up to 64 keys, mostly at most 16, in key order.
  static func drawn(with random: inout SplitMix64) -> [SlowEntry] {
    let isLarge = random.next() % 8 == 0
    let count = Int.random(in: 1...(isLarge ? 64 : 16), using: &random)
    let top = Int.random(in: 0...depthMax, using: &random)
    return all.filter { $0.depth <= top }.shuffled(using: &random).prefix(count)
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }
}
