// InvocationTests.swift: from words to a command, or to what is said about words that are none.
import DAGCBOR
import Testing

@testable import plaited

@Suite("Invocation")
struct InvocationTests {
  private let memory = MemoryDesk()

  @Test("alone, the program lists its commands")
  func tree() async throws {
    #expect(await memory.run() == .ok)
    #expect(memory.out.lines.contains { $0.hasPrefix("plaited key list\t") })
  }

  @Test("a group alone lists its commands, as JSON where that is asked for")
  func groupJSON() async throws {
    #expect(await memory.run("key", "--json") == .ok)
    let value = try JSONForm.decode(Array(memory.out.text.utf8), as: .plain)
    let commands = value["result"]?["commands"]?.arrayValue?.compactMap { $0["command"] }
    #expect(commands == ["plaited key new", "plaited key list", "plaited key show"])
  }

  @Test(
    "an unknown word names the nearest command",
    arguments: [
      (["kye"], "plaited key"), (["key", "lst"], "plaited key list"),
      (["key", "zzzzz"], "plaited key"),
    ])
  func unknown(arguments: [String], remedy: String) async {
    let status = await Invocation(arguments, on: memory.desk()).run()
    #expect(status == .usage)
    #expect(memory.err.lines.count == 3)
    #expect(memory.err.lines.last == "   do: \(remedy)")
  }

  @Test("an unknown option names the nearest, in three lines")
  func unknownOption() async {
    #expect(await memory.run("key", "new", "--crve", "p256") == .usage)
    #expect(memory.err.lines.count == 3)
    #expect(memory.err.text.contains("--curve"))
    #expect(memory.out.text.isEmpty)
  }

  @Test("an error is JSON on standard output where JSON is asked for")
  func errorJSON() async throws {
    #expect(await memory.run("key", "show", "absent", "--json") == .negative)
    let value = try JSONForm.decode(Array(memory.out.text.utf8), as: .plain)
    #expect(value["ok"] == false)
    #expect(value["error"]?["name"] == "KeyFileError")
    #expect(memory.err.text.isEmpty)
  }

  @Test("JSON and NDJSON exclude each other, which is told as JSON")
  func bothForms() async throws {
    #expect(await memory.run("status", "--json", "--ndjson") == .usage)
    #expect(memory.out.text.contains(#""name":"UsageError""#) && memory.err.text.isEmpty)
  }

  @Test("options may stand before the words")
  func optionsFirst() async throws {
    #expect(await memory.run("-C", "/nowhere/else", "--json", "key", "list") == .ok)
    #expect(memory.out.text.hasPrefix("{\"command\":\"key list\""))
  }

  @Test("--help, -h and help show the same, and open with examples")
  func help() async {
    for arguments in [["key", "new", "--help"], ["key", "new", "-h"], ["help", "key", "new"]] {
      let memory = MemoryDesk()
      #expect(await Invocation(arguments, on: memory.desk()).run() == .ok)
      #expect(memory.out.lines[1] == "EXAMPLES:")
    }
  }

  @Test("--version says the version")
  func version() async {
    #expect(await memory.run("--version") == .ok)
    #expect(memory.out.text == "plaited \(Invocation.version)\n")
    let json = MemoryDesk()
    #expect(await json.run("--version", "--json") == .ok)
    #expect(json.out.text.contains("\"version\":\"\(Invocation.version)\""))
  }

  @Test("a reader that has gone ends the command quietly")
  func closedPipe() async {
    var desk = memory.desk()
    desk.out = Outlet { _ in throw ClosedPipe() }
    #expect(await Invocation(["key", "--json"], on: desk).run() == .ok)
    #expect(memory.err.text.isEmpty)
  }

  @Test("every command opens its help with three examples that name it")
  func examples() {
    for leaf in CommandTree.leaves(below: [Plaited.self]) {
      let verb = leaf.command as? any Verb.Type
      let examples = verb?.examples ?? []
      #expect(examples.count == 3, "\(leaf.words)")
      for example in examples {
        #expect(example.line.contains("plaited \(leaf.words)"), "\(example.line)")
      }
    }
  }

  @Test(
    "typing mistakes are counted",
    arguments: [
      ("get", "get", 0), ("gte", "get", 1), ("ge", "get", 1), ("gett", "get", 1), ("", "get", 3),
      ("list", "last", 1), ("GET", "get", 0),
    ])
  func distance(a: String, b: String, count: Int) {
    #expect(Nearest.distance(a, b) == count)
    #expect(Nearest.distance(b, a) == count)
  }
}
