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
    let decoded = withUnsafeTemporaryAllocation(byteCount: KeyRoom.lentByteCount, alignment: 8) {
      room in
      Result { () throws(NodeFault) in
        var keys = KeyRoom(borrowing: room)
        return try entries(&cursor, count: count, height, &keys)
      }
    }
    return try decoded.get()
  }

  private static func entries(
    _ cursor: inout CBORCursor, count: Int, _ height: Int?, _ keys: inout KeyRoom
  ) throws(NodeFault) -> MSTNode {
    var leaves: [Leaf] = []
    leaves.reserveCapacity(count)
    // Most nodes are leaves, so links take memory from the first one on.
    var links: [Link] = []
    var key = 0..<0
    for index in 0..<count {
      key = try cursor.nodeKey(into: &keys, after: key)
      if let subtree = try cursor.subtree("t") {
        if links.isEmpty { links = Array(repeating: .empty, count: count + 1) }
        links[index + 1] = .stored(subtree)
      }
      let value = try cursor.recordLink()
      leaves.append(Leaf(keyEnd: UInt32(key.upperBound), value: value))
    }
    if let subtree = try cursor.subtree("l") {
      if links.isEmpty { links = Array(repeating: .empty, count: count + 1) }
      links[0] = .stored(subtree)
    }
    do throws(CBORError) { try cursor.finish() } catch { throw NodeFault(error) }

    let keyBytes = Array(keys.bytes(..<key.upperBound))
    let height = height ?? rootHeight(keyBytes, leaves, isBranch: !links.isEmpty)
    if height == 0 {
      guard links.isEmpty else { throw NodeFault(.subtreeAtLayerZero, at: 0) }
    } else if links.isEmpty {
      links = Array(repeating: .empty, count: count + 1)
    }
    return MSTNode(height: height, keyBytes: keyBytes, leaves: leaves, links: links)
  }

  /// The layer of a root: that of its first key. Without keys it is the empty tree, at zero, or not
  /// trimmed, which the caller refuses: one above zero.
  private static func rootHeight(
    _ keyBytes: [UInt8], _ leaves: [Leaf], isBranch: Bool
  ) -> Int {
    guard let first = leaves.first else { return isBranch ? 1 : 0 }
    return keyBytes.withUnsafeBytes {
      MSTKey.height(of: UnsafeRawBufferPointer(rebasing: $0[..<Int(first.keyEnd)]))
    }
  }
}

extension CBORCursor {
  /// `{"k": suffix, "p": prefix count, …`: lays the whole key, which must be after the `last` one,
  /// behind it in `keys`.
  fileprivate mutating func nodeKey(
    into keys: inout KeyRoom, after last: Range<Int>
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
    guard let next = suffix.first else {
      // Nothing new: the key is empty, or a beginning of the last one.
      throw NodeFault(last.isEmpty ? .emptyKey : .order, at: start)
    }
    if shared < last.count {
      let replaced = keys.byte(at: last.lowerBound + shared)
      if next == replaced { throw NodeFault(.prefixNotMaximal, at: start) }
      if next < replaced { throw NodeFault(.order, at: start) }
    }
    let end = last.upperBound + shared + suffix.count
    keys.reserve(end, keeping: last.upperBound)
    keys.duplicate(last.lowerBound..<last.lowerBound + shared, at: last.upperBound)
    keys.put(suffix, at: last.upperBound + shared)
    return last.upperBound..<end
  }

  /// A key and the subtree under it: a link to a node, or null.
  fileprivate mutating func subtree(_ key: StaticString) throws(NodeFault) -> Digest? {
    do throws(CBORError) {
      try expectKey(key)
      if skipNull() { return nil }
    } catch {
      throw NodeFault(error)
    }
    return try structureLink()
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
