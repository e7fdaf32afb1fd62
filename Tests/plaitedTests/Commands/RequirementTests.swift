// RequirementTests.swift: what a store was asked for, as a user meets it: several commands in turn.
//
// What one command says by itself stands in Tests/Commands.
import ATCrypto
import DAGCBOR
import Foundation
import Testing

@testable import plaited

/// Commands in one world.
private struct Session {
  let world: CommandWorld

  init() async throws { world = try await CommandWorld.copy() }

  func run(_ line: String) async -> Said { await world.run(CommandRow.words(line)) }

  /// The result of a command that works, as JSON.
  func result(_ line: String) async throws -> CBORValue {
    let said = await run(line + " --json")
    try #require(said.status == 0, "\(line): \(said)")
    return try #require(JSONForm.decode(Array(said.out.utf8), as: .plain)["result"])
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(world.folder)/\(name)")))
  }

  func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(world.folder)/\(name)"))
  }
}

@Suite("What a store is for", .timeLimit(.minutes(5)))
struct RequirementTests {
  @Test("records are in the log: an index that is removed is built again, and says the same")
  func indexIsDerived() async throws {
    let session = try await Session()
    let before = try await session.result("repo get app.example.note")
    try FileManager.default.removeItem(atPath: "\(session.world.folder)/data/index")
    #expect(try await session.result("repo get app.example.note") == before)
  }

  @Test("a record's bytes hash to its CID")
  func contentAddressed() async throws {
    let session = try await Session()
    let name = "app.example.note 3k2aexample22"
    let cid = (await session.run("repo get \(name) --cid")).out.split(separator: "\n").last
    let memory = MemoryDesk()
    let words = CommandRow.words("repo get \(name) --cbor")
    #expect(await Invocation(words, on: memory.desk(in: session.world.folder)).run() == .ok)
    #expect(CID(of: memory.out.raw).description == cid.map(String.init))
  }

  @Test("what is written is in the collections and their counts, and what is deleted is not")
  func collections() async throws {
    let session = try await Session()
    _ = try await session.result("repo create app.example.other a '{\"n\":1}' --validate off")
    _ = try await session.result("repo create app.example.other b '{\"n\":2}'")
    _ = try await session.result("repo delete app.example.other a")
    let described = try await session.result("repo describe")
    #expect(described["collections"]?["app.example.other"] == 1)
    #expect((await session.run("repo collections")).out.contains("app.example.other\t1\tpublic"))
  }

