// StoreVerbs.swift: `plaited store check`: whether every byte is what it should be.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct StoreGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "The store's own files.",
    subcommands: [StoreCheck.self, StoreCompact.self, StoreRetention.self])
}

struct StoreCheck: Verb {
  static let configuration = verb(
    "check", "Read every file of the store and check every byte of it.",
    "Nothing is changed. Exit status 1 says that something is wrong.")
  static let examples = [
    Example("plaited store check", "check the store in ./data"),
    Example("plaited store check -C other -v", "check another one, and say what is being read"),
    Example("plaited store check --json", "the answer as JSON"),
  ]

  @OptionGroup var common: CommonOptions

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let meter = Meter("checking", "records", for: job)
    let task = job
    var failure: (any Error)?
    let report = try store.check { text in
      guard common.verbose else { return }
      do {
        try task.note("checking \(text)")
      } catch {
        failure = error
      }
    } recordProgress: {
      meter.passed($0)
    }
    if let failure { throw failure }
    try meter.finish()
    return StoreCheckAnswer(report, damage: try store.damageProblems()).answer
  }
}

struct StoreCheckAnswer {
  private let report: CheckReport
  /// The blocks that the damaged part of the log holds.
  private let damage: [RepoProblem]

  init(_ report: CheckReport, damage: [RepoProblem]) {
    self.report = report
    self.damage = damage.filter { $0.cid != nil }
  }

  private var problems: [(cells: [Cell], value: CBORValue)] {
    let damage = report.problems.map { problem -> (cells: [Cell], value: CBORValue) in
      (
        [
          .bad(problem.kind.rawValue), .text(problem.path), .count(problem.offset),
          .text(problem.detail),
        ],
        [
          "rule": .string("\(problem.kind)"), "path": .string(problem.path),
          "offset": .count(problem.offset), "message": .string("\(problem)"),
        ]
      )
    }
    let inLog = self.damage.map { problem -> (cells: [Cell], value: CBORValue) in
      (
        [
          .bad(problem.rule), .text(problem.cid.map { "\($0)" } ?? ""),
          problem.offset.map { .count($0) } ?? .absent, .text(problem.message),
        ], problem.value
      )
    }
    let inRepos = report.repos.flatMap { name, report in
      report.problems.map { problem -> (cells: [Cell], value: CBORValue) in
        (
          [
            .bad(problem.rule), .text("\(name.did) \(problem.path ?? "")"),
            problem.offset.map { .count($0) } ?? .absent, .text(problem.message),
          ], problem.value
        )
      }
    }
    return damage + inLog + inRepos
  }

  var answer: Answer {
    let problems = problems
    let recordCount = report.repos.reduce(0) { $0 + $1.report.recordCount }
    var page: [Piece] = [
      .card(
        Card([
          "segments": .count(report.segmentCount), "entries": .count(report.entryCount),
          "packs": .count(report.packCount), "blocks": .count(report.blockCount),
          "repos": .count(report.repos.count), "records": .count(recordCount),
          "verdict": report.isClean ? .good("clean") : .bad("\(problems.count) problem(s)"),
        ]))
    ]
    if !problems.isEmpty {
      page += [
        .space,
        .table(
          Table(
            columns: [.text("rule"), .text("path"), .count("offset"), .text("message")],
            rows: problems.map(\.cells))),
      ]
    }
    var answer = Answer(
      [
        "ok": .bool(report.isClean), "segments": .count(report.segmentCount),
        "entries": .count(report.entryCount), "packs": .count(report.packCount),
        "blocks": .count(report.blockCount), "repos": .count(report.repos.count),
        "records": .count(recordCount), "problems": .array(problems.map(\.value)),
      ], page: page)
    if !report.isClean { answer.status = .negative }
    return answer
  }
}
