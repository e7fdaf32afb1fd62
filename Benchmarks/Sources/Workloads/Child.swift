// Child.swift: this program again, as a process whose memory and end are its own.
//
// A child is given a verb and a store, says `name value` line by line, and ends; one that is to be
// killed says `ready` and waits. What the verbs do is in ChildVerbs.
import Foundation
import Glibc

public struct Child {
  /// The argument that tells a child from a user's call.
  public static let mark = "--as-child"

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  private let process = Process()
  private let output = Pipe()

  private init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [Child.mark] + arguments
    process.standardOutput = output
    try process.run()
  }

  /// Runs a child to its end and returns what it said.
  static func run(_ arguments: String...) throws -> [String: Double] {
    let child = try Child(arguments)
    let said = child.output.fileHandleForReading.readDataToEndOfFile()
    child.process.waitUntilExit()
    guard child.process.terminationStatus == 0 else {
      throw Failed(description: "\(arguments): exit code \(child.process.terminationStatus)")
    }
    var values: [String: Double] = [:]
    for line in String(decoding: said, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, let value = Double(parts[1]) { values[String(parts[0])] = value }
    }
    return values
  }

  /// Runs a child until it says that it is ready, and kills it.
  static func runAndKill(_ arguments: String...) throws {
    let child = try Child(arguments)
    let said = child.output.fileHandleForReading.availableData
    kill(child.process.processIdentifier, SIGKILL)
    child.process.waitUntilExit()
    guard String(decoding: said, as: UTF8.self).contains("ready") else {
      throw Failed(description: "\(arguments): ended before it was ready")
    }
  }
}
