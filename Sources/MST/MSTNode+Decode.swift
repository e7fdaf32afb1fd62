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
    var cursor = CBORCursor(block)
    let count: Int
    do throws(CBORError) {
      try cursor.expectByte(0xa2)
      try cursor.expectKey("e")
      count = try cursor.readArrayCount(max: MSTLimits.entryCountMax)
    } catch {
      throw NodeFault(error)
    }
    // Whole keys are laid out aside, since their total is known only at the end.
    let decoded = withUnsafeTemporaryAllocation(
      byteCount: max(1, count * MSTLimits.keyByteCountMax), alignment: 8
    ) { scratch in
      Result { () throws(NodeFault) in try entries(&cursor, count: count, height, scratch) }
    }
    return try decoded.get()
  }

  private static func entries(
    _ cursor: inout CBORCursor, count: Int, _ height: Int?, _ keys: UnsafeMutableRawBufferPointer
  ) throws(NodeFault) -> MSTNode {
    var leaves: [Leaf] = []
    leaves.reserveCapacity(count)
    var links: [Link] = [.empty]
    links.reserveCapacity(count + 1)
    var key = 0..<0
    for _ in 0..<count {
      key = try cursor.nodeKey(into: keys, after: key)
      links.append(try cursor.subtree("t"))
      let value = try cursor.recordLink()
      leaves.append(Leaf(keyEnd: UInt32(key.upperBound), value: value))
    }
    links[0] = try cursor.subtree("l")
    do throws(CBORError) { try cursor.finish() } catch { throw NodeFault(error) }

    let keyBytes = Array(UnsafeRawBufferPointer(keys)[..<key.upperBound])
    let height = height ?? rootHeight(keyBytes, leaves, links[0])
    if height == 0 {
      guard links.allSatisfy(\.isEmpty) else { throw NodeFault(.subtreeAtLayerZero, at: 0) }
      links = []
    }
    return MSTNode(height: height, keyBytes: keyBytes, leaves: leaves, links: links)
  }

  /// The layer of a root: that of its first key. Without keys it is the empty tree, at zero, or not
  /// trimmed, which the caller refuses: one above zero.
  private static func rootHeight(_ keyBytes: [UInt8], _ leaves: [Leaf], _ left: Link) -> Int {
    guard let first = leaves.first else { return left.isEmpty ? 0 : 1 }
    return keyBytes.withUnsafeBytes {
      MSTKey.height(of: UnsafeRawBufferPointer(rebasing: $0[..<Int(first.keyEnd)]))
    }
  }
}

extension CBORCursor {
  /// `{"k": suffix, "p": prefix count, …`: lays the whole key, which must be after the `last` one,
  /// behind it in `keys`, where there is room for a longest key.
  fileprivate mutating func nodeKey(
    into keys: UnsafeMutableRawBufferPointer, after last: Range<Int>
  ) throws(NodeFault) -> Range<Int> {
    let start = offset
    let suffix: UnsafeRawBufferPointer
    let prefix: UInt64
    do throws(CBORError) {
      try expectByte(0xa4)
      try expectKey("k")
      suffix = try readBytes()
      try expectKey("p")
      prefix = try readUnsigned()
    } catch {
      throw NodeFault(error)
    }
    guard prefix <= last.count else { throw NodeFault(.prefixTooLong, at: start) }
    let shared = Int(prefix)
    guard shared + suffix.count <= MSTLimits.keyByteCountMax else {
      throw NodeFault(.keyTooLong, at: start)
    }
    guard let next = suffix.first, let source = suffix.baseAddress else {
      // Nothing new: the key is empty, or a beginning of the last one.
      throw NodeFault(last.isEmpty ? .emptyKey : .order, at: start)
    }
    if shared < last.count {
      let replaced = keys[last.lowerBound + shared]
      if next == replaced { throw NodeFault(.prefixNotMaximal, at: start) }
      if next < replaced { throw NodeFault(.order, at: start) }
    }
    // Safe: `last` lies in `keys`, and every key before this one is within its bound.
    let destination = keys.baseAddress! + last.upperBound
    destination.copyMemory(from: keys.baseAddress! + last.lowerBound, byteCount: shared)
    (destination + shared).copyMemory(from: source, byteCount: suffix.count)
    return last.upperBound..<last.upperBound + shared + suffix.count
  }

  /// A key and the subtree under it: a link to a node, or null.
  fileprivate mutating func subtree(_ key: StaticString) throws(NodeFault) -> Link {
    do throws(CBORError) {
      try expectKey(key)
      if skipNull() { return .empty }
    } catch {
      throw NodeFault(error)
    }
    return .stored(try structureLink())
  }

  /// `"v": link`, the record.
  fileprivate mutating func recordLink() throws(NodeFault) -> Digest {
    do throws(CBORError) { try expectKey("v") } catch { throw NodeFault(error) }
    return try structureLink()
  }

  private mutating func structureLink() throws(NodeFault) -> Digest {
    let start = offset
    let cid: CID
    do throws(CBORError) { cid = try readLink() } catch { throw NodeFault(error) }
    guard cid.codec == .dagCBOR else { throw NodeFault(.link, at: start) }
    return cid.digest
  }
}
