// MSTNode+Decode.swift: the bytes of a block as a node, strictly.
//
// A node has one encoding, so reading is a walk along fixed tokens with four variable places per
// entry; every other byte is an error with its offset. Order and maximal prefixes inside the node
// are checked here, since one byte decides both: the first of the suffix against the byte it
// replaces. Not here: layers and order across nodes (MST+Verify).
// Spec: https://atproto.com/specs/repository#mst-structure
import DAGCBOR

extension MSTNode {
  /// - Parameter height: what the parent says; nil for a root, whose first key's hash tells.
  static func decode(
    _ block: UnsafeRawBufferPointer, height: Int?
  ) throws(NodeFault) -> MSTNode {
    guard block.count <= MSTLimits.nodeByteCountMax else { throw NodeFault(.tooLarge, at: 0) }
    var tokens = NodeTokens(block)
    try tokens.expect(0x6561a2, byteCount: 3)
    let count = try tokens.head(major: 0x80)
    guard count <= MSTLimits.entryCountMax else { throw NodeFault(.tooManyEntries, at: 3) }

    // Whole keys are laid out aside, since their total is known only at the end.
    let decoded = withUnsafeTemporaryAllocation(
      byteCount: max(1, count * MSTLimits.keyByteCountMax), alignment: 8
    ) { scratch in
      Result { () throws(NodeFault) in try body(&tokens, count: count, height, scratch) }
    }
    return try decoded.get()
  }

  private static func body(
    _ tokens: inout NodeTokens, count: Int, _ height: Int?, _ keys: UnsafeMutableRawBufferPointer
  ) throws(NodeFault) -> MSTNode {
    var leaves: [Leaf] = []
    leaves.reserveCapacity(count)
    var rights: [Digest?] = []
    rights.reserveCapacity(count)
    var last = 0..<0
    for _ in 0..<count {
      try tokens.expect(0x6b61a4, byteCount: 3)
      last = try tokens.key(after: last, into: keys)
      try tokens.expect(0x7461, byteCount: 2)
      rights.append(try tokens.optionalLink())
      try tokens.expect(0x7661, byteCount: 2)
      leaves.append(Leaf(keyEnd: UInt32(last.upperBound), value: try tokens.link()))
    }
    try tokens.expect(0x6c61, byteCount: 2)
    let left = try tokens.optionalLink()
    guard tokens.isAtEnd else { throw NodeFault(.trailingBytes, at: tokens.offset) }

    let ownHeight =
      height ?? rootHeight(UnsafeRawBufferPointer(keys), leaves, hasSubtree: left != nil)
    var links: [Link] = []
    if ownHeight > 0 {
      links.reserveCapacity(count + 1)
      links.append(left.map { .stored($0) } ?? .empty)
      for right in rights { links.append(right.map { .stored($0) } ?? .empty) }
    } else if left != nil || rights.contains(where: { $0 != nil }) {
      throw NodeFault(.subtreeAtLayerZero, at: 0)
    }
    let keyBytes = Array(UnsafeRawBufferPointer(keys)[..<last.upperBound])
    return MSTNode(height: ownHeight, keyBytes: keyBytes, leaves: leaves, links: links)
  }

  /// The layer of a root: that of its first key. Without keys it is the empty tree, at zero, or not
  /// trimmed, which the caller refuses: one above zero.
  private static func rootHeight(
    _ keys: UnsafeRawBufferPointer, _ leaves: [Leaf], hasSubtree: Bool
  ) -> Int {
    guard let first = leaves.first else { return hasSubtree ? 1 : 0 }
    return MSTKey.height(of: UnsafeRawBufferPointer(rebasing: keys[..<Int(first.keyEnd)]))
  }
}

