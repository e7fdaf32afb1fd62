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
  let run = try Run(options, worlds)
  let counts = try options.only.isEmpty ? options.sizes.map { try Counts(records: $0, worlds) } : []
  let table = Table(run: run, counts: counts, machine: Machine(options), sizes: options.sizes)
  print(options.isJSON ? table.json : table.markdown)
  if let path = options.plotPath {
    try Plot(run: run, sizes: options.sizes).svg.write(
      toFile: path, atomically: true, encoding: .utf8)
  }
  if let path = options.resultsPath { try table.replace(inFile: path) }
}
