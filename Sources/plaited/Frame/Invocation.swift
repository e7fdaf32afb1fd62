// Invocation.swift: from an argument list to output and an exit status.
//
// The same for the process's own arguments and for those that another process sends.
// Not here: what commands do (Verbs), how their answers look (Printer).
import ArgumentParser
import RepoStore

struct Invocation {
  let arguments: [String]
  let desk: Desk
  /// The open store of this process, for a command of another one.
  let lent: RepoStore?

  init(_ arguments: [String], on desk: Desk, lending store: RepoStore? = nil) {
    self.arguments = arguments
    self.desk = desk
    lent = store
  }

  static let version = "0.2.0"

  /// Runs the command that the arguments name. Never throws: what goes wrong is told, and is the
  /// exit status.
  func run() async -> ExitStatus {
    do {
      let status = try await dispatched()
      try desk.out.flush()
      try desk.err.flush()
      return status
    } catch is ClosedPipe {
      return .ok
    } catch {
      return told(Complaint(error))
    }
  }

  private func dispatched() async throws -> ExitStatus {
    switch Route(arguments, root: Plaited.self) {
    case .version:
      var printer = printer(for: "", mode: rawMode)
      try printer.finish(
        Answer(
          ["version": .string(Invocation.version)],
          page: [.lines([Piece.Line("plaited \(Invocation.version)")])]))
      return .ok
    case .help(let path):
      try desk.out.append(line: help(for: path))
      return .ok
    case .group(let path):
      var printer = printer(for: Route.words(path), mode: rawMode)
      try printer.finish(CommandTree.answer(for: path))
      return .ok
    case .unknown(let word, let path): throw Complaint.unknown(word, after: path)
    case .parser(let arguments): return try parserDoor(arguments)
    case .verb(let path, let arguments):
      let verb = try parsed(arguments, path)
      if let status = try runByOwner(verb) { return status }
      return try await run(verb, named: Route.words(path))
    }
  }

  /// Has the command run by the process that owns its store; nil where there is none.
  private func runByOwner(_ verb: any Verb) throws -> ExitStatus? {
    let isOwners = type(of: verb).isOwners
    guard lent == nil, !isOwners,
      let owner = OwnerClient(of: desk.storeFolder(verb.common.store))
    else { return nil }
    let pager = mode(verb.common) == .human && !verb.isLive ? desk.pager : nil
    var desk = desk
    if let pager { desk.out = Outlet { try pager.write($0) } }
    let status = Result { try owner.run(arguments, on: desk) }
    try pager?.finish()
    return try status.get()
  }

  private func run(_ verb: any Verb, named name: String) async throws -> ExitStatus {
    let startedAt = desk.now()
    let mode = mode(verb.common)
    let pager = mode == .human && !verb.isLive ? desk.pager : nil
    let out = pager.map { pager in Outlet { try pager.write($0) } } ?? desk.out
    var job = Job(
      desk: desk, common: verb.common,
      door: StoreDoor(
        lending: lent, schemas: SchemaShelf(desk.storeFolder(verb.common.store))),
      printer: printer(for: name, mode: mode, isColourRefused: verb.common.noColor, out: out))
    job.printer.isLive = verb.isLive
    do {
      let answer: Answer
      do {
        answer = try await verb.answer(&job)
      } catch {
        try job.close(after: error)
        throw error
      }
      try job.door.close()
      if verb.common.verbose { try job.tellEffort(since: startedAt, named: name) }
      try job.printer.finish(answer)
      try out.flush()
      try pager?.finish()
      for note in answer.notes { try job.note(note) }
      if mode == .human { for line in answer.next { try job.note("next: \(line)") } }
      return answer.status
    } catch is ClosedPipe {
      try pager?.finish()
      return .ok
    } catch {
      let complaint = Complaint(error)
      try job.printer.fail(complaint)
      try out.flush()
      try pager?.finish()
      if mode != .json { try tell(complaint, isColourRefused: verb.common.noColor) }
      return complaint.status
    }
  }

  /// An error from before there was a command to run.
  private func told(_ complaint: Complaint) -> ExitStatus {
    do {
      if rawMode == .json {
        var printer = printer(for: commandWords, mode: .json)
        try printer.fail(complaint)
      } else {
        try tell(complaint, isColourRefused: arguments.contains("--no-color"))
      }
      try desk.out.flush()
      try desk.err.flush()
    } catch {
      return complaint.status  // nobody is left to be told
    }
    return complaint.status
  }

  /// The words of the command that was meant, as far as they name one.
  private var commandWords: String {
    switch Route(arguments, root: Plaited.self) {
    case .verb(let path, _), .group(let path), .help(let path), .unknown(_, let path):
      Route.words(path)
    case .version, .parser: ""
    }
  }

  private func tell(_ complaint: Complaint, isColourRefused: Bool) throws {
    let colour = Colour.rule(
      isRefused: isColourRefused, environment: desk.environment,
      isTerminal: desk.terminal.ends.contains(.errors))
    for line in complaint.lines(colour) { try desk.err.append(line: line) }
  }
}

