// PackageTree.swift: the package's own files, found from where this file was compiled.
import Foundation

enum PackageTree {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let folders = ["Sources", "Tests", "Benchmarks"]

  /// Every Swift file of ours, sorted by path; what is built or fetched is left out.
  static func swiftFiles() throws -> [SourceFile] {
    var paths = ["Package.swift"]
    for folder in folders {
      let enumerator = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
      let found = (enumerator?.allObjects as? [String]) ?? []
      paths += found.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
    }
    return try paths.filter { !$0.contains(".build") }.sorted().map {
      SourceFile(path: $0, text: try text($0))
    }
  }

  /// The names of the folders in `Sources/` that hold Swift.
  static func rooms() throws -> Set<String> { Set(try swiftFiles().compactMap(\.room)) }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// What git tracks, or nil where there is no repository or no git (a source archive).
  static func trackedPaths() throws -> [String]? {
    guard exists(".git") else { return nil }
    let git = Process()
    let output = Pipe()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "-C", root.path, "ls-files", "-z"]
    git.standardOutput = output
    try git.run()
    let listing = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    guard git.terminationStatus == 0 else { return nil }
    return listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter(exists)
  }
}
