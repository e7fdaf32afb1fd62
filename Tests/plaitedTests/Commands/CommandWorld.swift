// CommandWorld.swift: the folder in which rows and examples run: the same to the byte each time.
//
//   data/           the store of alice.example.com: notes, a profile, one hostile text, a diary
//   other/          a second store, of did:web:example.com
//   *.key           keys (mode 600), open.key with mode 644
//   *.car, *.json   exports, a proof, damaged ones; records and writes to read
//
// Clocks stand and keys are given, so identifiers are fixed. What a store names at random is not,
// and is masked where rows are compared.
import ATCrypto
import DAGCBOR
import Foundation
import Glibc

@testable import plaited

/// A folder with the world in it, removed with the last reference.
final class CommandWorld: Sendable {
  /// The commits of the world are from 08:00 of the day whose 10:00 is now.
  static let clock = UInt64(MemoryDesk.now) - 2 * 3_600_000_000
  static let rkey = "3k2aexample22"

  let folder: String

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// An empty folder, for its owner alone, of a name that has always the same length.
  private init() throws {
    var template = Array("\(CommandWorld.parent)/plaited-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    guard made else { throw Failed(description: "no folder in \(CommandWorld.parent): \(errno)") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      print("\(folder) stays: \(error)")
    }
  }

  /// The same everywhere: the width of a column is that of the longest path in it.
  private static let parent = "/tmp"

  /// The world, made once for each run of the tests.
  private static let original = Task { try await made() }

  /// A copy of the world.
  static func copy() async throws -> CommandWorld {
    let source = try await original.value
    let world = try CommandWorld()
    for name in try FileManager.default.contentsOfDirectory(atPath: source.folder) {
      try FileManager.default.copyItem(
        atPath: "\(source.folder)/\(name)", toPath: "\(world.folder)/\(name)")
    }
    return world
  }

  /// Runs a command in the world, inside of this process.
  func run(_ words: [String], _ memory: MemoryDesk = MemoryDesk()) async -> Said {
    let status = await Invocation(words, on: memory.desk(in: folder)).run()
    return Said(
      status: status.rawValue, out: Bytes(memory.out.raw).text, err: memory.err.text)
  }

  /// What was said, with what varies told by name.
  func masked(_ said: Said, _ varieties: Set<Variety>) -> Said {
    var masked = said
    masked.out = CommandWorld.masked(said.out.replacing(folder, with: "DIR"), varieties)
    masked.err = CommandWorld.masked(said.err.replacing(folder, with: "DIR"), varieties)
    return masked
  }

