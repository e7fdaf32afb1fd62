// Table.swift: a run as a table for people, as JSON for programs, and as part of a document.
import Foundation
import Workloads
import World

struct Table {
  static let startMark = "<!-- table: written by Report, do not edit -->"
  static let endMark = "<!-- end of table -->"

  let run: Run
  let counts: [Counts]
  let machine: Machine
  /// Of the repos, in records.
  let sizes: [Int]

  struct MarksMissing: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) has no lines \(startMark) and \(endMark)" }
  }

  /// Puts the table between the marks of a document.
  func replace(inFile path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let start = text.range(of: Table.startMark), let end = text.range(of: Table.endMark),
      start.upperBound <= end.lowerBound
    else { throw MarksMissing(path: path) }
    let result = text[..<start.upperBound] + "\n\n" + markdown + "\n" + text[end.lowerBound...]
    try String(result).write(toFile: path, atomically: true, encoding: .utf8)
  }

  var markdown: String {
    let busy = run.wallShare < 1.1 ? "an idle machine" : "a machine with other work"
    let head =
      machine.lines.map { "- \($0)" } + [
        "- \(run.rounds) rounds; wall time was \(digits(run.wallShare)) times the CPU time of what "
          + "runs on one thread: \(busy)"
      ]
    let questions = Question.all(sizes: sizes)
    let rows = questions.compactMap(row)
    let columns = [
      "workload", "time", "guess", "median", "min – max", "share of", "share", "goal", "met",
    ]
    var parts = [head.joined(separator: "\n")]
    if !rows.isEmpty { parts.append(Table.grid([columns] + rows)) }
    let figures = Expectation.all(sizes: sizes).compactMap(row)
    if !figures.isEmpty {
      parts.append(
        Table.grid([["figure", "guess", "median", "min – max", "goal", "met"]] + figures))
    }
    if !counts.isEmpty { parts.append(countTable) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func row(_ question: Question) -> [String]? {
    guard let rate = run.rate(question.name) else { return nil }
    let share = question.floor.isEmpty ? nil : run.share(question.name, of: question.floor)
    var cells = [
      "`\(question.name)`", run.timings[question.name]?.rawValue ?? "",
      Table.rate(question.guess), Table.rate(rate.median),
      "\(Table.rate(rate.least)) – \(Table.rate(rate.most))",
      share == nil ? "" : question.floorName, share.map { digits($0.median) } ?? "",
    ]
    switch question.goal {
    case .rate(let goal): cells += ["≥ \(Table.rate(goal))", rate.median >= goal ? "yes" : "no"]
    case .share(let goal):
      cells += ["≥ \(digits(goal))", share.map { $0.median >= goal ? "yes" : "no" } ?? "?"]
    case nil: cells += ["", ""]
    }
    return cells
  }

  private func row(_ expectation: Expectation) -> [String]? {
    guard let figure = run.figures[expectation.name] else { return nil }
    let found = Spread(figure.values)
    func text(_ value: Double) -> String { "\(digits(value)) \(figure.unit.rawValue)" }
    let cells = [
      "`\(expectation.name)`", text(expectation.guess), text(found.median),
      figure.values.count == 1 ? "" : "\(text(found.least)) – \(text(found.most))",
    ]
    switch expectation.goal {
    case .atMost(let goal):
      return cells + ["≤ \(text(goal))", found.median <= goal ? "yes" : "no"]
    case .atLeast(let goal):
      return cells + ["≥ \(text(goal))", found.median >= goal ? "yes" : "no"]
    case .atMostIn(let goal):
      guard let goal = goal(run) else { return cells + ["", "?"] }
      return cells + ["≤ \(text(goal))", found.median <= goal ? "yes" : "no"]
    case nil: return cells + ["", ""]
    }
  }

  private var countTable: String {
    let columns = [
      "records", "nodes", "bytes a node", "nodes a commit", "bytes a commit", "its proof",
      "nodes a batch of 200", "in time order",
    ]
    let rows = counts.map { count in
      [
        "\(count.records)", "\(count.builtNodes.nodeCount)",
        digits(Double(count.builtNodes.byteCount) / Double(count.builtNodes.nodeCount)),
        digits(Double(count.commitNodes.nodeCount) / Double(count.commitCount)),
        digits(Double(count.commitNodes.byteCount) / Double(count.commitCount)),
        digits(Double(count.proofNodes.nodeCount) / Double(count.commitCount)),
        digits(Double(count.randomBatchNodes.nodeCount) / Double(count.randomBatchCount)),
        digits(Double(count.timeBatchNodes.nodeCount) / Double(count.timeBatchCount)),
      ]
    }
    return "Counts, the same on every machine:\n\n" + Table.grid([columns] + rows)
  }

  /// `{"machine": […], "rounds": n, "nanoseconds": {workload: [one per round]}}`.
  var json: String {
    let lines = run.names.map { name in
      let times = (run.seconds[name] ?? []).map { String(format: "%.3f", $0 * 1e9) }
      return "    \(Table.quoted(name)): [\(times.joined(separator: ", "))]"
    }
    return """
      {
        "machine": [\(machine.lines.map(Table.quoted).joined(separator: ", "))],
        "rounds": \(run.rounds),
        "wallByCPU": \(digits(run.wallShare)),
        "nanoseconds": {
      \(lines.joined(separator: ",\n"))
        }
      }
      """
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  /// Rows under the first one, columns padded to be read as they are.
  static func grid(_ rows: [[String]]) -> String {
    guard let columns = rows.first else { return "" }
    let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map {
        $0 + String(repeating: " ", count: max(0, $1 - $0.count))
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule =
      "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
    return ([line(columns), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
  }

  static func rate(_ value: Double) -> String {
    switch value {
    case 1e6...: "\(digits(value / 1e6)) M/s"
    case 1e3...: "\(digits(value / 1e3)) k/s"
    default: "\(digits(value)) /s"
    }
  }
}
