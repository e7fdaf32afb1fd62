// RuleTests.swift: every rule can fail, and does not fail on what is right.
import Foundation
import Testing

@Suite("Rules of the house")
struct RuleTests {
  @Test("a rule finds what breaks it", arguments: Rule.all)
  func findsBroken(rule: Rule) {
    #expect(!rule.broken.isEmpty)
    for text in rule.broken {
      let found = rule.spots(SourceFile(path: rule.examplePath, text: text))
      #expect(!found.isEmpty, "\(rule.name) finds nothing in:\n\(text)")
    }
  }

  @Test("a rule leaves alone what keeps it", arguments: Rule.all)
  func passesKept(rule: Rule) {
    #expect(!rule.kept.isEmpty)
    for text in rule.kept {
      let found = rule.spots(SourceFile(path: rule.examplePath, text: text))
      #expect(found.isEmpty, "\(rule.name) finds \(found) in:\n\(text)")
    }
  }

  @Test("a spot is on the line of the offence")
  func spotsHaveLines() throws {
    let rule = try #require(Rule.all.first { $0.name == "no fatalError(" })
    let text = "// a\nlet b = \"\"\"\n  fatalError()\n  \"\"\"\nfatalError()\n"
    let spots = rule.spots(SourceFile(path: rule.examplePath, text: text))
    #expect(spots == [Spot(line: 5, what: "fatalError(")])
  }

  @Test("names of rules are unique")
  func namesAreUnique() {
    #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
  }

  @Test("the import table names no room that it does not have, but for C libraries")
  func tableIsClosed() {
    for room in Room.all {
      let unknown = room.ours.subtracting(Room.byName.keys).filter { !$0.hasPrefix("C") }
      #expect(unknown.isEmpty, "\(room.name) may import \(unknown)")
      #expect(!room.ours.contains(room.name))
    }
  }

  @Test(
    "a tracked file of the wrong kind is refused",
    arguments: [
      ("a/.build/x", "text"), ("Package.resolved", "{}"),
      ("a.sh", "cd /" + "work/main"), ("b.md", "in `/" + "tmp/x`"),
      ("c.py", "x = \"/" + "home/y\""),
    ])
  func refusesTracked(path: String, text: String) {
    #expect(TrackedFile(path: path, content: Data(text.utf8)).spots.count == 1)
  }

  @Test("a tracked file that is binary or too large is refused")
  func refusesContent() {
    #expect(TrackedFile(path: "x.txt", content: Data([0x61, 0, 0x62])).spots.count == 1)
    let large = Data(repeating: 0x61, count: TrackedFile.byteCountMax + 1)
    #expect(TrackedFile(path: "x.txt", content: large).spots.count == 1)
    #expect(TrackedFile(path: "x.txt", content: large.dropLast()).spots.isEmpty)
  }

  @Test(
    "a tracked file without a machine's trace passes",
    arguments: [
      ("a.sh", "#!/usr/bin/env bash\ncat ../shared/fixtures build/" + "tmp/x"),
      ("b.md", "https://example.com/" + "work/x"), ("c.sh", "\"${TMPDIR}/" + "tmp/x\""),
    ])
  func passesTracked(path: String, text: String) {
    #expect(TrackedFile(path: path, content: Data(text.utf8)).spots.isEmpty)
  }

  @Test("an invariant that only one side names is reported with its place")
  func reportsInvariants() {
    let found = Invariants.differences(
      document: "# Invariants\n- INV-1: a\n- INV-C2: b",
      code: [("a.swift", "// INV-1\n// INV-3 and INV-1"), ("b.swift", "// INV-x")])
    #expect(found.count == 3)
    #expect(found[0].hasPrefix("INVARIANTS.md:3: no code cites INV-C2"))
    #expect(found[1].hasPrefix("a.swift:2: cites INV-3"))
    #expect(found[2].hasPrefix("b.swift:1: cites INV-x"))
  }
}
