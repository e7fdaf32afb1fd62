// TreeDrawing.swift: a Merkle search tree as people can look at it: lines of text, or SVG.
//
//   bafyreid…  layer 2, 1 key
//   ├─ bafyreia…  layer 1, 2 keys
//   │  ├─ app.example.note/3k…  bafyreib…
//   │  └─ app.example.note/3l…  bafyreic…
//   ├─ app.example.note/3m…  bafyreie…
//   └─ …
//
// Values in, text out. Not here: reading nodes (TreeSketch).
import DAGCBOR

/// A tree, or the part of it that is drawn.
struct TreeSketch: Equatable {
  enum Item: Equatable {
    case entry(NodeView.Entry)
    case subtree(TreeSketch)
    /// A subtree that is not opened: below the depth that was asked for, or not there.
    case closed(CID)
  }

  var cid: CID
  /// Counted from the leaves.
  var layer: Int
  var items: [Item]

  var keyCount: Int {
    items.count { if case .entry = $0 { true } else { false } }
  }
}

extension TreeSketch {
  /// Lines of text, a node or an entry each.
  func lines() -> [Piece.Line] {
    let keys = keyCount == 1 ? "1 key" : "\(keyCount) keys"
    return [Piece.Line("\(TreeSketch.short(cid))  layer \(layer), \(keys)", .strong)]
      + itemLines(indent: "")
  }

  private func itemLines(indent: String) -> [Piece.Line] {
    var lines: [Piece.Line] = []
    for (index, item) in items.enumerated() {
      let isLast = index == items.count - 1
      let branch = indent + (isLast ? "└─ " : "├─ ")
      let below = indent + (isLast ? "   " : "│  ")
      switch item {
      case .entry(let entry):
        lines.append(Piece.Line("\(branch)\(entry.key)  \(TreeSketch.short(entry.value))"))
      case .closed(let cid):
        lines.append(Piece.Line("\(branch)\(TreeSketch.short(cid))  …", .faint))
      case .subtree(let subtree):
        var inner = subtree.lines()
        inner[0].text = branch + inner[0].text
        lines.append(inner[0])
        lines += subtree.itemLines(indent: below)
      }
    }
    return lines
  }

  /// The beginning says `bafyrei`, the end tells CIDs apart.
  static func short(_ cid: CID) -> String { cid.description.fitted(to: 17, .middle) }
}

extension TreeSketch {
  /// A picture: layers from the root down, nodes as boxes of their keys, lines to subtrees.
  var svg: String {
    var picture = TreePicture()
    let root = picture.place(self, x: 0, depth: 0)
    return picture.document(width: root.width)
  }
}

/// A picture in the making: boxes and lines in the units of SVG, and where the next leaf goes.
private struct TreePicture {
  private static let rowHeight = 72
  private static let boxHeight = 34
  private static let slotWidth = 96
  private static let gap = 16

  private var shapes: [String] = []
  private var depthMax = 0

  struct Box {
    var x: Int
    var width: Int
    /// Where a line from above arrives.
    var centre: Int
  }

  /// Draws a node and all below it from `x` on to the right.
  mutating func place(_ sketch: TreeSketch, x: Int, depth: Int) -> Box {
    depthMax = max(depthMax, depth)
    var next = x
    var children: [Box] = []
    for item in sketch.items {
      guard let box = place(item, x: next, depth: depth + 1) else { continue }
      children.append(box)
      next = box.x + box.width + TreePicture.gap
    }
    let ownWidth = max(1, sketch.keyCount) * TreePicture.slotWidth
    let childrenWidth = children.isEmpty ? 0 : next - TreePicture.gap - x
    let width = max(ownWidth, childrenWidth)
    let left = x + (width - ownWidth) / 2
    let y = depth * TreePicture.rowHeight
    for child in children {
      line(from: (left + ownWidth / 2, y + TreePicture.boxHeight), to: child.centre, depth: depth)
    }
    box(sketch, left: left, y: y, width: ownWidth)
    return Box(x: x, width: width, centre: left + ownWidth / 2)
  }

  private mutating func place(_ item: TreeSketch.Item, x: Int, depth: Int) -> Box? {
    switch item {
    case .entry: return nil
    case .subtree(let subtree): return place(subtree, x: x, depth: depth)
    case .closed(let cid):
      depthMax = max(depthMax, depth)
      let y = depth * TreePicture.rowHeight
      let width = TreePicture.slotWidth / 2
      shapes.append(
        #"<rect class="closed" x="\#(x)" y="\#(y)" width="\#(width)" height="20" rx="4">"#
          + "<title>\(cid)</title></rect>")
      return Box(x: x, width: width, centre: x + width / 2)
    }
  }

  private mutating func line(from start: (x: Int, y: Int), to x: Int, depth: Int) {
    let y = (depth + 1) * TreePicture.rowHeight
    shapes.append(
      #"<line x1="\#(start.x)" y1="\#(start.y)" x2="\#(x)" y2="\#(y)"/>"#)
  }

  private mutating func box(_ sketch: TreeSketch, left: Int, y: Int, width: Int) {
    shapes.append(
      #"<rect x="\#(left)" y="\#(y)" width="\#(width)" height="\#(TreePicture.boxHeight)" rx="4">"#
        + "<title>\(sketch.cid), layer \(sketch.layer)</title></rect>")
    var slot = left
    for case .entry(let entry) in sketch.items {
      let name = entry.key.split(separator: "/").last.map(String.init) ?? entry.key
      let label = VisibleText.escaped(name).fitted(to: 13, .middle)
      shapes.append(
        #"<text x="\#(slot + TreePicture.slotWidth / 2)" y="\#(y + 21)">"#
          + "\(TreePicture.escaped(label))"
          + "<title>\(TreePicture.escaped(entry.key)) \(entry.value)</title></text>")
      slot += TreePicture.slotWidth
    }
  }

  func document(width: Int) -> String {
    let height = depthMax * TreePicture.rowHeight + TreePicture.boxHeight
    let margin = TreePicture.gap
    let size = (width: width + 2 * margin, height: height + 2 * margin)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(size.width)" height="\(size.height)" \
      viewBox="\(-margin) \(-margin) \(size.width) \(size.height)">
      <style>
      rect { fill: #eef3f8; stroke: #456; } rect.closed { fill: #ddd; stroke: #999; }
      line { stroke: #456; } text { font: 11px monospace; text-anchor: middle; fill: #123; }
      </style>
      \(shapes.joined(separator: "\n"))
      </svg>
      """
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
  }
}
