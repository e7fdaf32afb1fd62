// CommitShape.swift: what a commit of a workload holds.
import MST

/// How many records a commit holds, and where they fall among those that are there.
public struct CommitShape {
  public enum Order {
    case random, time

    public var entryCount: Int { self == .random ? RepoWorld.heldOutCount : RepoWorld.laterCount }
  }

  public static let batchCount = 200

  public var order: Order
  public var recordCount: Int

  public init(order: Order, recordCount: Int) {
    self.order = order
    self.recordCount = recordCount
  }

  public var name: String {
    (order == .random ? "random" : "in-time-order") + (recordCount == 1 ? "" : "-by-\(recordCount)")
  }
}

extension RepoWorld {
  public func entries(_ order: CommitShape.Order) -> [MSTEntry] {
    order == .random ? heldOut : later
  }

  /// Calls `body` with the records of one commit after the other.
  public func commit(_ shape: CommitShape, _ body: (ArraySlice<MSTEntry>) throws -> Void) rethrows {
    let entries = entries(shape.order)
    for start in stride(from: 0, to: entries.count, by: shape.recordCount) {
      try body(entries[start..<start + shape.recordCount])
    }
  }
}
