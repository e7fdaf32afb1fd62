// NodeView.swift: one node of a tree as it stands in its block, for drawing and for counting.
//
// The tree's own code keeps nodes to itself; whoever wants to show them reads the blocks. What is
// read here was verified before, or comes from a store that hashes what it reads.
import DAGCBOR
import MST

struct NodeView: Equatable {
  struct Entry: Equatable {
    var key: String
    var value: CID
  }

  var cid: CID
  var entries: [Entry]
  /// One more than entries: the subtrees around them.
  var links: [CID?]
  var byteCount: Int

  /// - Throws: `MSTError.node` for bytes that are no node.
  init(_ block: [UInt8], _ cid: CID) throws {
    let value = try CBOR.decode(block)
    self.cid = cid
    byteCount = block.count
    entries = []
    links = [value["l"].flatMap(NodeView.link)]
    var key: [UInt8] = []
    for entry in value["e"]?.arrayValue ?? [] {
      let shared = Int(clamping: entry["p"]?.integerValue ?? 0)
      guard case .bytes(let rest)? = entry["k"], let value = entry["v"].flatMap(NodeView.link),
        0...key.count ~= shared
      else { throw CBORError(.unexpected, at: 0) }
      key = key.prefix(shared) + rest
      entries.append(Entry(key: String(decoding: key, as: UTF8.self), value: value))
      links.append(entry["t"].flatMap(NodeView.link))
    }
  }

  private static func link(_ value: CBORValue) -> CID? {
    if case .link(let cid) = value { cid } else { nil }
  }
}

extension NodeView {
  /// The layer that the node's keys name; nil for a node without keys.
  var layer: Int? {
    guard let key = entries.first?.key else { return nil }
    return Digest(of: Array(key.utf8)).leadingZeroBitCount / 2
  }
}
