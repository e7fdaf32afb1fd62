// Figure.swift: what a measurement says beside its rate: latencies, bytes, memory.

import World

/// A named quantity with its unit.
public struct Figure {
  public enum Unit: String, Sendable {
    case milliseconds = "ms"
    case bytes = "B"
    case megabytes = "MB"
    case times = "×"
    case perSecond = "/s"
  }

  public var name: String
  public var value: Double
  public var unit: Unit

  init(_ name: String, _ value: Double, _ unit: Unit) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}

/// A measurement that is no rate of passes: it runs once a report, in a process of its own.
public struct Probe {
  public var name: String
  public var run: (Worlds) throws -> [Figure]

  init(_ name: String, _ run: @escaping (Worlds) throws -> [Figure]) {
    self.name = name
    self.run = run
  }

  /// Every probe, for repos up to `largest` records.
  public static func all(sizes: [Int]) -> [Probe] {
    let largest = sizes.last ?? 10_000
    return opening(largest) + deviceBytes(min(100_000, largest))
  }
}

/// Values in order, of which a share lies below what is asked for.
struct Quantiles {
  private let sorted: [Double]

  init(_ values: [Double]) { sorted = values.sorted() }

  func callAsFunction(_ share: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
