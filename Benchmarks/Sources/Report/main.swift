// main.swift: one run of everything: primitives and workloads in turn, and what came of it.
//
//   swift run -c release Report [--records N] [--rounds N] [--only PREFIX]…
//                               [--json] [--plot FILE.svg] [--into FILE.md]
//   swift run -c release Report --quick      counts alone: the gate, which ends with exit code 1
//                                            where a count is off
import Foundation
import Workloads
import World

if CommandLine.arguments.dropFirst().first == Child.mark {
  do {
    try Child.serve(Array(CommandLine.arguments.dropFirst(2)))
    exit(0)
  } catch {
    FileHandle.standardError.write(Data("Report, as a child: \(error)\n".utf8))
    exit(3)
  }
}
do {
  let options = try Options(CommandLine.arguments.dropFirst())
  switch options.task {
  case .help: print(Options.usage)
  case .gate:
    let gate = try CountGate()
    print(gate.text)
    exit(gate.isPassed ? 0 : 1)
  case .report: try report(options)
  }
} catch {
  FileHandle.standardError.write(Data("Report: \(error)\n".utf8))
  exit(2)
}

func report(_ options: Options) throws {
  let worlds = Worlds()
  let run = try Run(
    Workload.all(sizes: options.sizes).filter { options.wants($0.name) },
    probes: Probe.all(sizes: options.sizes).filter { options.wants($0.name) },
    rounds: options.rounds, worlds)
  let counts = try options.only.isEmpty ? options.sizes.map { try Counts(records: $0, worlds) } : []
  let table = Table(run: run, counts: counts, machine: Machine(options), sizes: options.sizes)
  print(options.isJSON ? table.json : table.markdown)
  if let path = options.plotPath {
    try Plot(writesOf: run, sizes: options.sizes).svg.write(
      toFile: path, atomically: true, encoding: .utf8)
  }
  if let path = options.resultsPath { try table.replace(inFile: path) }
}

extension Plot {
  /// Write throughput against repo size: the tree's part.
  init(writesOf run: Run, sizes: [Int]) {
    let shapes = [
      ("in-time-order-by-200", "200 a commit, newest keys"),
      ("random-by-200", "200 a commit, any keys"),
      ("in-time-order", "one a commit, newest key"), ("random", "one a commit, any key"),
    ]
    let lines = zip(shapes, Plot.colours).map { shape, colour in
      Line(
        shape.1, colour,
        sizes.compactMap { size in
          run.rate("insert/\(shape.0)/\(Question.sizeName(size))").map { (Double(size), $0) }
        })
    }
    self.init(
      Words(
        "Tree writes by repo size",
        "insert and seal, in memory, one thread; medians, "
          + "bars from the slowest round to the fastest",
        rate: "records inserted per second"), lines, sizes: sizes)
  }
}