  private static func masked(_ text: String, _ varieties: Set<Variety>) -> String {
    var text = text
    if varieties.contains(.keys) {
      text = text.replacing(#/zQ3sh[1-9A-HJ-NP-Za-km-z]{44}|zDn[1-9A-HJ-NP-Za-km-z]{46}/#) { _ in
        "KEY"
      }
    }
    if varieties.contains(.ids) {
      text = text.replacing(#/\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b/#) { _ in "ID" }
    }
    if varieties.contains(.passwords) {
      text = text.replacing(#/(did:plc:)?[a-z2-7]{24}\b|[a-z2-7]{4}(-[a-z2-7]{4}){3}/#) { match in
        match.output.1 == nil ? "PASSWORD" : String(match.output.0)
      }
    }
    if varieties.contains(.numbers) {
      text = text.replacing(#/\b[0-9]+(?:[ .][0-9]+)*\b/#) { _ in "0" }
        .replacing(#/0 (?:ns|µs|ms|s|min|B|kB|MB)\b/#) { _ in "0" }
        .replacing(#/  +/#) { _ in " " }.replacing(#/0(?: 0)+/#) { _ in "0" }
    }
    return text
  }
}

/// What was written, as a row tells it.
struct Bytes {
  let text: String

  /// Text as it is; anything else by its length and its CID.
  init(_ bytes: [UInt8]) {
    let isText =
      String(validating: bytes, as: UTF8.self) != nil
      && !bytes.contains { $0 < 0x20 && $0 != 0x0a && $0 != 0x09 && $0 != 0x1b }
    text =
      isText
      ? String(decoding: bytes, as: UTF8.self)
      : "\(bytes.count) bytes, \(CID(of: bytes, codec: .raw))\n"
  }
}

// MARK: Making

extension CommandWorld {
  private static func made() async throws -> CommandWorld {
    let world = try CommandWorld()
    try world.writeKeys()
    try world.writeInputs()
    for (index, line) in script.enumerated() {
      let words = CommandRow.words(line)
      let said = await world.run(words)
      guard said.status == 0 else {
        throw Failed(description: "step \(index) of the world, \(line): \(said)")
      }
    }
    try world.damage()
    return world
  }

  /// Keys are made of one byte each: nobody uses them for anything.
  private func writeKeys() throws {
    for (index, name) in ["signing", "recovery", "other", "spare", "open"].enumerated() {
      let bytes = [UInt8](repeating: UInt8(index + 1), count: 32)
      try KeyFile.write(try PrivateKey(curve: .k256, bytes: bytes), to: "\(folder)/\(name).key")
    }
    let p256 = try PrivateKey(curve: .p256, bytes: [UInt8](repeating: 9, count: 32))
    try KeyFile.write(p256, to: "\(folder)/p256.key")
    try "correct horse battery\n".write(
      toFile: "\(folder)/secret.txt", atomically: false, encoding: .utf8)
    guard chmod("\(folder)/open.key", 0o644) == 0, chmod("\(folder)/secret.txt", 0o600) == 0 else {
      throw Failed(description: "chmod: \(errno)")
    }
  }

  private func writeInputs() throws {
    let files = [
      "profile.json": #"{"name":"Zoë"}"#, "note.json": #"{"text":"from a file"}"#,
      "broken.json": #"{"text":"#, "hostile.json": CommandWorld.hostile,
      "first.ndjson": CommandWorld.first, "writes.ndjson": CommandWorld.writes,
      "settings.json": #"{"theme":"dark"}"#,
      "broken.ndjson": "{\"action\":\"creat\"}\n", "junk.car": "hello",
    ]
    for (name, text) in files {
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }
  }

  /// Escape sequences, C1 controls, a direction override, a line and a paragraph separator.
  private static let hostile = #"{"text":"a\u001b[2Jb\u009bc\u202ed\u2028e\tf\ng\u007fh"}"#

  private static let first = (1...3).map { index in
    #"{"action":"create","collection":"app.example.note","rkey":"3k2aexample2\#(index)","#
      + #""record":{"text":"hello \#(index)","n":\#(index),"#
      + #""createdAt":"2024-05-01T08:0\#(index):00Z"}}"# + "\n"
  }.joined()

  private static let writes = """
    {"action":"put","collection":"app.example.profile","rkey":"self","record":{"name":"Zed"}}
    {"action":"create","collection":"app.example.note","rkey":"m1","record":{"text":"one more"}}
    {"action":"delete","collection":"app.example.note","rkey":"3k2aexample23"}

    """

  /// The history of the world; each step has a clock of its own, a minute after the one before.
  private static var script: [String] {
    var minute: UInt64 = 0
    func now() -> String {
      minute += 1
      return "--clock \(clock + minute * 60_000_000)"
    }
    let did = "did:web:example.com"
    return [
      "init --key signing.key --recovery-key recovery.key --handle alice.example.com \(now())",
      "repo put app.example.profile self '{\"name\":\"Ann\"}' \(now())",
      "repo apply first.ndjson \(now())",
      "repo export a.car",
      "repo put app.example.note hostile @hostile.json \(now())",
      "repo put app.example.profile self @profile.json \(now())",
      "repo put dev.joelclaw.memory.diary d1 '{\"text\":\"a secret\"}' \(now())",
      "repo delete app.example.note 3k2aexample21 \(now())",
      "repo export b.car", "repo export export.car", "repo export backup.car",
      "repo prove app.example.note \(rkey) -o proof.car",
      "repo get app.example.note --prefix 3k --prove notes.car",
      "account password --password-file secret.txt", "account app-password new laptop",
      "init -C other --did \(did) --key other.key \(now())",
      "repo put -C other app.example.note o1 '{\"text\":\"elsewhere\"}' \(now())",
      "repo export other.car -C other",
    ]
  }

  /// A file with one bit of a record changed, and one that ends early.
  private func damage() throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/b.car")))
    guard let place = bytes.firstRange(of: Array("hello 2".utf8)) else {
      throw Failed(description: "the export holds no note")
    }
    bytes[place.lowerBound] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/damaged.car"))
    try Data(bytes.prefix(200)).write(to: URL(fileURLWithPath: "\(folder)/short.car"))
  }
}