extension Invocation {
  private func parsed(
    _ arguments: [String], _ path: [ParsableCommand.Type]
  ) throws -> any Verb {
    do {
      guard let verb = try Plaited.parseAsRoot(arguments) as? any Verb else {
        throw ValidationError("this is not a command that runs")
      }
      return verb
    } catch {
      throw Complaint.usage(Plaited.message(for: error), path)
    }
  }

  private func parserDoor(_ arguments: [String]) throws -> ExitStatus {
    do {
      _ = try Plaited.parseAsRoot(arguments)
      return .ok
    } catch {
      let text = Plaited.fullMessage(for: error)
      guard Plaited.exitCode(for: error).isSuccess else { throw Complaint.usage(text, []) }
      try desk.out.append(line: text)
      return .ok
    }
  }

  /// The parser's help, opened by the examples: those are never broken into lines, so that they
  /// can be pasted whatever the width.
  private func help(for path: [ParsableCommand.Type]) -> String {
    let width = min(100, desk.terminal.columnCount)
    let command = path.last ?? Plaited.self
    let isRoot = path.count <= 1
    let text =
      isRoot
      ? Plaited.helpMessage(columns: width) : Plaited.helpMessage(for: command, columns: width)
    let examples =
      (command as? any Verb.Type)?.examples ?? (command as? any Group.Type)?.examples ?? []
    let lines = examples.flatMap { ["  \($0.line)", "      \($0.does)"] }
    guard !lines.isEmpty, let end = text.firstRange(of: "\n\n") else { return text }
    let opening = (["EXAMPLES:"] + lines).joined(separator: "\n")
    return text[..<end.upperBound] + opening + "\n\n" + text[end.upperBound...]
  }

  /// The mode before options are parsed, for what happens when they cannot be.
  private var rawMode: OutputMode {
    let options = arguments.prefix { $0 != "--" }
    if options.contains("--json") { return .json }
    return options.contains("--ndjson") ? .ndjson : unnamedMode
  }

  private func mode(_ common: CommonOptions) -> OutputMode {
    if common.json { return .json }
    return common.ndjson ? .ndjson : unnamedMode
  }

  private var unnamedMode: OutputMode {
    let isForPeople = desk.terminal.ends.contains(.output) || Colour.isForced(desk.environment)
    return isForPeople ? .human : .plain
  }

  private func printer(
    for command: String, mode: OutputMode, isColourRefused: Bool = false, out: Outlet? = nil
  ) -> Printer {
    let colour = Colour.rule(
      isRefused: isColourRefused || arguments.contains("--no-color"),
      environment: desk.environment, isTerminal: desk.terminal.ends.contains(.output))
    return Printer(
      mode: mode, command: command,
      paper: Paper(
        width: desk.terminal.columnCount, colour: mode == .human ? colour : .off, now: desk.now()),
      out: out ?? desk.out)
  }
}

extension Desk {
  /// A pager for output to a terminal, where there is one.
  fileprivate var pager: Pager? {
    guard terminal.ends.contains(.output), let command = Pager.command(environment) else {
      return nil
    }
    return Pager(command: command, lineCountMax: terminal.lineCount - 1)
  }
}

extension Complaint {
  /// A word that is no command.
  static func unknown(_ word: String, after path: [ParsableCommand.Type]) -> Complaint {
    let words = Route.children(of: path).map { Route.name(of: $0) }
    let place = (["plaited"] + path.dropFirst().map { Route.name(of: $0) }).joined(separator: " ")
    let nearest = Nearest.word(to: word, among: words)
    return Complaint(
      .usage, "UnknownCommand", what: "\(place) has no command \(word)",
      why: "its commands are \(words.joined(separator: ", "))",
      remedy: nearest.map { "\(place) \($0)" } ?? place)
  }

  /// Arguments that a command does not take.
  static func usage(_ message: String, _ path: [ParsableCommand.Type]) -> Complaint {
    let line = (["plaited"] + path.dropFirst().map { Route.name(of: $0) }).joined(separator: " ")
    let why = message.split(separator: "\n").joined(separator: " ")
    return Complaint(
      .usage, "UsageError", what: "\(line) does not take these arguments",
      why: path.last.map { why + meaning(of: why, in: $0) } ?? why, remedy: "\(line) --help")
  }

  /// What the help says of the argument that a message of the parser names in quotes.
  private static func meaning(of message: String, in command: ParsableCommand.Type) -> String {
    guard let named = message.matches(of: #/'((?:-[^']*)?<[^']*>)'/#).last?.output.1 else {
      return ""
    }
    // So wide that every argument has one line.
    let help = Plaited.helpMessage(for: command, columns: 10_000).split(separator: "\n")
    guard
      let index = help.firstIndex(where: { line in
        let words = line.drop { $0 == " " }
        return line.starts(with: "  ") && (words == named || words.contains("\(named) "))
          && words.starts(with: named.first == "-" ? "-" : "<")
      })
    else { return "" }
    // A long name has a line of its own.
    let parts = help[index...].prefix(2)
    let text =
      parts.first.flatMap { $0.firstRange(of: named).map { $0.upperBound } }
      .map { help[index][$0...] } ?? ""
    let meaning = (text.isEmpty ? parts.last ?? "" : text).drop { $0 == " " }
    return (message.hasSuffix(".") ? " " : ": ") + meaning
  }
}
