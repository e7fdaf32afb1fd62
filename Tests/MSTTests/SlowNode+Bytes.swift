// SlowNode+Bytes.swift: how the oracle writes a node: byte after byte, one function per kind of item.
//
// `NodeForm` says what stands in a node without any rule being kept, so that broken nodes are written
// by the same few lines as good ones.
import DAGCBOR

/// The content of a node's block as it stands there.
struct NodeForm: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    var prefixCount: Int
    var suffix: [UInt8]
    var value: CID
    var tree: CID?
  }

  var left: CID?
  var entries: [Entry]

  var bytes: [UInt8] {
    var out = SlowCBOR.head(5, 2) + SlowCBOR.text("e") + SlowCBOR.head(4, entries.count)
    for entry in entries {
      out += SlowCBOR.head(5, 4)
      out += SlowCBOR.text("k") + SlowCBOR.byteString(entry.suffix)
      out += SlowCBOR.text("p") + SlowCBOR.integer(entry.prefixCount)
      out += SlowCBOR.text("t") + SlowCBOR.link(entry.tree)
      out += SlowCBOR.text("v") + SlowCBOR.link(entry.value)
    }
    return out + SlowCBOR.text("l") + SlowCBOR.link(left)
  }
}

extension SlowNode {
  static func form(of entries: [SlowEntry], _ children: [CID?]) -> NodeForm {
    var form = NodeForm(left: children[0], entries: [])
    var previous: [UInt8] = []
    for (index, entry) in entries.enumerated() {
      var shared = 0
      while shared < previous.count, shared < entry.key.count,
        previous[shared] == entry.key[shared]
      { shared += 1 }
      form.entries.append(
        NodeForm.Entry(
          prefixCount: shared, suffix: Array(entry.key[shared...]), value: entry.value,
          tree: children[index + 1]))
      previous = entry.key
    }
    return form
  }

  static func bytes(of entries: [SlowEntry], _ children: [CID?]) -> [UInt8] {
    form(of: entries, children).bytes
  }

  var form: NodeForm { SlowNode.form(of: entries, children.map { $0?.cid }) }
}

/// DAG-CBOR items as bytes.
enum SlowCBOR {
  static func head(_ major: UInt8, _ argument: Int) -> [UInt8] {
    let first = major << 5
    switch argument {
    case 0..<24: return [first | UInt8(argument)]
    case 24..<256: return [first | 24, UInt8(argument)]
    case 256..<65_536: return [first | 25] + bigEndian(argument, byteCount: 2)
    case 65_536..<4_294_967_296: return [first | 26] + bigEndian(argument, byteCount: 4)
    default: return [first | 27] + bigEndian(argument, byteCount: 8)
    }
  }

  static func bigEndian(_ number: Int, byteCount: Int) -> [UInt8] {
    (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  static func integer(_ value: Int) -> [UInt8] { value < 0 ? head(1, -1 - value) : head(0, value) }
  static func text(_ value: String) -> [UInt8] { head(3, value.utf8.count) + Array(value.utf8) }
  static func byteString(_ value: [UInt8]) -> [UInt8] { head(2, value.count) + value }

  /// Null, or tag 42 over a byte string of a zero byte and the binary CID.
  static func link(_ cid: CID?) -> [UInt8] {
    guard let cid else { return [0xf6] }
    return [0xd8, 42] + byteString([0] + cid.binary)
  }
}
