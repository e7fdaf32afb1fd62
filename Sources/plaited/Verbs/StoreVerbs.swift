// StoreVerbs.swift: `plaited store check`: whether every byte is what it should be.
import ATSyntax
import ArgumentParser
import DAGCBOR
import RepoStore

struct StoreGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "The store's own files.", subcommands: [StoreCheck.self])
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
    let (desk, isTold) = (job.desk, common.verbose && !common.quiet)
    var failure: (any Error)?
    let report = try store.check { text in
      guard isTold else { return }
      do {
        try desk.err.append(line: "checking \(text)")
        try desk.err.flush()
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return StoreCheckAnswer(report).answer
  }
}

struct StoreCheckAnswer {
  private let report: CheckReport

  init(_ report: CheckReport) { self.report = report }

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
    return damage + inRepos
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
