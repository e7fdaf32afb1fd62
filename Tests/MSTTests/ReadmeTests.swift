// ReadmeTests.swift: the README's example, compiled, run, and compared with what the README says.
import DAGCBOR
import Foundation
import MST
import Testing

@Suite("The README")
struct ReadmeTests {
  @Test("the example proves the record that it wrote")
  func example() throws {
    // README begins
    var tree = MST()
    let post = try MSTKey("app.bsky.feed.post/3ke6kg4qepja2")
    let record = CID(of: try CBOR.encode(["$type": "app.bsky.feed.post", "text": "hello"]))
    try tree.insert(post, record)

    var blocks = BlockMap()
    let root = tree.seal { blocks.insert($0, $1) }  // every new node, once

    var proof = BlockMap()
    try tree.proof(of: [post]) { proof.insert($0, $1) }  // for someone who knows only `root`
    let proven = try MST.provenValue(of: post, root: root, nodes: proof)
    assert(proven == record)
    // README ends
    #expect(proven == record)
    #expect(blocks == proof)
  }

  @Test("the README shows the example as it is compiled here")
  func isCurrent() throws {
    let here = URL(fileURLWithPath: #filePath)
    let readme = here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("README.md")
    let shown = try #require(
      try Self.section(of: readme, from: "```swift", to: "```"), "README.md has a Swift example")
    let compiled = try #require(
      try Self.section(of: here, from: "// README begins", to: "// README ends"))
    #expect(shown.filter { !$0.hasPrefix("import ") } == compiled)
  }

  /// The trimmed, non-empty lines between two marker lines.
  private static func section(of file: URL, from: String, to: String) throws -> [String]? {
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    guard let start = lines.firstIndex(of: from),
      let end = lines[(start + 1)...].firstIndex(of: to)
    else { return nil }
    return lines[(start + 1)..<end].filter { !$0.isEmpty }
  }
}
