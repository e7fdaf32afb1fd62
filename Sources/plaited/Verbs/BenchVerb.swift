// BenchVerb.swift: `plaited bench`: how fast this machine is at what a store does, beside what it
// could do at most.
//
// Not here: what is measured (Benchmarks/Sources/Workloads), which the reports of the project
// share.
import ArgumentParser
import DAGCBOR
import Dispatch
import Glibc
import Workloads
import World

extension BenchSubject: ExpressibleByArgument {}

struct Bench: Verb {
  static let configuration = verb(
    "bench", "Measure this machine at a part of the work, beside what limits it.",
    """
    WHAT is mst (the tree in memory), commit, import, export, read or firehose (checking events). \
    Each result is a median of rounds, in which it takes turns with the primitives that it stands \
    on: hashing, signing, appending with a sync. The fraction is how near it comes to them. All \
    input is made by a fixed rule, so that runs compare. Files go to a temporary folder, which is \
    removed.
    """)
  static let examples = [
    Example("plaited bench mst --records 2000", "the tree, in a repo of 2 000 records"),
    Example(
      "plaited bench commit --records 2000 --writers 16", "durable commits, by 16 at a time"),
    Example(
      "plaited bench read --records 2000 --plot read.svg --json",
      "reads in repos of growing size, drawn"),
  ]
  /// It needs no store, and would disturb who serves one.
  static let isOwners = true

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("mst, commit, import, export, read or firehose.", valueName: "what"))
  var subject: BenchSubject
  @Option(help: ArgumentHelp("Records in the repo, 1 000 to 10 000 000.", valueName: "n"))
  var records = 100_000
  @Option(help: ArgumentHelp("Writers at a time: to 16, or a multiple of 16.", valueName: "n"))
  var writers = 4
  @Option(help: "For commits. full: synced before they are told; relaxed: only in memory.")
  var durability: DurabilityName = .full
  @Option(help: ArgumentHelp("Draw rates against repo size, to this file.", valueName: "file.svg"))
  var plot: String?
  @Option(
    help: ArgumentHelp("The folder for files (else the system's temporary one).", valueName: "dir"))
  var folder: String?

  private static let roundCount = 3

  func validate() throws {
    guard 1_000...10_000_000 ~= records else {
      throw ValidationError("--records is a number from 1000 to 10000000")
    }
    guard 1...16 ~= writers || (writers.isMultiple(of: 16) && 16...1_024 ~= writers) else {
      throw ValidationError("--writers is from 1 to 16, or a multiple of 16 up to 1024")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let folder = folder.map(job.desk.path)
    if let folder, !Folder.isThere(folder) {
      throw Complaint(
        .cannotCreate, "CannotCreate", what: "nothing was measured",
        why: "there is no folder \(folder)", remedy: "make it, or leave out --folder")
    }
    // The drawing is the last thing; that it can be written is known first.
    let picture = try plot.map { try ReplacingFile(job.desk.path($0)) }
    let ending = EndingCleanly(in: folder)
    defer { ending.cancel() }
    let meter = Meter("measuring", "passes", for: job)
    let isTimed = subject == .commit && durability == .full
    try job.printer.openList("workloads", BenchRow.columns(withLatency: isTimed))
    let plans = sizes.map { size in
      BenchPlan(subject, records: size, writers: writers, isDurable: durability == .full)
    }
    let measured = try await Bench.measured(plans, in: folder, meter)
    try meter.finish()
    let runs = Array(zip(plans, measured.runs))
    for (plan, run) in runs {
      for row in BenchRow.rows(of: run, plan) {
        try job.printer.row(row.cells(withLatency: isTimed), row.value)
      }
    }
    if let picture {
      try picture.append(Array(drawing(runs).svg.utf8))
      try picture.finish()
    }
    return answer(nodeBytesPerRecord: measured.nodeBytesPerRecord)
  }

  /// What was measured by each plan, and the size of the last one's tree.
  private struct Measured: Sendable {
    var runs: [Run] = []
    var nodeBytesPerRecord = 0
  }

  /// Measures on a thread of its own: workloads wait for tasks, which need the threads of the pool.
  private static func measured(
    _ plans: [BenchPlan], in folder: String?, _ meter: Meter
  ) async throws -> Measured {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "plaited.bench").async {
        continuation.resume(with: Result { try measuredHere(plans, in: folder, meter) })
      }
    }
  }

  private static func measuredHere(
    _ plans: [BenchPlan], in folder: String?, _ meter: Meter
  ) throws -> Measured {
    let worlds = Worlds(in: folder)
    var measured = Measured()
    for (index, plan) in plans.enumerated() {
      let workloads = plan.primitives + plan.workloads
      let run = try Run(workloads, rounds: roundCount, worlds) { done, total in
        try meter.reached(index * total + done, of: plans.count * total)
      }
      measured.runs.append(run)
      measured.nodeBytesPerRecord = Int(try plan.nodeBytesPerRecord(worlds).rounded())
    }
    return measured
  }

  /// One size; for a plot the powers of ten before it too.
  private var sizes: [Int] {
    guard plot != nil else { return [records] }
    return [1_000, 10_000, 100_000, 1_000_000].filter { $0 < records } + [records]
  }

  private func answer(nodeBytesPerRecord bytes: Int) -> Answer {
    var members = CBORMap(present: [
      "subject": .string(subject.rawValue), "records": .count(records),
      "rounds": .count(Bench.roundCount), "plot": plot.map { .string($0) },
    ])
    var notes: [String] = []
    if subject == .mst {
      members["nodeBytesPerRecord"] = .count(bytes)
      notes.append("\(bytes) bytes of tree nodes for each record")
    }
    if subject == .commit { members["durability"] = .string(durability.rawValue) }
    return Answer(members, notes: notes)
  }

  private func drawing(_ runs: [(BenchPlan, Run)]) -> Plot {
    var names: [String] = []
    for (plan, _) in runs {
      let primitives = Set(plan.primitives.map(\.name))
      for question in plan.questions where !primitives.contains(question.name) {
        let name = BenchRow.shortened(question.name, plan)
        if !names.contains(name) { names.append(name) }
      }
    }
    let lines = names.enumerated().map { index, name in
      let points = runs.compactMap { plan, run -> (records: Double, rate: Spread)? in
        let question = plan.questions.first { BenchRow.shortened($0.name, plan) == name }
        return question.flatMap { run.rate($0.name) }.map { (Double(plan.records), $0) }
      }
      return Plot.Line(name, Plot.colours[index % Plot.colours.count], points)
    }
    return Plot(
      Plot.Words(
        "plaited bench \(subject.rawValue)",
        "medians of \(Bench.roundCount) rounds, bars from the slowest to the fastest",
        rate: "operations per second"), lines, sizes: sizes)
  }
}

