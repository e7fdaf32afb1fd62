// CommandFolder.swift: a folder in which commands are run, one after the other.
import DAGCBOR
import Foundation

@testable import plaited

/// Goes with the test that made it.
final class CommandFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("plaited-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What a command left behind.
  struct Outcome {
    var status: plaited.ExitStatus
    var out: String
    var err: String

    var lines: [String] { out.split(separator: "\n").map(String.init) }

    /// `result` of an answer in JSON.
    var result: CBORValue? { json?["result"] }
    var json: CBORValue? { try? JSONForm.decode(Array(out.utf8), as: .plain) }
  }

  func run(_ arguments: String..., input: String = "") async -> Outcome {
    var memory = MemoryDesk()
    memory.input = input
    let status = await Invocation(arguments, on: memory.desk(in: path)).run()
    return Outcome(status: status, out: memory.out.text, err: memory.err.text)
  }

  func write(_ text: String, to file: String) throws {
    let url = URL(fileURLWithPath: "\(path)/\(file)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func read(_ file: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")), as: UTF8.self)
  }

  static let clock = "1714557600000000"
}
