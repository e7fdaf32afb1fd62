// Run.swift: rounds in which everything is measured once, one after the other.
//
// A machine drifts: others use it, it warms up. In each round a workload and the primitive it is
// compared with are a moment apart, so their ratio is taken round by round and drift hits both.
// Each workload says which time is taken: of this thread, of all threads, or on the wall.
import Glibc
import World

public struct Run: Sendable {
  /// Seconds per operation, by workload, one for each round.
  public private(set) var seconds: [String: [Double]] = [:]
  /// What passes and probes say beside their time, one value for each time that they ran.
  public private(set) var figures: [String: (values: [Double], unit: Figure.Unit)] = [:]
  /// In the order in which they ran.
  public private(set) var names: [String] = []
  /// Which time was taken, by workload.
  public private(set) var timings: [String: Workload.Timing] = [:]
  /// How often everything was measured.
  public let rounds: Int
  /// Wall time by CPU time of all passes on one thread: 1 on a machine that does nothing else.
  public var wallShare: Double {
    threadTime.cpu > 0 ? threadTime.wall / threadTime.cpu : 1
  }

  /// Of all passes on one thread.
  private var threadTime = (wall: 0.0, cpu: 0.0)

  /// Measures `wanted` in `rounds` rounds, and each of `probes` once.
  ///
  /// - Parameter progress: called before each pass with the number of those that are done, and of
  ///   all.
  public init(
    _ wanted: [Workload], probes: [Probe] = [], rounds: Int, _ worlds: Worlds,
    _ progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    self.rounds = rounds
    names = wanted.map(\.name)
    for workload in wanted { timings[workload.name] = workload.timing }
    let total = wanted.count * (rounds + 2) + probes.count
    var done = 0
    func advance() throws {
      try progress(done, total)
      done += 1
    }
    let passes = try wanted.map { workload in
      try advance()
      return try workload.prepare(worlds)
    }
    for pass in passes {
      try advance()
      try pass.run()
      try pass.restore()
    }
    for _ in 0..<rounds {
      for (workload, pass) in zip(wanted, passes) {
        try advance()
        try measure(pass, of: workload)
      }
    }
    for probe in probes {
      try advance()
      take(try probe.run(worlds))
    }
  }

  private mutating func measure(_ pass: Pass, of workload: Workload) throws {
    let started = (wall: Clock.wall, own: Clock.now(workload.timing))
    try pass.run()
    let taken = (wall: Clock.wall - started.wall, own: Clock.now(workload.timing) - started.own)
    take(pass.figures())
    try pass.restore()
    if workload.timing == .thread {
      threadTime.wall += taken.wall
      threadTime.cpu += taken.own
    }
    seconds[workload.name, default: []].append(taken.own / Double(workload.operationCount))
  }

  private mutating func take(_ new: [Figure]) {
    for figure in new {
      figures[figure.name, default: ([], figure.unit)].values.append(figure.value)
    }
  }

  /// What was said of `name`: the median, the least and the most.
  public func figure(_ name: String) -> Spread? {
    figures[name].map { Spread($0.values) }
  }

  /// Operations per second of a workload: the median, the least and the most.
  public func rate(_ name: String) -> Spread? {
    seconds[name].map { Spread($0.map { 1 / $0 }) }
  }

  /// How many times `floor` fits into the time of `name`, each round by itself: 1 is at the floor.
  public func share(_ name: String, of floor: [String]) -> Spread? {
    guard let times = seconds[name] else { return nil }
    let floors = floor.compactMap { seconds[$0] }
    guard floors.count == floor.count else { return nil }
    return Spread(
      times.indices.map { round in floors.reduce(0) { $0 + $1[round] } / times[round] })
  }
}

/// What several rounds say about one quantity.
public struct Spread: Sendable {
  public var median: Double
  public var least: Double
  public var most: Double

  /// - Precondition: `values` is not empty.
  public init(_ values: [Double]) {
    let sorted = values.sorted()
    median = (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    least = sorted[0]
    most = sorted[sorted.count - 1]
  }
}

enum Clock {
  /// Seconds since some moment in the past.
  static var wall: Double { read(CLOCK_MONOTONIC) }

  static func now(_ timing: Workload.Timing) -> Double {
    switch timing {
    case .thread: read(CLOCK_THREAD_CPUTIME_ID)
    case .process: read(CLOCK_PROCESS_CPUTIME_ID)
    case .wall: wall
    }
  }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
