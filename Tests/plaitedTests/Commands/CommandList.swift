// CommandList.swift: the commands and their options, as the parser itself tells them.
//
// The list is the parser's own, not one that somebody keeps: an option that is added is in it.
import ArgumentParser
import Foundation
import Testing

@testable import plaited

/// A verb and what it takes.
struct ListedVerb: Sendable, CustomTestStringConvertible {
  /// `repo get`.
  var words: String
  /// The names of each option and flag, as they are typed; those that every command has are left
  /// out.
  var options: [[String]]

  var testDescription: String { words }

  func has(_ option: String) -> Bool { options.contains { $0.contains(option) } }
}

extension ListedVerb {
  /// What every command has: tested on every command by itself.
  static let common: Set = [
    "--store", "-C", "--json", "--ndjson", "--no-color", "--quiet", "-v", "--yes", "--help",
    "--version",
  ]

  static func all() throws -> [ListedVerb] {
    let tool = try JSONDecoder().decode(Tool.self, from: Data(Plaited._dumpHelp().utf8))
    return (tool.command.subcommands ?? []).flatMap { verbs(of: $0, after: []) }
  }

  private static func verbs(of command: Command, after words: [String]) -> [ListedVerb] {
    if command.commandName == "help" { return [] }
    let words = words + [command.commandName]
    if let subcommands = command.subcommands, !subcommands.isEmpty {
      return subcommands.flatMap { verbs(of: $0, after: words) }
    }
    let options = (command.arguments ?? []).filter { $0.kind != "positional" && $0.shouldDisplay }
      .map { ($0.names ?? []).map(\.typed) }
    return [
      ListedVerb(
        words: words.joined(separator: " "),
        options: options.filter { $0.allSatisfy { !common.contains($0) } })
    ]
  }

  private struct Tool: Decodable { var command: Command }

  private struct Command: Decodable {
    var commandName: String
    var subcommands: [Command]?
    var arguments: [Argument]?
  }

  private struct Argument: Decodable {
    var kind: String
    var shouldDisplay: Bool
    var names: [Name]?
  }

  private struct Name: Decodable {
    var kind: String
    var name: String

    var typed: String { kind == "long" ? "--\(name)" : "-\(name)" }
  }
}

extension CommandRow {
  /// The verb that the row is about; empty where it names none.
  var verb: String {
    if case .verb(let path, _) = Route(words, root: Plaited.self) { Route.words(path) } else { "" }
  }

  /// What the envelope calls the command: its words, as far as they name one.
  var namedWords: String {
    switch Route(words, root: Plaited.self) {
    case .verb(let path, _), .group(let path), .help(let path), .unknown(_, let path):
      Route.words(path)
    case .version, .parser: ""
    }
  }

  func uses(_ names: [String]) -> Bool {
    words.contains { word in names.contains { word == $0 || word.hasPrefix("\($0)=") } }
  }
}

/// What no row shows.
enum Completeness {
  static func missing(in rows: [CommandRow], of verbs: [ListedVerb]) -> [String] {
    verbs.flatMap { verb -> [String] in
      let own = rows.filter { $0.verb == verb.words }
      var missing = verb.options.filter { names in !own.contains { $0.uses(names) } }
        .map { "\(verb.words) \($0.last ?? "")" }
      if !own.contains(where: \.hasSuccess) { missing.append("\(verb.words), and it works") }
      if !own.contains(where: \.hasFailure) { missing.append("\(verb.words), and an error") }
      return missing
    }
  }
}
