// OwnFiles.swift: the project's own schemas and samples, found from where this file was compiled.
import DAGCBOR
import Foundation
import Testing

enum OwnFiles {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let lexicons = root.appendingPathComponent("lexicons").path
  private static let samples = root.appendingPathComponent("Tests/LexiconSamples").path

  /// Every document by its path below `lexicons`, in order.
  static func documents() throws -> [String: [UInt8]] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: lexicons)
      .filter { $0.hasSuffix(".json") }
    return Dictionary(
      uniqueKeysWithValues: try paths.map { ($0, try bytes("\(lexicons)/\($0)")) })
  }

  /// `valid-NAME.json` is a record, `invalid-NAME.json` is `{path, rule, record}`.
  static func samples(_ kind: String) throws -> [Sample] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: samples)
    return try paths.sorted().compactMap { path in
      let parts = path.split(separator: "/")
      guard parts.count == 2, parts[1].hasPrefix("\(kind)-") else { return nil }
      return Sample(
        path: path, collection: String(parts[0]),
        content: try JSONForm.decode(bytes("\(samples)/\(path)")))
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

struct Sample: CustomTestStringConvertible, Sendable {
  var path: String
  var collection: String
  var content: CBORValue

  var testDescription: String { path }
}