/// One result.
struct BenchRow {
  private let name: String
  private let records: Int
  private let rate: Spread
  private let isPrimitive: Bool
  /// Of what, and the fraction of it.
  private let floor: (name: String, share: Double)?
  /// Microseconds, where each operation was timed by itself.
  private let latency: (p50: Int, p99: Int)?

  static func columns(withLatency: Bool) -> [Column] {
    [.id("what"), .count("per second"), Column(title: "each", give: .never, side: .right)]
      + (withLatency ? [.count("p50"), .count("p99")] : []) + [.count("fraction"), .text("of")]
  }

  /// The primitives first, then what stands on them.
  static func rows(of run: Run, _ plan: BenchPlan) -> [BenchRow] {
    let primitives = Set(plan.primitives.map(\.name))
    let questions = plan.questions
    let asked =
      plan.primitives.map { primitive in
        questions.first { $0.name == primitive.name }
          ?? Question(name: primitive.name, guess: 0, limit: "")
      } + questions.filter { !primitives.contains($0.name) }
    return asked.compactMap { question in
      run.rate(question.name).map { BenchRow(question, $0, run, plan, primitives) }
    }
  }

  private init(
    _ question: Question, _ rate: Spread, _ run: Run, _ plan: BenchPlan, _ primitives: Set<String>
  ) {
    name = BenchRow.shortened(question.name, plan)
    records = plan.records
    self.rate = rate
    isPrimitive = primitives.contains(question.name)
    let share = question.floor.isEmpty ? nil : run.share(question.name, of: question.floor)
    floor = share.map { (question.floorName, $0.median) }
    if let p50 = run.figure("\(question.name)/p50"), let p99 = run.figure("\(question.name)/p99") {
      // They are told in milliseconds.
      latency = (Int((p50.median * 1e3).rounded()), Int((p99.median * 1e3).rounded()))
    } else {
      latency = nil
    }
  }

  /// Without the size, which all have, and without the store, which the subject names.
  static func shortened(_ name: String, _ plan: BenchPlan) -> String {
    let size = "/\(Question.sizeName(plan.records))"
    let sized = name.hasSuffix(size) ? String(name.dropLast(size.count)) : name
    return sized.hasPrefix("store/") ? String(sized.dropFirst(6)) : sized
  }

  func cells(withLatency: Bool) -> [Cell] {
    let rates: [Cell] = [
      .id(name), .count(Int(rate.median.rounded())),
      .text(BenchRow.time(nanoseconds: 1e9 / rate.median)),
    ]
    let latencies: [Cell] = [
      latency.map { .microseconds($0.p50) } ?? .absent,
      latency.map { .microseconds($0.p99) } ?? .absent,
    ]
    let shares: [Cell] = [
      floor.map { .text(BenchRow.fraction($0.share)) } ?? .absent,
      isPrimitive && floor == nil ? .faint("a primitive") : .text(floor?.name ?? ""),
    ]
    return rates + (withLatency ? latencies : []) + shares
  }

  var value: CBORValue {
    .map(
      CBORMap(present: [
        "name": .string(name), "records": .count(records), "primitive": .bool(isPrimitive),
        "perSecond": .count(Int(rate.median.rounded())),
        "perSecondLeast": .count(Int(rate.least.rounded())),
        "perSecondMost": .count(Int(rate.most.rounded())),
        "nanoseconds": .count(Int((1e9 / rate.median).rounded())),
        "p50Microseconds": latency.map { .count($0.p50) },
        "p99Microseconds": latency.map { .count($0.p99) },
        "of": floor.map { .string($0.name) },
        // JSON of the data model has no fractions.
        "fractionPerMille": floor.map { .count(Int(($0.share * 1e3).rounded())) },
      ]))
  }

  /// `0.68`, with two digits.
  private static func fraction(_ share: Double) -> String {
    let hundredths = Int((share * 100).rounded())
    let digits = String(hundredths % 100)
    return "\(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits)"
  }

  private static func time(nanoseconds: Double) -> String {
    nanoseconds < 9_950
      ? "\(Amount.grouped(Int(nanoseconds.rounded()))) ns"
      : Amount.duration(microseconds: Int((nanoseconds / 1e3).rounded()))
  }
}

/// Takes the files of a measurement away where it is told to end.
private struct EndingCleanly {
  private let sources: [any DispatchSourceSignal]

  init(in folder: String?) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        ScratchDirectory.removeAll(Worlds(in: folder))
        _exit(128 + number)
      }
      source.resume()
      return source
    }
  }

  func cancel() {
    for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
      source.cancel()
      signal(number, SIG_DFL)
    }
  }
}
