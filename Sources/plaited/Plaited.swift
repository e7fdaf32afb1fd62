// Plaited.swift: the program `plaited`: its commands, and the way from the process to them.
import ArgumentParser
import Glibc

@main
struct Plaited: AsyncParsableCommand, Group {
  static let configuration = CommandConfiguration(
    commandName: "plaited",
    abstract: "A signed store of records: embed it, query it, let peers follow it.",
    version: Invocation.version,
    subcommands: [
      Init.self, Serve.self, Status.self, RepoGroup.self, IdentityGroup.self,
      AccountGroup.self, KeyGroup.self, LogGroup.self, LexGroup.self, FirehoseGroup.self,
      StoreGroup.self, Bench.self,
    ])

  static let examples = [
    Example("plaited init", "make a store in ./data, with an identity of its own"),
    Example("plaited repo create app.example.note '{\"text\":\"hello\"}'", "write a record"),
    Example(
      "plaited repo get app.example.note", "read the records of a collection, newest first"),
  ]

  static func main() async {
    // A reader that has gone is found out by writing, not by dying.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    Glibc.exit(await Invocation(arguments, on: .ofProcess()).run().rawValue)
  }
}
