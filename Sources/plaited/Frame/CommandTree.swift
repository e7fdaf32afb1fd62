// CommandTree.swift: what commands there are: shown where a group of them is called alone.
import ArgumentParser
import DAGCBOR

struct CommandTree {
  /// A command that does something.
  struct Leaf {
    /// `repo get`.
    var words: String
    var abstract: String
    var command: ParsableCommand.Type
  }

  /// All verbs below the last command of `path`, in the order of the help.
  static func leaves(below path: [ParsableCommand.Type]) -> [Leaf] {
    let children = Route.children(of: path)
    guard children.isEmpty else { return children.flatMap { leaves(below: path + [$0]) } }
    guard let command = path.last else { return [] }
    return [
      Leaf(
        words: Route.words(path), abstract: command.configuration.abstract, command: command)
    ]
  }

  static func answer(for path: [ParsableCommand.Type]) -> Answer {
    let leaves = leaves(below: path)
    let commands = leaves.map { leaf -> CBORValue in
      ["command": .string("plaited \(leaf.words)"), "does": .string(leaf.abstract)]
    }
    let rows = leaves.map { [Cell.id("plaited \($0.words)"), .text($0.abstract)] }
    let table = Table(
      columns: [Column(title: "command", give: .never), .text("does")], rows: rows)
    return Answer(
      ["commands": .array(commands)], page: [.table(table)],
      next: leaves.first.map { ["plaited \($0.words) --help"] } ?? [])
  }
}
