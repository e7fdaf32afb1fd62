// HouseTests.swift: the tree keeps the rules of the house; each failure names a place and a remedy.
import Foundation
import Testing

@Suite("The house")
struct HouseTests {
  static let files = Result { try PackageTree.swiftFiles() }

  @Test("every Swift file keeps the rule", arguments: Rule.all)
  func keeps(rule: Rule) throws {
    for file in try HouseTests.files.get() where rule.scope.contains(file.path) {
      for spot in rule.spots(file) {
        report("\(rule.name): \(spot.what); \(rule.advice)", in: file.path, line: spot.line)
      }
    }
  }

  private func report(_ text: String, in path: String, line: Int) {
    let place = SourceLocation(
      fileID: "House/\(path)", filePath: PackageTree.root.appending(path: path).path, line: line,
      column: 1)
    Issue.record("\(path):\(line): \(text)", sourceLocation: place)
  }

  @Test("every room is in the import table")
  func roomsAreKnown() throws {
    let rooms = try PackageTree.rooms()
    #expect(!rooms.isEmpty)
    for room in rooms.subtracting(Room.byName.keys).subtracting(Room.withoutWalls) {
      report("no row in ImportTable.swift: say what it may import", in: "Sources/\(room)", line: 1)
    }
  }

  @Test("nothing is committed that belongs to one machine")
  func trackedFilesAreClean() throws {
    for path in try PackageTree.trackedPaths() ?? [] {
      let content = try Data(contentsOf: PackageTree.root.appending(path: path))
      for spot in TrackedFile(path: path, content: content).spots {
        report(spot.what, in: path, line: spot.line)
      }
    }
  }

  @Test("INVARIANTS.md and the code name the same invariants")
  func invariantsAgree() throws {
    let document =
      PackageTree.exists("INVARIANTS.md") ? try PackageTree.text("INVARIANTS.md") : ""
    let code = try HouseTests.files.get()
      .filter { !$0.path.hasPrefix("Tests/HouseTests/") }
      .map { (path: $0.path, text: $0.lines.joined(separator: "\n")) }
    for complaint in Invariants.differences(document: document, code: code) {
      Issue.record("\(complaint)")
    }
  }
}
