// KeyMine.swift: keys of wanted depths, found by trying numbers; the same ones every time.
import DAGCBOR

enum KeyMine {
  /// The first `count` keys `<prefix><number>` that have `depth`, ascending by number. Cost: about
  /// 4^depth hashes for each.
  static func keys(_ prefix: String, depth: Int, count: Int = 1) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var number = 0
    while found.count < count {
      let key = Array("\(prefix)\(number)".utf8)
      if SlowTree.depth(of: key) == depth { found.append(key) }
      number += 1
    }
    return found
  }

  static func key(_ prefix: String, depth: Int) -> [UInt8] { keys(prefix, depth: depth)[0] }
}
