// Verb.swift: the shape of a command: parse, do, answer.
import ATCrypto
import ArgumentParser

/// A command that does something. What it may touch comes with the job.
protocol Verb: AsyncParsableCommand {
  var common: CommonOptions { get }
  /// Three, that can be pasted; the first one is what most people want.
  static var examples: [Example] { get }
  /// Whether the command owns the store while it runs, so that no other owner can run it.
  static var isOwners: Bool { get }
  /// Whether rows are shown as they come, for as long as they come: no pager may hold them back.
  var isLive: Bool { get }
  /// Does the work: rows go to the printer as they come, the answer is what is left to say.
  func answer(_ job: inout Job) async throws -> Answer
}

/// A command line, and what it does.
struct Example: Sendable {
  var line: String
  var does: String

  init(_ line: String, _ does: String) {
    self.line = line
    self.does = does
  }

  /// A public key where one is needed: of a private key that everybody knows.
  static let key = "did:key:zQ3shgVXZLaMzm5S5x7XzGUG6YFHFLtoEMiv9ao2Bqa7hGyg2"
}

/// A command at work.
struct Job {
  let desk: Desk
  let common: CommonOptions
  let door: StoreDoor
  var printer: Printer

  /// Says something beside the answer, unless nobody wants to hear it.
  func note(_ text: String) throws {
    if common.quiet { return }
    try desk.err.append(line: VisibleText.escaped(text))
    try desk.err.flush()
  }

  /// Asks before something that cannot be taken back.
  /// - Parameter reason: what cannot, as a sentence without its full stop.
  /// - Throws: `ConfirmationRequired` where nobody can be asked, or the answer is not yes.
  func confirm(_ reason: String) throws {
    if common.yes { return }
    let refusal = Complaint(
      .usage, "ConfirmationRequired", what: "nothing was done", why: reason,
      remedy: "run it again with --yes")
    guard desk.terminal.ends.isSuperset(of: [.input, .errors]) else { throw refusal }
    try desk.err.append(Array(VisibleText.escaped(reason + ". Go on? [y/N] ").utf8))
    try desk.err.flush()
    let reply = String(decoding: try desk.input.read(), as: UTF8.self).lowercased()
    guard ["y\n", "yes\n"].contains(reply) else { throw refusal }
  }
}

extension Job {
  /// Standard input, which a person at a terminal is told about: nothing else shows that the
  /// command waits for it.
  /// - Parameter what: what is read, such as `the record`.
  func input(for what: String) throws -> Inlet {
    if desk.terminal.ends.contains(.input) {
      try note("reading \(what) from the terminal; end it with Ctrl-D on a line of its own")
    }
    return desk.input
  }

  /// The private key in a file that is named by a path, a multikey or a did:key.
  ///
  /// A path that is not there is told as that, before anything is said of its folder.
  func privateKey(_ name: String) throws -> PrivateKey {
    let path = keyPath(name)
    guard Folder.isThere(path) else {
      throw Complaint(
        .negative, "KeyFileError", what: "the key file was not used",
        why: "there is no file \(path)", remedy: "check the path, or make a key: plaited key new")
    }
    return try KeyFile.read(path)
  }
}

extension Verb {
  static var isOwners: Bool { false }
  var isLive: Bool { false }

  /// Commands are run by Invocation, which has a desk; this is never called.
  mutating func run() async throws {
    preconditionFailure("a command is run by Invocation")
  }

  /// The configuration of a verb; its examples are put in front where its help is shown.
  static func verb(_ name: String, _ abstract: String, _ discussion: String = "")
    -> CommandConfiguration
  {
    CommandConfiguration(commandName: name, abstract: abstract, discussion: discussion)
  }
}

/// A command that only has others below it: alone it shows them.
protocol Group: ParsableCommand {
  /// Three, of what is below it.
  static var examples: [Example] { get }
}

extension Group {
  /// The first example of each verb below, and where they are few, more of the first one's.
  static var examples: [Example] {
    let all = configuration.subcommands.compactMap { ($0 as? any Verb.Type)?.examples }
    let firsts = all.compactMap(\.first)
    return Array((firsts + (all.first?.dropFirst() ?? [])).prefix(3))
  }
}
