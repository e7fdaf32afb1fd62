// Verb.swift: the shape of a command: parse, do, answer.
import ArgumentParser

/// A command that does something. What it may touch comes with the job.
protocol Verb: AsyncParsableCommand {
  var common: CommonOptions { get }
  /// Three, that can be pasted; the first one is what most people want.
  static var examples: [Example] { get }
  /// Whether the command owns the store while it runs, so that no other owner can run it.
  static var isOwners: Bool { get }
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
  /// - Throws: `ConfirmationRequired` where nobody can be asked, or the answer is not yes.
  func confirm(_ question: String) throws {
    if common.yes { return }
    let refusal = Complaint(
      .usage, "ConfirmationRequired", what: "nothing was done", why: question,
      remedy: "run it again with --yes")
    guard desk.terminal.ends.isSuperset(of: [.input, .errors]) else { throw refusal }
    try desk.err.append(Array(VisibleText.escaped(question + " [y/N] ").utf8))
    try desk.err.flush()
    let reply = String(decoding: try desk.input.read(), as: UTF8.self).lowercased()
    guard ["y\n", "yes\n"].contains(reply) else { throw refusal }
  }
}

extension Verb {
  static var isOwners: Bool { false }

  /// Commands are run by Invocation, which has a desk; this is never called.
  mutating func run() async throws {
    preconditionFailure("a command is run by Invocation")
  }

  /// The configuration of a verb: its help opens with its examples.
  static func verb(_ name: String, _ abstract: String, _ discussion: String = "")
    -> CommandConfiguration
  {
    let lines = examples.map { "  \($0.line)\n      \($0.does)" }
    let text = (["EXAMPLES:"] + lines).joined(separator: "\n")
    return CommandConfiguration(
      commandName: name, abstract: abstract,
      discussion: discussion.isEmpty ? text : "\(text)\n\n\(discussion)")
  }
}

/// A command that only has others below it: alone it shows them.
protocol Group: ParsableCommand {}