  @Test("a store is one folder: one log, its packs, an index, keys, an identity")
  func oneFolder() async throws {
    let session = try await Session()
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(session.world.folder)/data")
    let known: Set = ["log", "packs", "index", "keys", "identity", "plaited.lock", "blobs"]
    #expect(names.filter { !known.contains($0) && !$0.hasPrefix("private.sqlite") } == [])
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: "\(session.world.folder)/data/log") == ["0001.seg"])
  }

  @Test("one changed byte of any block of a file is refused, and the block named")
  func damagedFile() async throws {
    let session = try await Session()
    let car = try session.bytes("b.car")
    var reader = CARReader()
    reader.append(car)
    var count = 0
    while let item = try reader.next() {
      guard case .block(let cid, let bytes, let offset) = item else { continue }
      var changed = car
      changed[Int(offset) + bytes.count / 2] ^= 1
      try session.write(changed, "changed.car")
      let said = await session.run("repo verify changed.car")
      #expect(said.status == 1 && said.err.contains("\(cid)"), "\(said)")
      count += 1
    }
    #expect(count > 5)
  }

  @Test("one changed byte of any block in the log is told by log --verify, with the block's name")
  func damagedLog() async throws {
    let session = try await Session()
    let log = try session.bytes("data/log/0001.seg")
    var reader = CARReader()
    reader.append(try session.bytes("b.car"))
    var count = 0
    while let item = try reader.next() {
      guard case .block(let cid, let block, _) = item else { continue }
      // The last place: an export holds only what is current.
      let place = try #require(log.lastRange(of: cid.binary + block), "\(cid) is in the log")
      var changed = log
      changed[place.upperBound - block.count / 2] ^= 1
      try session.write(changed, "data/log/0001.seg")
      for command in ["repo log --verify", "repo verify", "store check"] {
        let said = await session.run(command)
        #expect(said.status == 1 && said.out.contains("\(cid)"), "\(command), \(cid): \(said)")
      }
      let read = await session.run("repo get")
      #expect(read.status == 0 && read.err.contains("the store is damaged"))
      let write = await session.run("repo put app.example.note x '{\"n\":1}' --validate off")
      #expect(write.status == 69 && write.err.contains("nothing was written"))
      count += 1
    }
    try session.write(log, "data/log/0001.seg")
    #expect((await session.run("repo log --verify")).status == 0)
    #expect(count > 5)
  }

  @Test("a revert leaves no difference, and a log that is one longer")
  func revert() async throws {
    let session = try await Session()
    let before = (await session.run("repo log --oneline")).out.split(separator: "\n").count
    let reverted = try await session.result("repo revert HEAD~2")
    let rev = try #require(reverted["revertedTo"]?.stringValue)
    #expect((await session.run("repo diff \(rev) HEAD --exit-code")).status == 0)
    let after = (await session.run("repo log --oneline")).out.split(separator: "\n").count
    #expect(after == before + 1)
  }

  @Test("a record of an append-only collection is neither changed nor deleted")
  func appendOnly() async throws {
    let session = try await Session()
    let name = "dev.plaited.constraint c"
    _ = try await session.result("repo create \(name) '{\"n\":1}' --validate off")
    for line in ["repo delete \(name)", "repo put \(name) '{\"n\":2}' --validate off"] {
      let said = await session.run(line + " --json")
      #expect(said.status == 5 && said.out.contains("AppendOnlyCollection"), "\(said)")
    }
  }

  @Test("the command tree is JSON, and complete")
  func commandTree() async throws {
    let session = try await Session()
    let commands = try #require(try await session.result("")["commands"]?.arrayValue)
    let names = commands.compactMap { $0["command"]?.stringValue }
    #expect(names == (try ListedVerb.all()).map { "plaited \($0.words)" })
  }

  @Test("the public export holds nothing of the private tree, and no key")
  func privateStaysPrivate() async throws {
    let session = try await Session()
    _ = try await session.result("repo export public.car")
    let car = try session.bytes("public.car")
    let diary = try await session.result("repo get dev.joelclaw.memory.diary")
    let records = try #require(diary["records"]?.arrayValue)
    #expect(records.count == 1)
    for record in records {
      let cid = try #require(record["cid"]?.stringValue.flatMap { CID($0) })
      #expect(car.firstRange(of: cid.digest.bytes) == nil)
    }
    let described = try await session.result("repo describe --space private")
    for name in ["commit", "data"] {
      let cid = try #require(described[name]?.stringValue.flatMap { CID($0) })
      #expect(car.firstRange(of: cid.digest.bytes) == nil)
    }
    #expect(car.firstRange(of: Array("a secret".utf8)) == nil)
    #expect(car.firstRange(of: Array("dev.joelclaw.memory".utf8)) == nil)
    for byte in 1...2 as ClosedRange<UInt8> {
      #expect(car.firstRange(of: [UInt8](repeating: byte, count: 32)) == nil)
    }
    // The check can fail: the same CIDs are in the private export.
    _ = try await session.result("repo export private.car --space private")
    let own = try session.bytes("private.car")
    #expect(own.firstRange(of: Array("a secret".utf8)) != nil)
  }
}

extension [UInt8] {
  fileprivate func lastRange(of part: [UInt8]) -> Range<Int>? {
    ranges(of: part).last
  }
}
