// CommonOptions.swift: the options that every command has, and those of commands on repos.
import ATSyntax
import ArgumentParser

/// Every command has these.
struct CommonOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long],
    help: ArgumentHelp("The store's folder (else $PLAITED_STORE, then ./data).", valueName: "dir"))
  var store: String?

  @Flag(help: "Answer with one JSON object.")
  var json = false

  @Flag(help: "Answer with a JSON object a line.")
  var ndjson = false

  @Flag(help: "Do not colour the output.")
  var noColor = false

  @Flag(help: "Say nothing beside the answer.")
  var quiet = false

  @Flag(name: .short, help: "Say more: what is done, and how long it takes.")
  var verbose = false

  @Flag(help: "Do not ask, go on.")
  var yes = false

  func validate() throws {
    if json, ndjson { throw ValidationError("--json and --ndjson exclude each other") }
  }
}

/// Commands that work on one repo have these as well.
struct RepoOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The repo, where the store has several (else the owner's).", valueName: "did|handle"))
  var repo: String?

  @Option(help: ArgumentHelp("The tree: public or private.", valueName: "space"))
  var space: SpaceName?
}

/// The two trees that an account may have.
enum SpaceName: String, ExpressibleByArgument, CaseIterable {
  case `public`
  case `private`
}
