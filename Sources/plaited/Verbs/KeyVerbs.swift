// KeyVerbs.swift: `plaited key new|list|show`: signing keys in files, of which only the public half
// is ever shown.
import ATCrypto
import ArgumentParser
import DAGCBOR

struct KeyGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Signing keys: make, list, show.",
    subcommands: [KeyNew.self, KeyList.self, KeyShow.self])
}

/// The curves by the names that people give them.
enum CurveName: String, ExpressibleByArgument, CaseIterable {
  case k256, p256

  var curve: Curve { self == .k256 ? .k256 : .p256 }
}

struct KeyNew: Verb {
  static let configuration = verb(
    "new", "Make a signing key in a file of its own.",
    """
    Without a path the key goes into the store's folder keys/, under the name of its public half. \
    A key file is never overwritten, and the private half is never shown.
    """)
  static let examples = [
    Example("plaited key new", "make a K-256 key in ./data/keys"),
    Example("plaited key new backup.key", "make one in a folder of your own (mode 700)"),
    Example("plaited key new --curve p256 --json", "make a P-256 key and print it as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file to make.") var path: String?
  @Option(help: "The curve: k256 or p256.") var curve: CurveName = .k256
  @Flag(help: "Say where the key would be, and make none.")
  var dryRun = false

  func answer(_ job: inout Job) async throws -> Answer {
    if dryRun { return try preview(job) }
    let key = PrivateKey.generate(on: curve.curve)
    let file = path.map(job.desk.path) ?? job.keyFolder + "/\(key.publicKey.multikey).key"
    if path == nil { try Folder.make(job.folder) }
    try KeyFile.write(key, to: file)
    return KeyCard(path: file, key: key.publicKey).answer
  }

  /// A key that is not made has no name yet, so only a folder can be told where none was given.
  private func preview(_ job: Job) throws -> Answer {
    let file = path.map(job.desk.path)
    if let file, Folder.isThere(file) {
      throw Complaint(
        .cannotCreate, "KeyFileError", what: "no key would be made",
        why: "\(file) exists already, and keys are never overwritten",
        remedy: "move it away first, or name another file")
    }
    return Answer(
      CBORMap(present: [
        "path": file.map { .string($0) }, "folder": file == nil ? .string(job.keyFolder) : nil,
        "curve": .string(curve.curve.rawValue), "dryRun": true,
      ]),
      page: [
        .card(
          Card([
            "would be": .good("made"), "curve": .text(curve.curve.rawValue),
            "file": file.map { .text($0) }, "folder": file == nil ? .text(job.keyFolder) : nil,
          ]))
      ])
  }
}

struct KeyList: Verb {
  static let configuration = verb("list", "List the keys in the store's folder keys/.")
  static let examples = [
    Example("plaited key list", "list the keys of the store in ./data"),
    Example("plaited key list -C other", "list those of another store"),
    Example("plaited key list --ndjson", "print an object for each"),
  ]

  @OptionGroup var common: CommonOptions

  func answer(_ job: inout Job) async throws -> Answer {
    try job.printer.openList("keys", [.id("didKey"), .text("curve"), .text("path")])
    for name in try Folder.names(in: job.keyFolder).sorted() where name.hasSuffix(".key") {
      let card = KeyCard(path: job.keyFolder + "/" + name)
      try job.printer.row(card.cells, .map(card.members))
    }
    let isEmpty = job.printer.rowCount == 0
    return Answer(
      notes: isEmpty ? ["no keys in \(job.keyFolder)"] : [],
      next: isEmpty ? ["plaited key new"] : [])
  }
}

struct KeyShow: Verb {
  static let configuration = verb("show", "Show the public half of a key.")
  static let examples = [
    Example("plaited key show recovery.key", "show the key in a file"),
    Example(
      "plaited key show \(Example.key)", "show a key of the store by the name of its public half"),
    Example("plaited key show recovery.key --json", "print it as JSON"),
  ]

  @OptionGroup var common: CommonOptions
  @Argument(help: "A key file, or the multikey or did:key of one in the store.") var key: String

  func answer(_ job: inout Job) async throws -> Answer {
    KeyCard(path: job.keyPath(key), key: try job.privateKey(key).publicKey).answer
  }
}

/// What may be told of a key.
struct KeyCard {
  var path: String
  /// nil: the file cannot be read as a key.
  var key: PublicKey?
  var problem: String?

  init(path: String, key: PublicKey) {
    self.path = path
    self.key = key
  }

  /// Reads the file; what is wrong with it becomes part of the card.
  init(path: String) {
    self.path = path
    do throws(KeyFileError) {
      key = try KeyFile.read(path).publicKey
    } catch {
      problem = "\(error)"
    }
  }

  var members: CBORMap {
    CBORMap(present: [
      "path": .string(path), "didKey": key.map { .string($0.didKey) },
      "multikey": key.map { .string($0.multikey) },
      "curve": key.map { .string($0.curve.rawValue) }, "problem": problem.map { .string($0) },
    ])
  }

  var cells: [Cell] {
    [
      key.map { .id($0.didKey) } ?? .bad(problem ?? ""),
      key.map { .text($0.curve.rawValue) } ?? .absent, .text(path),
    ]
  }

  var answer: Answer {
    Answer(
      members,
      page: [
        .card(
          Card([
            "did:key": key.map { .id($0.didKey) }, "multikey": key.map { .id($0.multikey) },
            "curve": key.map { .text($0.curve.rawValue) }, "file": .id(path),
          ]))
      ])
  }
}
