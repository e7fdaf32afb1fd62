// Fixtures.swift: the community's test vectors, read from the folder named by PLAITED_FIXTURES.
//
// Where the variable is unset a test skips, which the runner counts; where it is set, a missing
// file is a failure, because a renamed vector must not turn into a silent pass.
import Foundation

public enum Fixtures {
  public static var folder: URL? {
    ProcessInfo.processInfo.environment["PLAITED_FIXTURES"]
      .flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0, isDirectory: true) }
  }

  /// For `.enabled(if: Fixtures.areThere, Fixtures.notice)`.
  public static var areThere: Bool { folder != nil }
  public static let notice = "PLAITED_FIXTURES is unset"

  public struct Missing: Error, CustomStringConvertible {
    public let description: String
  }

  public static func data(_ path: String) throws -> Data {
    guard let folder else { throw Missing(description: notice) }
    do {
      return try Data(contentsOf: folder.appendingPathComponent(path))
    } catch {
      throw Missing(description: "fixture \(path) is missing in \(folder.path): \(error)")
    }
  }

  public static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try data(path)) }

  /// Any JSON as Foundation reads it: dictionaries, arrays, strings, numbers.
  public static func json(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: data(path), options: [.fragmentsAllowed])
  }

  public static func decoded<T: Decodable>(_ path: String, as type: T.Type = T.self) throws -> T {
    try JSONDecoder().decode(type, from: data(path))
  }

  /// The lines of a syntax vector file: `#` and blank lines are comments, spaces are significant.
  public static func lines(_ path: String) throws -> [String] {
    String(decoding: try data(path), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
      .filter { !$0.hasPrefix("#") }
  }

  /// The names of the files below `path`, sorted, so that no vector is forgotten.
  public static func names(in path: String) throws -> [String] {
    guard let folder else { throw Missing(description: notice) }
    return try FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent(path).path
    ).sorted()
  }

  /// The paths of all files below `path`, sorted, whatever folder they are in.
  public static func paths(below path: String) throws -> [String] {
    guard let folder else { throw Missing(description: notice) }
    let root = folder.appendingPathComponent(path).path
    return try FileManager.default.subpathsOfDirectory(atPath: root).filter { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
      return !isFolder.boolValue
    }.sorted()
  }
}
