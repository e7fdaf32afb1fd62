// LogGroup.swift: `plaited log`: the system log: who did what, with which tool, as records.
import ArgumentParser

struct LogGroup: Group {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "The system log, as records: write, follow, import.",
    subcommands: [LogWrite.self, LogTail.self, LogImport.self])
}
