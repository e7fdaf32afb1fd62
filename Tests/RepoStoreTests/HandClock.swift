// HandClock.swift: a clock that a test sets forward.
import Synchronization

@testable import RepoStore

final class HandClock: StoreClock {
  private let microseconds = Atomic<UInt64>(1_790_000_000_000_000)

  var clockID: UInt16 { 0 }
  var mayBeBehind: Bool { true }

  func now() -> UInt64 { microseconds.load(ordering: .relaxed) }

  func advance(hours: UInt64) {
    microseconds.wrappingAdd(hours * 3_600 * 1_000_000, ordering: .relaxed)
  }

  func advance(seconds: UInt64) {
    microseconds.wrappingAdd(seconds * 1_000_000, ordering: .relaxed)
  }
}
