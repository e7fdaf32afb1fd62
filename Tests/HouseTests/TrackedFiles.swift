// TrackedFiles.swift: what may be committed: small texts without a trace of one machine.
import Foundation

struct TrackedFile: Sendable {
  static let byteCountMax = 256 * 1024

  var path: String
  var content: Data

  /// The lines at which something is wrong, 1-based.
  var spots: [Spot] {
    if let reason = refusedName { return [Spot(line: 1, what: reason)] }
    var spots: [Spot] = []
    if content.count > TrackedFile.byteCountMax {
      spots.append(Spot(line: 1, what: "\(content.count) bytes: generate it, or fetch it"))
    }
    if content.prefix(8192).contains(0) {
      return spots + [Spot(line: 1, what: "a binary file: generate it from something readable")]
    }
    return spots + machinePaths
  }

  private var refusedName: String? {
    let parts = path.split(separator: "/")
    if parts.contains(where: { $0.hasPrefix(".build") || $0 == ".venv" || $0 == "__pycache__" }) {
      return "build output: add it to .gitignore"
    }
    if parts.last == "Package.resolved" {
      return "it pins one machine's package copies: untrack it"
    }
    return nil
  }

  /// Absolute paths of somebody's machine: folders directly below the root that no system provides
  /// for a package's own use.
  private var machinePaths: [Spot] {
    let folders = ["work", "farm", "tmp", "root", "home", "Users", "mnt"].map { "/\($0)/" }
    let lines = String(decoding: content, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().flatMap { offset, line in
      folders.filter { TrackedFile.holds(line, $0) }.map {
        Spot(line: offset + 1, what: "the path \($0)… exists on one machine only")
      }
    }
  }

  /// Whether `folder` occurs in `line` as the start of a path, not in the middle of one.
  private static func holds(_ line: Substring, _ folder: String) -> Bool {
    line.ranges(of: folder).contains { range in
      guard range.lowerBound > line.startIndex else { return true }
      let before = line[line.index(before: range.lowerBound)]
      return !(before.isLetter || before.isNumber || "._-})".contains(before))
    }
  }
}
