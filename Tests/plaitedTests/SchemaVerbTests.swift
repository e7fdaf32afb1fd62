// SchemaVerbTests.swift: `plaited lex`, and schemas at every door of the command line.
import DAGCBOR
import Foundation
import Lexicon
import Testing

@testable import plaited

/// A schema of notes in three versions.
private func schema(_ change: String = "", required: String = "\"text\"") -> String {
  """
  {"lexicon":1,"id":"app.example.note","defs":{"main":{"type":"record","description":"A note.",
  "key":"any","record":{"type":"object","required":[\(required)],"properties":{
  "text":{"type":"string","maxLength":10}\(change)}}}}}
  """
}

@Suite("Schemas on the command line")
struct SchemaVerbTests {
  @Test("types are made of schemas, a file each, the same as are in the sources")
  func generated() async throws {
    let folder = try CommandFolder()
    let made = await folder.run(
      "lex", "gen", "--swift", "dev.plaited.*", "dev.joelclaw.*", "--output", "made")
    #expect(made.status == .ok)
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Records")
    let names = try FileManager.default.contentsOfDirectory(atPath: sources.path)
    #expect(made.lines.count == names.count)
    for name in names {
      let text = try Data(contentsOf: sources.appendingPathComponent(name))
      #expect(try folder.read("made/\(name)") == String(decoding: text, as: UTF8.self))
    }
    let one = await folder.run("lex", "gen", "--swift", "dev.joelclaw.system.log", "--json")
    #expect(one.result?["files"]?.arrayValue?.count == 1)
    #expect(await folder.run("lex", "gen", "--swift", "app.example.*").status == .negative)
    #expect(await folder.run("lex", "gen", "dev.joelclaw.system.log").status == .usage)
  }

