// CommitShape.swift: what a commit of a workload holds.
import MST

/// How many records a commit holds, and where they fall among those that are there.
package struct CommitShape {
  package enum Order {
    case random, time

    package var entryCount: Int { self == .random ? RepoWorld.heldOutCount : RepoWorld.laterCount }
  }

  package static let batchCount = 200

  package var order: Order
  package var recordCount: Int

  package init(order: Order, recordCount: Int) {
    self.order = order
    self.recordCount = recordCount
  }

  package var name: String {
    (order == .random ? "random" : "in-time-order") + (recordCount == 1 ? "" : "-by-\(recordCount)")
  }
}

extension RepoWorld {
  package func entries(_ order: CommitShape.Order) -> [MSTEntry] {
    order == .random ? heldOut : later
  }

  /// Calls `body` with the records of one commit after the other.
  package func commit(_ shape: CommitShape, _ body: (ArraySlice<MSTEntry>) throws -> Void) rethrows
  {
    let entries = entries(shape.order)
    for start in stride(from: 0, to: entries.count, by: shape.recordCount) {
      try body(entries[start..<start + shape.recordCount])
    }
  }
}
