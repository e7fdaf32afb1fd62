// Workload.swift: one question asked of the code, in a form that a framework and a table can run.
//
// A workload is prepared once and then run in passes of the same operations; what a pass changes it
// puts back, outside the time that is taken. Not here: taking time (Report, Core).
import World

/// A named question: verb/what/size.
public struct Workload {
  /// Which time a pass takes.
  public enum Timing: String, Sendable {
    /// CPU time of the thread that runs the pass: work that needs one thread and no disk.
    case thread
    /// CPU time of all threads: the cost of work that is done on several.
    case process
    /// What a user waits: where a disk or two threads take part.
    case wall
  }

  public var name: String
  /// Operations in one pass; the rate counts these.
  public var operationCount: Int
  public var timing: Timing
  public var prepare: (Worlds) throws -> Pass

  init(
    _ name: String, operations: Int, timing: Timing = .thread,
    _ prepare: @escaping (Worlds) throws -> Pass
  ) {
    self.name = name
    operationCount = operations
    self.timing = timing
    self.prepare = prepare
  }
}

/// What a pass does, and how the world becomes again as it was before.
public struct Pass {
  public var run: () throws -> Void
  public var restore: () throws -> Void
  /// What is to be said of the last run beside its time.
  public var figures: () -> [Figure]

  init(
    _ run: @escaping () throws -> Void, restore: @escaping () throws -> Void = {},
    figures: @escaping () -> [Figure] = { [] }
  ) {
    self.run = run
    self.restore = restore
    self.figures = figures
  }
}

extension Workload {
  /// Every workload, for repos of these numbers of records, the last of which is the largest.
  public static func all(sizes: [Int]) -> [Workload] {
    let largest = sizes.last ?? 10_000
    let middle = min(100_000, largest)
    return primitives(sorting: largest)
      + building(largest) + [growing(min(10_000, largest))] + codec() + validating()
      + sizes.flatMap { committing($0) + [signing($0)] }
      + reading(middle) + (largest > middle ? looking(largest) : [])
      + inverting(middle)
      + storing(sizes: sizes.filter { $0 >= 10_000 }, middle: middle)
  }

  private static func storing(sizes: [Int], middle: Int) -> [Workload] {
    diskPrimitives() + sizes.flatMap(storeCommits) + storeDurableCommits(middle)
      + storeWriters(middle) + storeBatches(middle) + storeCARs(middle) + storeReads(middle)
  }

  /// `100k-records`.
  static func size(_ records: Int) -> String {
    switch records {
    case 1_000_000...: "\(records / 1_000_000)m-records"
    case 1_000...: "\(records / 1_000)k-records"
    default: "\(records)-records"
    }
  }
}

/// Keeps the compiler from leaving out work whose result nobody reads.
@inline(never)
public func use<Value>(_ value: Value) {
  withExtendedLifetime(value) {}
}
