// RepoTree.swift: `plaited repo tree`: the Merkle search tree, drawn.
import ATSyntax
import ArgumentParser
import DAGCBOR
import MST
import RepoStore

struct RepoTree: Verb {
  static let configuration = verb(
    "tree", "Draw the Merkle search tree, as text or as SVG.",
    "Nodes show their layer; a key's layer is half the leading zero bits of its SHA-256.")
  static let examples = [
    Example("plaited repo tree", "draw the tree as text"),
    Example("plaited repo tree --depth 2", "only the upper layers"),
    Example("plaited repo tree --svg tree.svg", "draw it as a picture"),
  ]

  @OptionGroup var common: CommonOptions
  @OptionGroup var repo: RepoOptions
  @Argument(help: "A DID, a handle, or a CAR file.") var what: String?
  @Option(help: ArgumentHelp("How many layers from the root down.", valueName: "n"))
  var depth: Int?
  @Option(help: ArgumentHelp("Write a picture to this file, - for output.", valueName: "file"))
  var svg: String?
  @Option(help: ArgumentHelp("As it was with this commit.", valueName: "rev"))
  var at: RevName?

  /// A picture of more nodes is no picture any more.
  private static let pictureNodeCountMax = 5_000

  func answer(_ job: inout Job) async throws -> Answer {
    let reading = try RepoReference(what).reading(job, repo, at: at)
    var opened = 0
    let sketch = try sketch(of: reading.data, layer: nil, depth: 0, reading, &opened)
    if let svg { return try picture(sketch, svg, job, nodeCount: opened) }
    return Answer(
      ["data": .text(reading.data), "tree": sketch.value], page: [.lines(sketch.lines())])
  }

  private func picture(
    _ sketch: TreeSketch, _ file: String, _ job: Job, nodeCount: Int
  ) throws -> Answer {
    guard nodeCount <= RepoTree.pictureNodeCountMax else {
      throw Complaint(
        .usage, "TooLarge", what: "the tree is too large for a picture",
        why: "it has \(nodeCount) nodes, at most \(RepoTree.pictureNodeCountMax) are drawn",
        remedy: "add --depth 3")
    }
    let picture = Array(sketch.svg.utf8) + [UInt8(ascii: "\n")]
    if file == "-" {
      // A picture is text, which a terminal can take.
      try job.refuseTerminal(unless: true)
      try job.printer.bytes(picture)
      return .raw()
    }
    let target = try ReplacingFile(job.desk.path(file))
    try target.append(picture)
    try target.finish()
    return Answer(
      ["file": .string(file), "nodes": .count(nodeCount)],
      page: [.card(Card(["file": .text(file), "nodes": .count(nodeCount)]))])
  }

  private func sketch(
    of cid: CID, layer: Int?, depth: Int, _ reading: Reading, _ opened: inout Int
  ) throws -> TreeSketch {
    opened += 1
    let node = try NodeView(reading.block(cid), cid)
    let layer = layer ?? node.layer ?? 0
    var sketch = TreeSketch(cid: cid, layer: layer, items: [])
    for (index, link) in node.links.enumerated() {
      if let link {
        let isOpen = self.depth.map { depth + 1 < $0 } ?? true
        sketch.items.append(
          try isOpen && reading.has(link)
            ? .subtree(self.sketch(of: link, layer: layer - 1, depth: depth + 1, reading, &opened))
            : .closed(link))
      }
      if index < node.entries.count { sketch.items.append(.entry(node.entries[index])) }
    }
    return sketch
  }
}

extension Reading {
  /// Whether a block is there: in a proof not all are.
  fileprivate func has(_ cid: CID) throws -> Bool {
    guard case .car(let car) = blocks else { return true }
    return car.offset(of: cid) != nil
  }
}

extension TreeSketch {
  /// `{cid, layer, items: [{key, value} | {cid, layer, items} | {cid}]}`
  var value: CBORValue {
    [
      "cid": .text(cid), "layer": .count(layer),
      "items": .array(
        items.map { item in
          switch item {
          case .entry(let entry): ["key": .string(entry.key), "value": .text(entry.value)]
          case .subtree(let subtree): subtree.value
          case .closed(let cid): ["cid": .text(cid)]
          }
        }),
    ]
  }
}
