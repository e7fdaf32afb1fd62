// OwnerSocketTests.swift: commands run by the process that owns the store, as if they ran here.
import ATCrypto
import ATSyntax
import DAGCBOR
import Foundation
import RepoStore
import Testing

@testable import plaited

/// A store that is owned by this process, and a socket in front of it.
private final class OwnedStore: Sendable {
  let store: RepoStore
  let directory: String
  let socket: OwnerSocket

  init() async throws {
    // Deep enough that the path of a socket in it would not fit an address.
    let deep = String(repeating: "d", count: 120)
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("plaited-test-\(UUID().uuidString)/\(deep)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
    var options = StoreOptions()
    options.createsIfMissing = true
    options.segmentByteCount = 1 << 20
    store = try RepoStore.open(directory + "/data", options)
    try await store.createRepo(
      NewRepo(try DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz"), key: .generate(on: .k256)))
    socket = try OwnerSocket(for: store, in: directory + "/data")
  }

  func end() throws {
    socket.close()
    try store.close()
    try FileManager.default.removeItem(
      at: URL(fileURLWithPath: directory).deletingLastPathComponent())
  }

  /// Runs a command as a process would that does not own the store.
  func run(_ memory: MemoryDesk, _ arguments: String...) async -> plaited.ExitStatus {
    await Invocation(arguments, on: memory.desk(in: directory)).run()
  }
}

@Suite("The owner's socket", .timeLimit(.minutes(2)))
struct OwnerSocketTests {
  @Test("what is written by one command is read by the next, and by the owner")
  func writesAndReads() async throws {
    let owned = try await OwnedStore()
    let made = MemoryDesk()
    let record = #"{"text":"hello"}"#
    #expect(await owned.run(made, "repo", "create", "app.example.note", record) == .ok)
    #expect(made.out.text.contains("rev\t") && made.err.text.isEmpty)
    let read = MemoryDesk()
    #expect(await owned.run(read, "repo", "get", "app.example.note", "--ndjson") == .ok)
    #expect(read.out.lines.count == 1)
    let count = try owned.store.repo(try DID("did:plc:ewvi7nxzyoun6zhxrhs64oiz")).snapshot()
      .collections().map(\.count)
    #expect(count == [1])
    try owned.end()
  }

  @Test("input is streamed, and read only by a command that wants it")
  func input() async throws {
    let owned = try await OwnedStore()
    let lines = (0..<3_000).map {
      #"{"action":"create","collection":"app.example.note","rkey":"k\#($0)","record":{"n":\#($0)}}"#
    }
    var given = MemoryDesk()
    given.input = lines.joined(separator: "\n") + "\n"
    #expect(await owned.run(given, "repo", "apply", "-", "--ndjson") == .ok)
    #expect(given.out.lines.count == 15)
    var untouched = MemoryDesk()
    untouched.input = "not for this command\n"
    let desk = untouched.desk(in: owned.directory)
    #expect(
      await Invocation(["repo", "get", "app.example.note", "--count"], on: desk).run() == .ok)
    #expect(String(decoding: try desk.input.read(), as: UTF8.self) == untouched.input)
    try owned.end()
  }

  @Test("large output arrives whole, errors and statuses as they would here")
  func outputAndStatus() async throws {
    let owned = try await OwnedStore()
    var given = MemoryDesk()
    let text = String(repeating: "x", count: 20_000)
    let note = #"{"action":"create","collection":"app.example.note","rkey":"k"#
    given.input = (0..<600).map {
      "\(note)\($0)" + #"","record":{"t":"\#(text)"}}"#
    }.joined(separator: "\n")
    #expect(await owned.run(given, "repo", "apply", "-", "--batch", "50") == .ok)
    let all = MemoryDesk()
    #expect(await owned.run(all, "repo", "get", "app.example.note", "--ndjson") == .ok)
    #expect(all.out.lines.count == 600 && all.out.text.utf8.count > 12_000_000)
    let missing = MemoryDesk()
    #expect(await owned.run(missing, "repo", "get", "app.example.note", "none") == .negative)
    #expect(missing.err.lines.count == 3 && missing.out.text.isEmpty)
    let clock = MemoryDesk()
    #expect(await owned.run(clock, "repo", "apply", "-", "--clock", "5") == .unavailable)
    try owned.end()
  }

  @Test("many commands at once all succeed")
  func concurrent() async throws {
    let owned = try await OwnedStore()
    await withTaskGroup(of: plaited.ExitStatus.self) { group in
      for index in 0..<40 {
        group.addTask {
          await owned.run(
            MemoryDesk(), "repo", "create", "app.example.note", #"{"n":\#(index)}"#)
        }
      }
      for await status in group { #expect(status == .ok) }
    }
    let read = MemoryDesk()
    #expect(await owned.run(read, "repo", "get", "app.example.note", "--ndjson") == .ok)
    #expect(read.out.lines.count == 40)
    try owned.end()
  }

  @Test("the socket is its user's alone, goes with the owner, and a stale one is passed over")
  func lifeOfTheSocket() async throws {
    let owned = try await OwnedStore()
    let path = "\(owned.directory)/data/\(LocalSocket.name)"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    owned.socket.close()
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(OwnerClient(of: owned.directory + "/data") == nil)
    // A socket that nobody listens on any more, as a killed owner leaves it.
    let stale = try LocalSocket.listen(in: owned.directory + "/data")
    stale.end()
    #expect(OwnerClient(of: owned.directory + "/data") == nil)
    let again = try OwnerSocket(for: owned.store, in: owned.directory + "/data")
    let status = MemoryDesk()
    #expect(await owned.run(status, "status") == .ok)
    again.close()
    try owned.end()
  }

  @Test("a command that waits ends when its client goes, however many came before")
  func waitingCommands() async throws {
    let owned = try await OwnedStore()
    let call = OwnerCall(
      ["firehose", "tail", "--follow", "--ndjson"], on: MemoryDesk().desk(in: owned.directory))
    for _ in 0..<2 * OwnerSocket.commandCountMax {
      let client = try #require(LocalSocket.connect(in: owned.directory + "/data"))
      try client.write(OwnerFrame(kind: .call, payload: call.bytes))
      // The identity, the account and the first commit; then it waits.
      for _ in 0..<3 { #expect(client.read()?.kind == .output) }
      client.end()
    }
    let status = MemoryDesk()
    #expect(await owned.run(status, "status") == .ok)
    try owned.end()
  }

  @Test("a call of another version, and what is no call, are refused")
  func refusals() async throws {
    let owned = try await OwnedStore()
    var call = OwnerCall(["status"], on: MemoryDesk().desk())
    call.version = "0.0.1"
    let other = try #require(LocalSocket.connect(in: owned.directory + "/data"))
    try other.write(OwnerFrame(kind: .call, payload: call.bytes))
    #expect(other.read()?.kind == .errors)
    #expect(
      other.read()
        == OwnerFrame(kind: .exit, payload: [UInt8(plaited.ExitStatus.unavailable.rawValue)]))
    let mute = try #require(LocalSocket.connect(in: owned.directory + "/data"))
    try mute.write(OwnerFrame(kind: .input, payload: [1, 2, 3]))
    #expect(mute.read() == nil)
    #expect(OwnerFrame.head([9, 0, 0, 0, 0]) == nil)
    #expect(OwnerFrame.head([1, 0xff, 0xff, 0xff, 0xff]) == nil)
    try owned.end()
  }

  @Test("a call is read as it was written")
  func callBytes() throws {
    var memory = MemoryDesk()
    memory.environment = ["NO_COLOR": "1", "SECRET": "x", "PLAITED_STORE": "d"]
    memory.terminal = Terminal(ends: [.output], columnCount: 132, lineCount: 50)
    let call = OwnerCall(["repo", "get", "ü \n"], on: memory.desk(in: "/some where"))
    #expect(call.environment == ["NO_COLOR": "1", "PLAITED_STORE": "d"])
    #expect(try OwnerCall(call.bytes) == call)
  }
}