/// The tokens of an encoded node, read in order.
private struct NodeTokens {
  let block: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ block: UnsafeRawBufferPointer) { self.block = block }

  var isAtEnd: Bool { offset == block.count }

  @inline(__always)
  private func require(_ byteCount: Int) throws(NodeFault) {
    if block.count - offset < byteCount { throw NodeFault(.truncated, at: block.count) }
  }

  /// Exactly the low `byteCount` bytes of `token`, lowest first.
  @inline(__always)
  mutating func expect(_ token: UInt32, byteCount: Int) throws(NodeFault) {
    try require(byteCount)
    for index in 0..<byteCount
    where block[offset + index] != UInt8(truncatingIfNeeded: token >> UInt32(8 * index)) {
      throw NodeFault(.token, at: offset + index)
    }
    offset += byteCount
  }

  /// A head of the given major type with an argument below 65 536, which every bound here is.
  mutating func head(major: UInt8) throws(NodeFault) -> Int {
    try require(1)
    let first = block[offset]
    guard first & 0xe0 == major else { throw NodeFault(.token, at: offset) }
    let start = offset
    offset += 1
    switch first & 0x1f {
    case let value where value < 24: return Int(value)
    case 24:
      try require(1)
      let value = Int(block[offset])
      offset += 1
      guard value >= 24 else { throw NodeFault(.notMinimal, at: start) }
      return value
    case 25:
      try require(2)
      let value = Int(block[offset]) << 8 | Int(block[offset + 1])
      offset += 2
      guard value >= 256 else { throw NodeFault(.notMinimal, at: start) }
      return value
    default:
      // Longer heads are either not minimal or far beyond every bound of a node.
      throw NodeFault(.tooLarge, at: start)
    }
  }

  /// `suffix`, "p" and the prefix count: lays the whole key, which must be after the `last` one,
  /// behind it in `keys`, where there is room for a longest key.
  mutating func key(
    after last: Range<Int>, into keys: UnsafeMutableRawBufferPointer
  ) throws(NodeFault) -> Range<Int> {
    let start = offset
    let suffixCount = try head(major: 0x40)
    try require(suffixCount)
    let suffix = UnsafeRawBufferPointer(rebasing: block[offset..<offset + suffixCount])
    offset += suffixCount
    try expect(0x7061, byteCount: 2)
    let prefixStart = offset
    let shared = try head(major: 0x00)
    guard shared <= last.count else { throw NodeFault(.prefixTooLong, at: prefixStart) }
    guard shared + suffixCount <= MSTLimits.keyByteCountMax else {
      throw NodeFault(.keyTooLong, at: start)
    }
    guard let next = suffix.first else {
      // Nothing new: the key is empty, or a beginning of the last one.
      throw NodeFault(last.isEmpty ? .emptyKey : .order, at: start)
    }
    if shared < last.count {
      let replaced = keys[last.lowerBound + shared]
      if next == replaced { throw NodeFault(.prefixNotMaximal, at: prefixStart) }
      if next < replaced { throw NodeFault(.order, at: start) }
    }
    // Safe: `last` lies in `keys`, and every key before this one is within its bound.
    let destination = keys.baseAddress! + last.upperBound
    destination.copyMemory(from: keys.baseAddress! + last.lowerBound, byteCount: shared)
    (destination + shared).copyMemory(from: suffix.baseAddress!, byteCount: suffixCount)
    return last.upperBound..<last.upperBound + shared + suffixCount
  }

  mutating func optionalLink() throws(NodeFault) -> Digest? {
    try require(1)
    if block[offset] == 0xf6 {
      offset += 1
      return nil
    }
    return try link()
  }

  /// D8 2A 58 25 00 01 71 12 20 and 32 bytes.
  mutating func link() throws(NodeFault) -> Digest {
    try require(41)
    let head = block.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    guard head.littleEndian == 0x1271_0100_2558_2ad8, block[offset + 8] == 0x20 else {
      throw NodeFault(.link, at: offset)
    }
    // Safe: 41 bytes are there, so 32 follow offset 9.
    let digest = Digest(copying: block.baseAddress! + offset + 9)
    offset += 41
    return digest
  }
}