  @Test("a record that its schema refuses is refused at every door, with its place")
  func doors() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init", "--clock", CommandFolder.clock)
    let log = "dev.joelclaw.system.log"
    let record = #"{"timestamp":"2026-02-14T09:30:00Z","tool":"x","detail":"d"}"#
    let put = await folder.run("repo", "put", log, "3m6pzrjmlgs2a", record)
    #expect(put.status == .usage)
    let created = await folder.run("repo", "create", log, record, "--json")
    #expect(created.status == .usage)
    #expect(created.json?["error"]?["name"] == "InvalidRecord")
    #expect("\(created.out)".contains("\\\"action\\\""))
    let line = #"{"action":"create","collection":"\#(log)","record":\#(record)}"#
    #expect(await folder.run("repo", "apply", "-", input: line).status == .usage)
    let off = await folder.run("repo", "create", log, record, "--validate", "off", "--json")
    #expect(off.result?["validate"] == "off" && off.result?["validationStatus"] == nil)
    _ = await folder.run("repo", "export", "all.car")
    let refused = await folder.run("repo", "import", "all.car", "-C", "other", "--dry-run")
    #expect(refused.status == .unavailable)
    _ = await folder.run("init", "-C", "other", "--clock", CommandFolder.clock)
    for flags in [["--dry-run"], []] {
      let outcome = await folder.run(
        "repo", "import", "all.car", "-C", "other", flags.first ?? "--quiet")
      #expect(outcome.status == .usage, "\(flags): \(outcome.err)")
      #expect(outcome.err.contains("\"action\""))
    }
    let taken = await folder.run(
      "repo", "import", "all.car", "-C", "other", "--validate", "off", "--json")
    #expect(taken.status == .ok && taken.result?["validation"]?["mode"] == "off")
    _ = await folder.run("repo", "revert", "HEAD~1")
    #expect(await folder.run("repo", "revert", "HEAD~1").status == .usage)
    let back = await folder.run("repo", "revert", "HEAD~1", "--validate", "off", "--json")
    #expect(back.status == .ok && back.result?["validation"]?["valid"] == 0)
  }

  @Test("the answer says what was found of the schema, in every mode of output")
  func told() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    let unknown = await folder.run("repo", "create", "app.example.x", "{}", "--json")
    #expect(unknown.result?["validationStatus"] == "unknown")
    #expect(unknown.result?["validate"] == "optimistic")
    let plain = await folder.run("repo", "create", "app.example.x", "{}")
    #expect(plain.out.contains("schema\tunknown"))
    let strict = await folder.run("repo", "create", "app.example.x", "{}", "--validate", "required")
    #expect(strict.status == .usage && strict.err.contains("known"))
    let entry = #"{"timestamp":"2026-02-14T09:30:00Z","tool":"x","detail":"d","action":"a"}"#
    let input = """
      {"action":"create","collection":"dev.joelclaw.system.log","record":\(entry)}
      {"action":"create","collection":"app.example.x","record":{}}
      """
    let applied = await folder.run("repo", "apply", "-", "--ndjson", input: input)
    #expect(applied.status == .ok)
    let commit = try JSONForm.decode(Array(applied.lines[0].utf8), as: .plain)
    #expect(commit["validation"] == ["mode": "optimistic", "valid": 1, "unknown": 1])
    #expect(await folder.run("repo", "apply", "-", input: input).out.contains("1 valid, 1 unknown"))
  }

  @Test("a schema in the store's folder holds from the next command on, and a published one too")
  func known() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    let long = #"{"text":"more than ten bytes"}"#
    #expect(await folder.run("repo", "create", "app.example.note", "a", long).status == .ok)
    try folder.write(schema(), to: "data/lexicons/app/example/note.json")
    #expect(await folder.run("repo", "create", "app.example.note", "b", long).status == .usage)
    #expect(await folder.run("lex", "publish").status == .ok)
    try FileManager.default.removeItem(atPath: folder.path + "/data/lexicons")
    #expect(await folder.run("repo", "create", "app.example.note", "b", long).status == .usage)
    let shown = await folder.run("lex", "show", "app.example.note", "--json")
    #expect(shown.result?["source"] == "published")
    #expect(shown.result?["document"] == (try JSONForm.decode(Array(schema().utf8), as: .plain)))
    let kept = await folder.run(
      "repo", "get", "com.atproto.lexicon.schema", "app.example.note", "--json")
    #expect(kept.result?["value"]?["defs"] == shown.result?["document"]?["defs"])
    let check = await folder.run("lex", "check", "--against-store", "--json")
    #expect(check.status == .negative)
    let problems = check.result?["problems"]?.arrayValue
    #expect(problems?.count == 1 && problems?[0]["path"] == "/text")
  }

  @Test("a change that breaks is found, and not published unless that is asked for")
  func breaking() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    try folder.write(schema(), to: "v1.json")
    try folder.write(schema(#","tag":{"type":"string","maxLength":9}"#), to: "v2.json")
    try folder.write(schema(required: ""), to: "v3.json")
    let fine = await folder.run("lex", "diff", "v1.json", "v2.json", "--json")
    #expect(fine.status == .ok && fine.result?["changes"]?.arrayValue?.count == 1)
    let broken = await folder.run("lex", "diff", "v1.json", "v3.json", "--json")
    #expect(broken.status == .negative && broken.result?["breaking"] == 1)
    #expect(await folder.run("lex", "publish", "v1.json").status == .ok)
    #expect(await folder.run("lex", "diff", "v3.json").status == .negative)
    #expect(await folder.run("lex", "publish", "v2.json").status == .ok)
    let refused = await folder.run("lex", "publish", "v3.json", "--json")
    #expect(refused.status == .negative)
    #expect(refused.json?["error"]?["name"] == "BreakingChange")
    let forced = await folder.run("lex", "publish", "v3.json", "--allow-breaking", "--dry-run")
    #expect(forced.status == .ok && forced.out.contains("updated"))
    #expect(await folder.run("lex", "diff", "v2.json").out.isEmpty)
  }

  @Test("documents that are none are told, each, and keep nobody from writing")
  func faults() async throws {
    let folder = try CommandFolder()
    _ = await folder.run("init")
    try folder.write("{", to: "data/lexicons/app/example/one.json")
    let wrong = schema(##","x":{"type":"ref","ref":"#absent"}"##)
    try folder.write(wrong, to: "data/lexicons/app/example/note.json")
    try folder.write(schema(), to: "data/lexicons/elsewhere.json")
    let check = await folder.run("lex", "check", "--json")
    #expect(check.status == .negative && check.result?["problems"]?.arrayValue?.count == 3)
    #expect(await folder.run("repo", "create", "app.example.note", "a", "{}").status == .ok)
    #expect(await folder.run("lex", "show", "note.json").status == .negative)
    let none = await folder.run("lex", "show", "app.example.nota")
    #expect(none.status == .negative)
  }

  @Test(
    "every template is a schema, and deserves no second look",
    arguments: LexiconTemplate.allCases)
  func templates(template: LexiconTemplate) async throws {
    let folder = try CommandFolder()
    let made = await folder.run(
      "lex", "new", "app.example.thing", "--type", template.rawValue, "--folder", "lexicons",
      "--key", "literal:self")
    #expect(made.status == .ok, "\(made.err)")
    #expect(await folder.run("lex", "check", "lexicons").status == .ok)
    let lint = await folder.run("lex", "lint", "lexicons")
    #expect(lint.status == .ok, "\(lint.out)")
    let again = await folder.run("lex", "new", "app.example.thing", "--folder", "lexicons")
    #expect(again.status == .cannotCreate)
  }

  @Test("without a store the schemas of the program are known")
  func withoutStore() async throws {
    let folder = try CommandFolder()
    let list = await folder.run("lex", "list", "com.atproto.repo", "--json")
    #expect((list.result?["schemas"]?.arrayValue?.count ?? 0) >= 12)
    #expect(await folder.run("lex", "show", "com.atproto.repo.getRecord").status == .ok)
    #expect(await folder.run("lex", "check").status == .ok)
  }
}
