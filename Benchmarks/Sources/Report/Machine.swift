// Machine.swift: on what, when and of which commit the figures are.
import Foundation

struct Machine {
  let lines: [String]

  init(_ options: Options) {
    lines = [
      "\(Machine.processor), \(ProcessInfo.processInfo.activeProcessorCount) virtual cores, "
        + "\(ProcessInfo.processInfo.physicalMemory >> 30) GB, \(Machine.system)",
      Machine.output(of: ["swift", "--version"]).prefix { $0 != "\n" }.description,
      "\(Machine.date), commit \(Machine.commit)",
    ]
  }

  private static var processor: String { field("model name", "/proc/cpuinfo", separator: ":") }

  private static var system: String { field("PRETTY_NAME", "/etc/os-release", separator: "=") }

  private static var date: String {
    Date.now.formatted(.iso8601.year().month().day())
  }

  private static var commit: String {
    let commit = output(of: ["git", "rev-parse", "--short=12", "HEAD"])
    let isDirty = !output(of: ["git", "status", "--porcelain", "--untracked-files=no"]).isEmpty
    return (commit.isEmpty ? "unknown" : commit) + (isDirty ? " and changes" : "")
  }

  /// The value of the first line that begins with `name`.
  private static func field(_ name: String, _ path: String, separator: Character) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else { return "unknown" }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(name) }
    let value = line?.split(separator: separator, maxSplits: 1).last ?? "unknown"
    return value.trimmingCharacters(in: CharacterSet(charactersIn: " \"\t"))
  }

  /// What a command prints, or nothing where it cannot be run.
  private static func output(of command: [String]) -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return ""
    }
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
