// Core.swift: the workloads as the benchmark framework runs them, one by one.
//
// For comparing one change with another on one machine: `swift package benchmark --filter X`
// and its baselines. Shares of a floor and goals are in Report, which interleaves everything.
import Benchmark
import Workloads

/// Repos of a size that is made quickly; Report goes to a million.
private let sizes = [10_000, 100_000]

let benchmarks: @Sendable () -> Void = {
  for workload in Workload.all(sizes: sizes) {
    Benchmark(workload.name, configuration: configuration(workload)) { benchmark in
      let pass = try workload.prepare(Worlds())
      for _ in 0..<10 {
        benchmark.startMeasurement()
        try pass.run()
        benchmark.stopMeasurement()
        try pass.restore()
      }
    }
  }
}

private func configuration(_ workload: Workload) -> Benchmark.Configuration {
  .init(metrics: [.wallClock, .cpuUser])
}
