// CommandRowTests.swift: every command in every form, held to what Tests/Commands says.
import DAGCBOR
import Foundation
import Testing

@testable import plaited

private let isRecording = ProcessInfo.processInfo.environment["PLAITED_RECORD"] == "1"
/// Read once; what is wrong with them is told by the first test.
private let files = Result { try RowFile.all() }
private let rows = ((try? files.get()) ?? []).flatMap(\.rows)
private let verbs = (try? ListedVerb.all()) ?? []

@Suite("Every command", .timeLimit(.minutes(10)))
struct CommandRowTests {
  @Test("says the same as ever, in every form", .enabled(if: !isRecording), arguments: rows)
  func says(row: CommandRow) async throws {
    for form in Form.allCases {
      let expected = try #require(row.forms[form], "\(row.line) has no form \(form.rawValue)")
      let found = try await row.said(as: form)
      #expect(found.status == expected.status, "\(form.rawValue): \(found)")
      #expect(found.out == expected.out, "\(form.rawValue)")
      #expect(found.err == expected.err, "\(form.rawValue)")
    }
  }

  @Test("is recorded, to be read", .enabled(if: isRecording))
  func record() async throws {
    for file in try files.get() {
      var said: [CommandRow] = []
      for var row in file.rows {
        for form in Form.allCases { row.forms[form] = try await row.said(as: form) }
        said.append(row)
      }
      let target = RowFile.folder.appending(path: "\(file.name).rows")
      try file.text(with: said).write(to: target, atomically: true, encoding: .utf8)
    }
    Issue.record("the rows were recorded: read what has changed, and run without PLAITED_RECORD")
  }

  @Test("has rows that show it: that it works, that it fails, each option and flag")
  func complete() throws {
    let all = try files.get().flatMap(\.rows)
    let missing = Completeness.missing(in: all, of: try ListedVerb.all())
    #expect(missing.isEmpty, "no row shows \(missing.joined(separator: "; "))")
    for row in all where row.noun != "plaited" {
      #expect(row.words.first == row.noun, "\(row.line) is in \(row.noun).rows")
    }
  }

  @Test("is missed where it has no row: the check itself can fail")
  func incomplete() throws {
    let all = try files.get().flatMap(\.rows)
    let verbs = try ListedVerb.all()
    #expect(verbs.count > 25)
    let without = all.filter { !$0.uses(["--where"]) && $0.verb != "key show" }
    let missing = Completeness.missing(in: without, of: verbs)
    #expect(missing.contains("repo get --where"))
    #expect(missing.contains("key show, and it works"))
  }

  @Test("reads its rows as it wrote them")
  func roundTrip() throws {
    for file in try files.get() {
      let text = try String(
        contentsOf: RowFile.folder.appending(path: "\(file.name).rows"), encoding: .utf8)
      #expect(file.text(with: file.rows) == text, "\(file.name).rows")
    }
    #expect(CommandRow.words(#"a 'b "c"' "d e"  -f ''"#) == ["a", #"b "c""#, "d e", "-f", ""])
  }
}

@Suite("What every command keeps to", .timeLimit(.minutes(10)))
struct CommandRuleTests {
  @Test("JSON is one envelope, NDJSON an object a line", arguments: rows)
  func json(row: CommandRow) throws {
    let said = try #require(row.forms[.json])
    if !said.isBytes {
      let envelope = try JSONForm.decode(Array(said.out.utf8), as: .plain)
      guard case .map(let members) = envelope else {
        Issue.record("not an object")
        return
      }
      let names = Set(members.map(\.0))
      #expect(names.subtracting(["error"]) == ["ok", "command", "result", "next"])
      #expect(envelope["ok"] == .bool(said.status == 0))
      #expect(envelope["command"]?.stringValue == row.namedWords)
      if let error = envelope["error"] {
        for name in ["name", "message", "hint"] { #expect(error[name]?.stringValue != nil) }
      }
      #expect(said.out.hasSuffix("}\n") && said.out.split(separator: "\n").count == 1)
    }
    let lines = try #require(row.forms[.ndjson])
    for line in lines.out.split(separator: "\n") where !lines.isBytes {
      let value = try JSONForm.decode(Array(line.utf8), as: .plain)
      #expect(value["error"] == nil, "an error is no row")
    }
  }

  @Test("an error is three lines: what, why, what to do", arguments: rows)
  func errors(row: CommandRow) throws {
    for (form, said) in row.forms where form != .json && said.err.contains("error: ") {
      let lines = said.err.split(separator: "\n").map(String.init)
      let start = try #require(lines.firstIndex { $0.hasPrefix("error: ") })
      #expect(lines.count == start + 3, "\(form.rawValue)")
      #expect(lines[start + 1].hasPrefix("  why: ") && lines[start + 1].count > 10)
      #expect(lines[start + 2].hasPrefix("   do: ") && lines[start + 2].count > 10)
      let words = ["Error(", "Optional(", "fatal", "nil", "invalid input", "Swift."]
      for word in words { #expect(!said.err.contains(word), "\(word) in \(said.err)") }
    }
    for (form, said) in row.forms where form != .json && said.status > 1 {
      #expect(said.err.contains("error: "), "\(form.rawValue) says why")
    }
  }

  @Test("the exit status is the same in every form", arguments: rows)
  func statuses(row: CommandRow) {
    // Bytes are refused where they would go to a terminal, or into JSON.
    let others = row.forms.filter { !$0.value.refusesBytes }
    #expect(Set(others.values.map(\.status)).count <= 1)
  }

  @Test("nothing that steers a terminal is ever written", arguments: rows)
  func controls(row: CommandRow) {
    for (form, said) in row.forms {
      for text in [said.out, said.err] {
        let controls = text.unicodeScalars.filter { scalar in
          scalar != "\n" && !(scalar == "\t" && form == .plain)
            && (scalar.properties.generalCategory == .control
              || [0x202e, 0x2028].contains(scalar.value))
        }
        #expect(controls.isEmpty, "\(form.rawValue)")
      }
    }
  }
}

extension Said {
  /// `123 bytes, bafk…` stands for what is no text.
  fileprivate var isBytes: Bool { out.prefixMatch(of: #/\d+ bytes, baf/#) != nil }
  fileprivate var refusesBytes: Bool {
    err.contains("bytes are not written to a terminal") || err.contains("bytes and JSON")
      || out.contains("BytesAndJSON")
  }
}
