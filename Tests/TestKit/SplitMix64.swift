// SplitMix64.swift: seeded randomness for tests.
//
// The seed is printed, and PLAITED_TEST_SEED pins it.
import Foundation

/// A small fast generator (Steele, Lea, Flood 2014). Same seed, same numbers, on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A generator with a fresh seed, or the pinned one; the seed is printed with `name`.
  public static func printed(_ name: String) -> SplitMix64 {
    let pinned = ProcessInfo.processInfo.environment["PLAITED_TEST_SEED"].flatMap { UInt64($0) }
    let seed = pinned ?? UInt64.random(in: 0...UInt64.max)
    print("seed of \(name): PLAITED_TEST_SEED=\(seed)")
    return SplitMix64(seed: seed)
  }
}

/// Random counts, scaled by PLAITED_TEST_SCALE (default 1): `scaled(10_000)` at 0.1 is 1 000.
public func scaled(_ count: Int) -> Int {
  let scale = ProcessInfo.processInfo.environment["PLAITED_TEST_SCALE"].flatMap { Double($0) } ?? 1
  return max(1, Int(Double(count) * scale))
}
