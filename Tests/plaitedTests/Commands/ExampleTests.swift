// ExampleTests.swift: the three lines that open every help, pasted into a shell.
//
// They run as they stand, in the world that rows run in. What would run for ever is told when to
// stop, and a server takes any port that is free.
import ArgumentParser
import Foundation
import Glibc
import Testing

@testable import plaited

/// An example and the command that it is of.
private struct HelpExample: Sendable, CustomTestStringConvertible {
  var verb: String
  var line: String

  var testDescription: String { line }

  static let all: [HelpExample] = found(below: [Plaited.self])

  private static func found(below path: [ParsableCommand.Type]) -> [HelpExample] {
    let examples =
      (path.last as? any Verb.Type)?.examples ?? (path.last as? any Group.Type)?.examples ?? []
    let own = examples.map { HelpExample(verb: Route.words(path), line: $0.line) }
    return own + Route.children(of: path).flatMap { found(below: path + [$0]) }
  }
}

@Suite("Examples", .timeLimit(.minutes(10)))
struct ExampleTests {
  @Test("every help opens with three lines that name the command, whatever the width")
  func opening() async throws {
    let verbs = Dictionary(grouping: HelpExample.all, by: \.verb)
    #expect(verbs.count > 30)
    for (verb, examples) in verbs {
      #expect(examples.count == 3, "\(verb)")
      for columns in [20, 80, 200] {
        var memory = MemoryDesk()
        memory.terminal.columnCount = columns
        let words = verb.split(separator: " ").map(String.init) + ["--help"]
        #expect(await Invocation(words, on: memory.desk()).run() == .ok)
        let lines = memory.out.text.split(separator: "\n").map(String.init)
        for example in examples {
          #expect(lines.contains("  \(example.line)"), "\(verb), \(columns) columns")
          #expect(example.line.contains(verb.isEmpty ? "plaited" : "plaited \(verb)"))
        }
      }
    }
  }

  @Test("every example runs as it stands", arguments: HelpExample.all)
  fileprivate func runs(example: HelpExample) async throws {
    let world = try await CommandWorld.copy()
    if example.line.hasPrefix("plaited init") {
      for store in ["data", "other"] {
        try FileManager.default.removeItem(atPath: "\(world.folder)/\(store)")
      }
    }
    var line = ExampleTests.preparation(for: example.line) + example.line
    if line.contains("backup.car.gz") { line = "gzip -k backup.car && \(line)" }
    if line.contains("app-password revoke") {
      line = "plaited account app-password new phone && \(line)"
    }
    if line.contains(" --follow") || line.contains(" --watch") { line += " --limit 3" }
    // Where a sync costs nothing: how fast this disk is, is not asked.
    if line.contains("plaited bench") { line += " --folder /dev/shm" }
    if line.contains("plaited serve") {
      let program = try Program(shell: "exec \(line) --port 0", in: world)
      let said = try program.untilStopped()
      #expect(said.status == 0 && said.out.contains("http://"), "\(said)")
      return
    }
    let program = try Program(shell: line, in: world)
    try program.endInput()
    let said = try program.said()
    // The two files of the one example differ, the old notes of the other are none of the schema's:
    // these are their answers.
    let isNegative = line.contains("--exit-code") || line.contains("--against-store")
    #expect(said.status == (isNegative ? 1 : 0), "\(said)")
    #expect(!said.err.contains("error"))
  }

  /// What is there already when somebody types this: schemas in files, lines of a log.
  private static func preparation(for line: String) -> String {
    if line.contains("plaited lex"), !line.contains("plaited lex new") {
      return "plaited lex new app.example.note --folder lexicons && mkdir v1 && "
        + "cp -r lexicons v1 && for file in note old new; do "
        + "cp lexicons/app/example/note.json $file.json; done && "
        + "mkdir data/lexicons && cp -r lexicons/app data/lexicons && "
    }
    if line.contains("plaited log tail --follow") {
      return "for n in 1 2 3; do plaited log write --action a --tool t --detail $n; done && "
    }
    guard line.contains("plaited log import") else { return "" }
    return "plaited log write --action a --tool t --detail d --jsonl system-log.jsonl && "
      + "ssh() { cat system-log.jsonl; } && "
  }
}
