// ProgramTests.swift: what only the built program can show: terminals, pipes that close, processes
// beside each other, signals, and a machine without a network.
import Foundation
import Glibc
import RepoStore
import Testing

@testable import plaited

@Suite("The built program", .timeLimit(.minutes(5)))
struct ProgramTests {
  private let hello = #"'{"text":"hello"}'"#

  @Test("on a terminal it writes for people, in colour; in a pipe for programs")
  func terminal() async throws {
    let world = try await CommandWorld.copy()
    let words = ["repo", "get", "app.example.note"]
    let human = try Program(words, in: world, onTerminal: true).said()
    #expect(human.out.contains("\u{1b}[1mrkey") && human.out.contains("createdAt"))
    let plain = try Program(words, in: world).said()
    #expect(plain.out.hasPrefix("hostile\t") && !plain.out.contains("\u{1b}"))
    for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
      let said = try Program(words, in: world, environment: environment, onTerminal: true).said()
      #expect(said.out == human.colourless.out, "\(environment)")
    }
    let forced = try Program(words, in: world, environment: ["CLICOLOR_FORCE": "1"]).said()
    #expect(forced.out.contains("\u{1b}[1mrkey"))
    let bytes = try Program(["repo", "export"], in: world, onTerminal: true).said()
    #expect(bytes.status == 2 && bytes.err.contains("terminal"))
  }

  @Test("more than a screen goes through the pager, less does not")
  func pager() async throws {
    let world = try await CommandWorld.copy()
    let pager = ["PLAITED_PAGER": "sed s/^/paged:/"]
    let short = try Program(["repo", "get"], in: world, environment: pager, onTerminal: true)
    #expect(!(try short.said().out.contains("paged:")))
    let long = try Program(
      ["repo", "log", "--help"], in: world, environment: pager, onTerminal: true)
    #expect(try long.said().out.contains("OPTIONS"))
    let tree = try Program(
      ["repo", "log", "--stat", "-p"], in: world, environment: pager, onTerminal: true)
    let said = try tree.said()
    #expect(said.out.contains("paged:") && said.status == 0)
  }

  @Test("a closed pipe ends a list quietly, with 0")
  func closedPipe() async throws {
    let world = try await CommandWorld.copy()
    let lines = (0..<20_000).map {
      #"{"action":"create","collection":"app.example.big","rkey":"k\#($0)","#
        + #""record":{"text":"enough that a pipe cannot hold all of it"}}"#
    }.joined(separator: "\n")
    try lines.write(toFile: "\(world.folder)/big", atomically: false, encoding: .utf8)
    #expect((await world.run(["repo", "apply", "big"])).status == 0)
    for form in [[], ["--ndjson"], ["--json"]] {
      let program = try Program(["repo", "get", "app.example.big"] + form, in: world)
      #expect(program.reads("app.example.big"))
      program.closeOutput()
      #expect(program.statusWithoutOutput() == 0, "\(form)")
    }
    let said = try Program(
      shell: "plaited repo get app.example.big --ndjson | head -n 1", in: world
    ).said()
    #expect(said.out.split(separator: "\n").count == 1 && said.err.isEmpty)
  }

  @Test("a full output is told, with 74")
  func fullOutput() async throws {
    let world = try await CommandWorld.copy()
    let said = try Program(shell: "plaited repo get > /dev/full", in: world).said()
    #expect(said.status == 74 && said.err.hasPrefix("error: could not write the output"))
  }

  @Test("what is written in one process appears in another that follows, through the owner")
  func following() async throws {
    let world = try await CommandWorld.copy()
    let server = try Program(["serve", "--port", "0", "--ndjson"], in: world)
    #expect(server.reads("http://"))
    let tail = try Program(["firehose", "tail", "-n", "1", "--follow", "--ndjson"], in: world)
    let watch = try Program(
      ["repo", "get", "app.example.note", "--watch", "--ndjson"], in: world)
    #expect(tail.reads("app.example.note/3k2aexample21"))
    #expect(watch.reads("3k2aexample22"))
    let create = try Program(
      ["repo", "create", "app.example.note", "live", #"{"text":"live"}"#], in: world)
    #expect(try create.said().status == 0)
    #expect(tail.reads("app.example.note/live") && watch.reads("app.example.note/live"))
    // Whoever read has gone: the next event ends both.
    tail.closeOutput()
    watch.closeOutput()
    let delete = try Program(["repo", "delete", "app.example.note", "live"], in: world)
    #expect(try delete.said().status == 0)
    #expect(tail.statusWithoutOutput() == 0 && watch.statusWithoutOutput() == 0)
    server.signal(SIGTERM)
    #expect(try server.said().status == 0)
  }

  @Test("a store that another process holds is told with 69, and by whom")
  func locked() async throws {
    let world = try await CommandWorld.copy()
    let store = try RepoStore.open("\(world.folder)/data")
    let said = try Program(["status"], in: world).said()
    #expect(said.status == 69 && said.err.contains("process \(getpid())"), "\(said)")
    try store.close()
    #expect(try Program(["status"], in: world).said().status == 0)
  }

  @Test("commands need no network at all", .enabled(if: Isolation.isThere, Isolation.notice))
  func noNetwork() async throws {
    let world = try await CommandWorld.copy()
    try FileManager.default.removeItem(atPath: "\(world.folder)/data")
    let line = """
      set -e
      plaited init
      plaited repo create app.example.note a \(hello)
      plaited repo get app.example.note a --json
      plaited repo export all.car
      plaited repo verify all.car
      plaited firehose tail --cursor 0 --ndjson
      """
    let said = try Program(
      "/usr/bin/unshare", Isolation.network + ["/bin/sh", "-c", line], in: world.folder, [:],
      onTerminal: false
    ).said()
    #expect(said.status == 0 && said.out.contains(#""text":"hello""#), "\(said)")
  }

  @Test(
    "a full disk refuses a write, and keeps what is there",
    .enabled(if: Isolation.isThere, Isolation.notice))
  func fullDisk() async throws {
    let world = try await CommandWorld.copy()
    let line = """
      mkdir small && mount -t tmpfs -o size=900k none small && cd small || exit 99
      plaited init --quiet >first || exit 98
      plaited repo create app.example.note kept \(hello) >>first || exit 97
      n=0
      while [ $n -lt 60 ] && [ -z "$status" ]; do
        n=$((n + 1))
        head -c 30000 /dev/zero | tr '\\0' x | sed 's/^/{"text":"/; s/$/"}/' |
          plaited repo create app.example.note -  >/dev/null 2>../refusal || status=$?
      done
      plaited repo get app.example.note kept --fields text --json || exit 96
      exit $status
      """
    let said = try Program(
      "/usr/bin/unshare", Isolation.mounts + ["/bin/sh", "-c", line], in: world.folder, [:],
      onTerminal: false
    ).said()
    let refusal = try String(contentsOfFile: "\(world.folder)/refusal", encoding: .utf8)
    #expect(said.status == 74, "\(said)")
    #expect(said.out.contains("hello"))
    #expect(refusal.split(separator: "\n").count == 3 && refusal.contains("No space left"))
  }
}

/// Whether this machine lets a test take the network or a disk away from a command.
private enum Isolation {
  private static let isRoot = geteuid() == 0
  static let network = isRoot ? ["-n"] : ["-r", "-n"]
  static let mounts = isRoot ? ["-m"] : ["-r", "-m"]
  static let notice: Comment = "unshare is not allowed here"

  static let isThere: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = mounts + ["-n", "/bin/sh", "-c", "mount -t tmpfs none /mnt"]
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return false
    }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}
