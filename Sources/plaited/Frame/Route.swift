// Route.swift: which command an argument list names.
//
// Words lead down the tree of commands; options that stand before the words are moved behind them,
// so that `plaited -C d repo get` is `plaited repo get -C d`. Not here: parsing options.
import ArgumentParser

/// What is to be done with an argument list.
enum Route {
  /// A verb, with all arguments in the order in which they are parsed.
  case verb([ParsableCommand.Type], arguments: [String])
  /// A group of commands without a word after it: the tree below it is shown.
  case group([ParsableCommand.Type])
  case help([ParsableCommand.Type])
  case version
  /// A word that no command at this place has.
  case unknown(String, after: [ParsableCommand.Type])
  /// For the parser's own doors, such as completion scripts.
  case parser(arguments: [String])
}

extension Route {
  /// Options of CommonOptions that take a value.
  private static let valued: Set = ["-C", "--store"]

  init(_ arguments: [String], root: ParsableCommand.Type) {
    let beforeDashes = arguments.prefix { $0 != "--" }
    if beforeDashes.contains(where: { $0.hasPrefix("--generate-completion-script") }) {
      self = .parser(arguments: arguments)
      return
    }
    var path = [root]
    var moved: [String] = []
    var rest = arguments[...]
    if rest.first == "help" {
      self = Route.helpRoute(Array(rest.dropFirst()), root: root)
      return
    }
    while let word = rest.first, !Route.children(of: path).isEmpty {
      if word.hasPrefix("-"), word != "-", word != "--" {
        rest = rest.dropFirst()
        moved.append(word)
        if Route.valued.contains(word), let value = rest.popFirst() { moved.append(value) }
        continue
      }
      guard let next = Route.child(word, of: path) else {
        self = .unknown(word, after: path)
        return
      }
      path.append(next)
      rest = rest.dropFirst()
    }
    if beforeDashes.contains("--help") || beforeDashes.contains("-h") {
      self = .help(path)
    } else if beforeDashes.contains("--version") {
      self = .version
    } else if !Route.children(of: path).isEmpty {
      self = .group(path)
    } else {
      let words = path.dropFirst().map { Route.name(of: $0) }
      self = .verb(path, arguments: words + moved + rest)
    }
  }

  private static func helpRoute(_ words: [String], root: ParsableCommand.Type) -> Route {
    var path = [root]
    for word in words where !word.hasPrefix("-") {
      guard let next = child(word, of: path) else { return .unknown(word, after: path) }
      path.append(next)
    }
    return .help(path)
  }

  static func name(of command: ParsableCommand.Type) -> String {
    command.configuration.commandName ?? ""
  }

  /// `repo get`, without the program's own name.
  static func words(_ path: [ParsableCommand.Type]) -> String {
    path.dropFirst().map { name(of: $0) }.joined(separator: " ")
  }

  static func children(of path: [ParsableCommand.Type]) -> [ParsableCommand.Type] {
    path.last?.configuration.subcommands ?? []
  }

  private static func child(
    _ word: String, of path: [ParsableCommand.Type]
  ) -> ParsableCommand.Type? {
    children(of: path).first { name(of: $0) == word }
  }
}
