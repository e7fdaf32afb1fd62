// OpScriptTests.swift: ten thousand random scripts, of which every step is compared with the
// oracle.
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Random scripts of operations")
struct OpScriptTests {
  static let shardCount = 8
  static let seed: UInt64 = {
    var random = SplitMix64.printed("scripts of operations")
    return random.next()
  }()

  @Test(
    "after every step the root is that of a tree made anew, and copies stay what they were",
    arguments: 0..<shardCount)
  func scripts(shard: Int) throws {
    var random = SplitMix64(seed: OpScriptTests.seed &+ UInt64(shard))
    for number in 0..<max(1, scaled(10_000) / OpScriptTests.shardCount) {
      let seed = random.next()
      do {
        var script = try OpScript(seed: seed)
        try script.play(stepCount: Int(seed % 200) + 1)
        try script.end()
      } catch {
        Issue.record("script \(number) of shard \(shard), seed \(seed): \(error)")
        return
      }
    }
  }
}
