// CountGate.swift: counts that must not grow, and roots that must not change.
//
// No time is taken, so the answer is the same on every machine: a busy one cannot fail it, a fast
// one cannot hide a loss. A count of nothing is outside every bound.
import Foundation

public struct CountGate {
  private struct Check {
    var what: String
    var found: Double
    var expected: ClosedRange<Double>

    var isPassed: Bool { expected.contains(found) }
    var text: String {
      let verdict = isPassed ? "ok  " : "FAIL"
      let bounds =
        expected.lowerBound == expected.upperBound
        ? "exactly \(digits(expected.lowerBound))"
        : "\(digits(expected.lowerBound))…\(digits(expected.upperBound))"
      return "\(verdict) \(what): \(digits(found)), expected \(bounds)"
    }
  }

  private static let records = 10_000
  /// Of the common input's first 10 000 records, as its description gives it.
  private static let root = "bafyreihjtwcagfby4264zozjig44gexjv2wl2v3lmc4qrocbyg6hj5vrdu"
  private static let nodeCount = 2_760.0
  private static let byteCount = 807_478.0

  private let checks: [Check]

  public init() throws {
    let counts = try Counts(records: CountGate.records, Worlds())
    checks = CountGate.trees(counts) + CountGate.commits(counts)
  }

  public var isPassed: Bool { checks.allSatisfy(\.isPassed) }

  public var text: String {
    let failed = checks.count { !$0.isPassed }
    let lines = ["at \(CountGate.records) records:"] + checks.map(\.text)
    return (lines + ["\(checks.count - failed) passed, \(failed) failed"]).joined(separator: "\n")
  }

  private static func trees(_ counts: Counts) -> [Check] {
    [
      ("built at once", counts.builtRoot, counts.builtNodes),
      ("grown", counts.grownRoot, counts.grownNodes),
    ]
    .flatMap { name, root, nodes in
      [
        Check(
          what: "right roots of a tree \(name)", found: root.description == CountGate.root ? 1 : 0,
          expected: 1...1),
        Check(
          what: "nodes of a tree \(name)", found: Double(nodes.nodeCount),
          expected: nodeCount...nodeCount),
        Check(
          what: "bytes of a tree \(name)", found: Double(nodes.byteCount),
          expected: byteCount...byteCount),
      ]
    }
  }

  private static func commits(_ counts: Counts) -> [Check] {
    let commits = Double(counts.commitCount)
    let sealed = Double(counts.commitNodes.nodeCount)
    let proof = Double(counts.proofNodes.nodeCount)
    return [
      Check(
        what: "nodes sealed by a commit of one record", found: sealed / commits,
        expected: 7.9...8.3),
      Check(
        what: "bytes hashed by a commit of one record",
        found: Double(counts.commitNodes.byteCount) / commits, expected: 3_550...3_800),
      Check(
        what: "nodes sealed for each that a comparison finds new",
        found: sealed / Double(counts.changedNodes.nodeCount), expected: 1...1),
      Check(what: "nodes of a covering proof", found: proof / commits, expected: 8.0...8.5),
      Check(
        what: "nodes sealed by 200 records anywhere",
        found: Double(counts.randomBatchNodes.nodeCount) / Double(counts.randomBatchCount),
        expected: 500...560),
      Check(
        what: "nodes sealed by 200 records in time order",
        found: Double(counts.timeBatchNodes.nodeCount) / Double(counts.timeBatchCount),
        expected: 60...95),
    ]
  }
}

/// Three digits that count.
public func digits(_ value: Double) -> String {
  switch abs(value) {
  case 100...: String(format: "%.0f", value)
  case 10...: String(format: "%.1f", value)
  default: String(format: "%.2f", value)
  }
}
