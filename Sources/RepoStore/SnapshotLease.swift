// SnapshotLease.swift: who is reading an older state, so that compaction does not take it away.
//
// A lease is on an LSN and for a time: whoever reads longer without renewing it is not waited for.
import Synchronization

/// The leases of a store.
final class SnapshotLeases: Sendable {
  private struct State {
    var next: UInt64 = 0
    var held: [UInt64: (lsn: LSN, until: UInt64)] = [:]
  }

  private let clock: any StoreClock
  private let state = Mutex(State())

  init(_ clock: any StoreClock) { self.clock = clock }

  func lease(_ lsn: LSN) -> SnapshotLease {
    let until = clock.now() + StoreLimits.leaseMicroseconds
    let number = state.withLock { state in
      state.next += 1
      state.held[state.next] = (lsn, until)
      return state.next
    }
    return SnapshotLease(number, of: self)
  }

  fileprivate func renew(_ number: UInt64) {
    let until = clock.now() + StoreLimits.leaseMicroseconds
    state.withLock { $0.held[number]?.until = until }
  }

  fileprivate func end(_ number: UInt64) {
    state.withLock { $0.held[number] = nil }
  }

  /// The oldest entry that somebody reads as of; nil where nobody does.
  var oldest: LSN? {
    let now = clock.now()
    return state.withLock { $0.held.values.lazy.filter { now <= $0.until }.map(\.lsn).min() }
  }
}

/// One reader's lease, which ends with its last copy.
final class SnapshotLease: Sendable {
  private let number: UInt64
  private let leases: SnapshotLeases

  fileprivate init(_ number: UInt64, of leases: SnapshotLeases) {
    self.number = number
    self.leases = leases
  }

  deinit { leases.end(number) }

  /// Begins its time anew.
  func renew() { leases.renew(number) }
}
