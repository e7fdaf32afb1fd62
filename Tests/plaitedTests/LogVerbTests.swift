// LogVerbTests.swift: `plaited log`: entries as records and as lines, each once.
import DAGCBOR
import Foundation
import Testing

@testable import plaited

@Suite("The system log")
struct LogVerbTests {
  private static func line(_ second: Int, _ detail: String) -> String {
    let time = "2026-02-14T09:30:\(second < 10 ? "0" : "")\(second).000Z"
    return #"{"timestamp":"\#(time)","action":"install","tool":"apt","detail":"\#(detail)"}"#
  }

  private static func count(_ folder: CommandFolder) async -> CBORValue? {
    await folder.run("repo", "get", "dev.joelclaw.system.log", "--count", "--json").result?["count"]
  }

  @Test("an entry is a record, and a line that is found again when it is imported")
  func write() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    let written = await folder.run(
      "log", "write", "--action", "install", "--tool", "apt", "--detail", "libcbor",
      "--level", "info", "--jsonl", "log.jsonl", "--json")
    #expect(written.status == .ok && written.result?["validationStatus"] == "valid")
    let text = try folder.read("log.jsonl")
    let line = try JSONForm.decode(Array(text.utf8.dropLast()), as: .plain)
    #expect(line["sessionId"] == "unknown" && line["systemId"] == "unknown")
    #expect(line["createdAt"] == nil && line["$type"] == nil && line["level"] == "info")
    let imported = await folder.run("log", "import", "log.jsonl", "--json")
    #expect(imported.result?["created"] == 0 && imported.result?["known"] == 1)
    #expect(await LogVerbTests.count(folder) == 1)
    // The same again in the same millisecond is the same entry.
    _ = await folder.run(
      "log", "write", "--action", "install", "--tool", "apt", "--detail", "libcbor",
      "--level", "info")
    #expect(await LogVerbTests.count(folder) == 1)
  }

  @Test("a dry run writes neither record nor line, and an entry without an action is refused")
  func refusals() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    let dry = await folder.run(
      "log", "write", "--action", "a", "--tool", "t", "--detail", "d", "--jsonl", "log.jsonl",
      "--dry-run", "--json")
    #expect(dry.result?["dryRun"] == true)
    #expect(await LogVerbTests.count(folder) == 0)
    #expect(throws: (any Error).self) { try folder.read("log.jsonl") }
    let empty = await folder.run("log", "write", "--action", "", "--tool", "t", "--detail", "d")
    #expect(empty.status == .usage && empty.err.contains("/action"))
  }

  @Test(
    "a file can be imported as often as it grows, in whatever order, and lines of one time meet")
  func imports() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    // All of one second: some of them ask for one key.
    let lines = (0..<400).map { LogVerbTests.line(7, "entry \($0)") }
    try folder.write(lines.prefix(250).joined(separator: "\n"), to: "log.jsonl")
    let first = await folder.run("log", "import", "log.jsonl", "--json")
    #expect(first.result?["created"] == 250)
    try folder.write(lines.reversed().joined(separator: "\n") + "\n\n", to: "log.jsonl")
    let dry = await folder.run("log", "import", "log.jsonl", "--dry-run", "--json")
    #expect(dry.result?["created"] == 150 && dry.result?["known"] == 250)
    let second = await folder.run("log", "import", "log.jsonl", "--json")
    #expect(second.result?["created"] == 150 && second.result?["known"] == 250)
    let third = await folder.run(
      "log", "import", "-", "--json", input: lines.joined(separator: "\n"))
    #expect(third.result?["created"] == 0 && third.result?["known"] == 400)
    #expect(await LogVerbTests.count(folder) == 400)
  }

  @Test("a line that is no entry is named, and those before it are written")
  func badLine() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    for (bad, why) in [
      ("{", "line 2"), (#"{"action":"a"}"#, "timestamp is missing"),
      (#"{"timestamp":"yesterday","action":"a","tool":"t","detail":"d"}"#, "timestamp"),
      (#"{"timestamp":"2026-02-14T09:30:00Z","tool":"t","detail":"d"}"#, "\"action\""),
      (#"{"timestamp":"1960-01-01T00:00:00Z","action":"a","tool":"t","detail":"d"}"#, "1970"),
    ] {
      let text = LogVerbTests.line(1, "good") + "\n" + bad + "\n" + LogVerbTests.line(2, "never")
      let outcome = await folder.run("log", "import", "-", input: text)
      #expect(outcome.status == .usage && outcome.err.contains(why), "\(bad): \(outcome.err)")
      #expect(outcome.err.contains("line 2"))
      #expect(await LogVerbTests.count(folder) == 1)
    }
  }

  @Test("the tail is the newest entries, the newest last, under conditions")
  func tail() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    let lines = (0..<30).map { LogVerbTests.line($0, $0 % 2 == 0 ? "even" : "odd") }
    _ = await folder.run("log", "import", "-", input: lines.joined(separator: "\n"))
    let last = await folder.run("log", "tail", "-n", "2")
    #expect(last.lines.map { $0.prefix(23).suffix(6) } == ["28.000", "29.000"])
    let odd = await folder.run("log", "tail", "-n", "3", "--where", "detail=odd", "--ndjson")
    let seconds = try odd.lines.map { line in
      try JSONForm.decode(Array(line.utf8), as: .plain)["value"]?["timestamp"]?.stringValue ?? ""
    }
    #expect(seconds.map { $0.prefix(19).suffix(2) } == ["25", "27", "29"])
    #expect(await folder.run("log", "tail", "--limit", "0").out.isEmpty)
  }

  @Test("a last line that was cut off is ended before another is added")
  func cutLine() throws {
    let folder = try CommandFolder()
    try folder.write("half", to: "log.jsonl")
    try LineFile.append(Array("whole\n".utf8), to: folder.path + "/log.jsonl")
    try LineFile.append(Array("more\n".utf8), to: folder.path + "/log.jsonl")
    #expect(try folder.read("log.jsonl") == "half\nwhole\nmore\n")
  }
}
