// SlowNode+Bytes.swift: how the oracle writes a node: byte after byte, one function per kind of
// item.
//
// `NodeForm` says what stands in a node without any rule being kept, so that broken nodes are
// written by the same few lines as good ones.
import DAGCBOR

/// The content of a node's block as it stands there.
struct NodeForm: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    var prefixCount: Int
    var suffix: ArraySlice<UInt8>
    var value: CID
    var tree: CID?
  }

  var left: CID?
  var entries: [Entry]

  var bytes: [UInt8] {
    var out = SlowCBOR()
    out.head(5, 2)
    out.text("e")
    out.head(4, entries.count)
    for entry in entries {
      out.head(5, 4)
      out.text("k")
      out.byteString(entry.suffix)
      out.text("p")
      out.integer(entry.prefixCount)
      out.text("t")
      out.link(entry.tree)
      out.text("v")
      out.link(entry.value)
    }
    out.text("l")
    out.link(left)
    return out.bytes
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
          prefixCount: shared, suffix: entry.key[shared...], value: entry.value,
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

/// DAG-CBOR items, appended one after the other.
struct SlowCBOR {
  var bytes: [UInt8] = []

  mutating func head(_ major: UInt8, _ argument: Int) {
    let first = major << 5
    switch argument {
    case 0..<24:
      bytes.append(first | UInt8(argument))
    case 24..<256:
      bytes.append(first | 24)
      bigEndian(argument, byteCount: 1)
    case 256..<65_536:
      bytes.append(first | 25)
      bigEndian(argument, byteCount: 2)
    case 65_536..<4_294_967_296:
      bytes.append(first | 26)
      bigEndian(argument, byteCount: 4)
    default:
      bytes.append(first | 27)
      bigEndian(argument, byteCount: 8)
    }
  }

  mutating func bigEndian(_ number: Int, byteCount: Int) {
    for index in (0..<byteCount).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }

  mutating func integer(_ value: Int) {
    if value < 0 { head(1, -1 - value) } else { head(0, value) }
  }

  mutating func text(_ value: String) {
    head(3, value.utf8.count)
    bytes += value.utf8
  }

  mutating func byteString(_ value: some Collection<UInt8>) {
    head(2, value.count)
    bytes += value
  }

  /// Null, or tag 42 over a byte string of a zero byte and the binary CID.
  mutating func link(_ cid: CID?) {
    guard let cid else { return bytes.append(0xf6) }
    bytes += [0xd8, 42]
    byteString([0] + cid.binary)
  }

  static func item(_ write: (inout SlowCBOR) -> Void) -> [UInt8] {
    var out = SlowCBOR()
    write(&out)
    return out.bytes
  }
}
