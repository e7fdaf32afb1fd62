// CommonOptionTests.swift: the options that every command has, on every command; and what commands
// do to a store.
//
// For each verb its first row that works is taken, without any row of its own for these options.
import Foundation
import Testing

@testable import plaited

private let rows = ((try? RowFile.all()) ?? []).flatMap(\.rows)
private let verbs = (try? ListedVerb.all()) ?? []
/// What is run in this process, and says the same each time.
private let quickRows = rows.filter { $0.varieties.isEmpty }

@Suite("The options of every command", .timeLimit(.minutes(10)))
struct CommonOptionTests {
  private static let examples = verbs.compactMap { verb in
    quickRows.first { row in
      row.verb == verb.words && row.hasSuccess && !row.words.contains("-C")
        && row.forms[.plain]?.status == 0
    } ?? quickRows.first { $0.verb == verb.words && $0.forms[.plain]?.status == 0 }
  }

  @Test("colour is where a terminal is, and nowhere that it was refused", arguments: examples)
  func colour(row: CommandRow) async throws {
    let expected = try #require(row.forms[.human])
    let coloured = try await row.said(RunSetting(.human))
    #expect(coloured.colourless == expected)
    #expect(try await row.said(RunSetting(.human, ["--no-color"])) == expected)
    #expect(try await row.said(RunSetting(.human, [], ["TERM": "dumb"])) == expected)
    let forced = try await row.said(RunSetting(.plain, [], ["CLICOLOR_FORCE": "1"]))
    #expect(forced.out.contains("\u{1b}[") == coloured.out.contains("\u{1b}["))
    let both = ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]
    #expect(!(try await row.said(RunSetting(.plain, [], both)).out.contains("\u{1b}[")))
  }

  @Test("--quiet, -v and --yes leave the answer as it is", arguments: examples)
  func sayingMoreOrLess(row: CommandRow) async throws {
    let expected = try #require(row.forms[.plain])
    let quiet = try await row.said(RunSetting(.plain, ["--quiet"]))
    #expect(quiet.out == expected.out && quiet.err.isEmpty && quiet.status == expected.status)
    let verbose = try await row.said(RunSetting(.plain, ["-v"]))
    #expect(verbose.out == expected.out)
    #expect(verbose.err.contains("\(row.verb): 0 µs"))
    #expect(try await row.said(RunSetting(.plain, ["--yes"])) == expected)
  }

  @Test(
    "the store is the one that -C names, else the environment, else ./data", arguments: examples)
  func storePlace(row: CommandRow) async throws {
    guard !row.words.contains("-C") else { return }
    let expected = try #require(row.forms[.plain])
    #expect(try await row.said(RunSetting(.plain, ["-C", "data"])) == expected)
    let flag = RunSetting(.plain, ["--store", "data"], ["PLAITED_STORE": "absent"])
    #expect(try await row.said(flag) == expected)
    #expect(try await row.said(RunSetting(.plain, [], ["PLAITED_STORE": "data"])) == expected)
  }

  @Test("every verb has its help, by --help, -h and help", arguments: verbs)
  func help(verb: ListedVerb) async throws {
    let words = verb.words.split(separator: " ").map(String.init)
    var texts: Set<String> = []
    for line in [words + ["--help"], words + ["-h"], ["help"] + words] {
      let memory = MemoryDesk()
      #expect(await Invocation(line, on: memory.desk()).run() == .ok)
      texts.insert(memory.out.text)
    }
    #expect(texts.count == 1)
    let text = try #require(texts.first)
    for names in verb.options { #expect(text.contains(names.last ?? "")) }
  }
}

@Suite("What commands do to a store", .timeLimit(.minutes(10)))
struct MutationTests {
  /// What a command may have changed: the numbers of the store, and the names of its files.
  private func state(of world: CommandWorld) async throws -> [String] {
    let status = await world.run(["status", "--json"])
    let names = try FileManager.default.subpathsOfDirectory(atPath: world.folder)
      .filter { $0.contains("/") && !$0.contains("/index/") && !$0.contains("private.sqlite") }
      .sorted()
    return [status.out] + names
  }

  @Test("what changes a store has --dry-run, which changes nothing", arguments: quickRows)
  func dryRuns(row: CommandRow) async throws {
    guard row.forms[.plain]?.status == 0, !row.verb.isEmpty else { return }
    let world = try await CommandWorld.copy()
    let before = try await state(of: world)
    _ = try await row.said(RunSetting(.plain), in: world)
    let hasChanged = try await state(of: world) != before
    if row.words.contains("--dry-run") {
      #expect(!hasChanged, "a dry run changed the store")
    } else if hasChanged {
      let verb = try #require(verbs.first { $0.words == row.verb })
      #expect(verb.has("--dry-run"), "\(row.verb) changes a store and has no --dry-run")
    }
  }
}
