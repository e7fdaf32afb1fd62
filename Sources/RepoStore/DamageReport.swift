// DamageReport.swift: which blocks a damaged stretch of the log holds, by name.
//
// Where an entry is damaged, nothing in it is believed and nothing of it is served; but the blocks
// that it carries name themselves, so that the one whose bytes have changed can be told. A block
// stands in a CAR inside of its entry:
//
//   length (varint) ‖ CID (36 bytes) ‖ block
//
// A CID inside of a node or a record has a zero before it, which is no length of a block.
// Not here: finding the damage (Recovery), checking what is whole (StoreCheck).
import DAGCBOR

extension RepoStore {
  /// Bytes that are read at a time, and of each such piece the part that is read again with the
  /// next: more than any block has.
  private static let pieceByteCount = 8 << 20
  private static let overlapByteCount = Limits.carBlockByteCountMax + 64

  /// What is wrong with the log, as a problem of every repo: one for each block whose bytes are not
  /// those of its name, and at least one where the store is damaged at all.
  ///
  /// Cost: from the damage on its file is read once.
  public func damageProblems() throws(StoreError) -> [RepoProblem] {
    guard let damage else { return [] }
    let blocks = try changedBlocks(in: damage)
    if blocks.isEmpty {
      return [
        RepoProblem(
          rule: "log", cid: nil, path: damage.path, offset: damage.offset, message: "\(damage)")
      ]
    }
    return blocks.map { block in
      RepoProblem(
        rule: "log", cid: block.cid, path: damage.path, offset: block.offset,
        message: "the block does not hash to its name, in \(damage)")
    }
  }

  private func changedBlocks(
    in damage: Corruption
  ) throws(StoreError) -> [(cid: CID, offset: Int)] {
    guard damage.kind == .entry,
      let name = damage.path.split(separator: "/").last,
      let segment = StoreLayout.number(of: String(name), suffix: ".seg")
    else { return [] }
    return try onDisk { () throws(DiskError) in
      let file = try log.files.file(.segment(segment))
      let end = try file.byteCount()
      var found: [(cid: CID, offset: Int)] = []
      var position = damage.offset
      while position < end {
        let bytes = try file.bytes(
          at: position, byteCount: min(Self.pieceByteCount, end - position))
        let isLast = position + bytes.count >= end
        let limit = isLast ? bytes.count : bytes.count - Self.overlapByteCount
        found += DamagedBlocks(bytes).changed(before: limit).map { ($0.cid, position + $0.offset) }
        position += limit
      }
      return found
    }
  }
}

/// Bytes among which blocks of CARs lie, wherever they begin.
struct DamagedBlocks {
  /// Longer lengths than of three bytes are of blocks that nobody writes.
  private static let lengthByteCountMax = 4

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The blocks that begin before `limit` and do not hash to their names.
  func changed(before limit: Int) -> [(cid: CID, offset: Int)] {
    bytes.withUnsafeBytes { bytes in
      var changed: [(cid: CID, offset: Int)] = []
      var index = 1
      while index < min(limit, bytes.count - CID.byteCount) {
        // The first two bytes of every CID that blocks are named by.
        guard bytes[index] == 1, bytes[index + 1] == 0x71 || bytes[index + 1] == 0x55,
          let cid = CID(
            binary: UnsafeRawBufferPointer(rebasing: bytes[index..<index + CID.byteCount]))
        else {
          index += 1
          continue
        }
        let start = index + CID.byteCount
        let ends = DamagedBlocks.ends(ofBlockAt: index, in: bytes)
        let end = ends.first { end in
          Digest(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) == cid.digest
        }
        if end == nil, !ends.isEmpty { changed.append((cid, start)) }
        // The length may be what has changed: the blocks behind it are found all the same.
        index = end ?? start
      }
      return changed
    }
  }

  /// Where the block may end whose CID is at `index`: the length before it has one byte or more,
  /// and what stands before the length may look like a part of it.
  private static func ends(ofBlockAt index: Int, in bytes: UnsafeRawBufferPointer) -> [Int] {
    guard bytes[index - 1] < 0x80 else { return [] }
    var ends: [Int] = []
    for count in 1...min(lengthByteCountMax, index) {
      if count > 1, bytes[index - count] < 0x80 { break }
      var length = 0
      for offset in 0..<count {
        length |= Int(bytes[index - count + offset] & 0x7f) << (7 * offset)
      }
      if length > CID.byteCount, index + length <= bytes.count { ends.append(index + length) }
    }
    return ends
  }
}
