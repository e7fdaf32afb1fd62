// LexGroup.swift: `plaited lex`: schemas: what is known, what is wrong, what changed.
import ArgumentParser

struct LexGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "lex", abstract: "Schemas: what records of a type must be.",
    subcommands: [
      LexList.self, LexShow.self, LexNew.self, LexCheck.self, LexLint.self, LexDiff.self,
      LexPublish.self, LexGen.self,
    ])
}
