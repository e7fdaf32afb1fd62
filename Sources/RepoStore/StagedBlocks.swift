// StagedBlocks.swift: blocks from outside, set aside until they are known to be a repo.
//
// They come in any order and number, so they are written to a file of no name in the store, with a
// table in memory of where each is: half a digest and a place, about 40 bytes a block. The CID is
// compared on every read; half a digest need not be unique to be safe.
import DAGCBOR
import MST
import Synchronization

final class StagedBlocks: BlockReader {
  private struct Half: Hashable {
    var a: UInt64
    var b: UInt64

    init(_ digest: Digest) { (a, b) = digest.halfWords }

    func hash(into hasher: inout Hasher) { hasher.combine(a) }
  }

  /// Offset in the file (40 bits) and bytes of the block (24 bits).
  private struct Place {
    var word: UInt64

    init(offset: Int, byteCount: Int) { word = UInt64(offset) << 24 | UInt64(byteCount) }

    var offset: Int { Int(word >> 24) }
    var byteCount: Int { Int(word & 0xff_ffff) }
  }

  private struct Table {
    var places: [Half: Place] = [:]
    var buffer: [UInt8] = []
    var written = 0
  }

  static let bufferByteCount = 1 << 20

  private let disk: any Disk
  private let file: any DiskFile
  private let table = Mutex(Table())

  /// - Parameter path: a new file, which goes with `discard`.
  init(_ path: String, on disk: any Disk) throws(DiskError) {
    self.disk = disk
    file = try disk.open(path, .creating)
  }

  /// Sets a block aside, unless it is there already.
  func append(_ cid: CID, _ block: [UInt8]) throws(DiskError) {
    let full = table.withLock { table -> (bytes: [UInt8], offset: Int)? in
      let half = Half(cid.digest)
      guard table.places[half] == nil else { return nil }
      table.places[half] = Place(
        offset: table.written + table.buffer.count, byteCount: block.count)
      table.buffer += cid.binary
      table.buffer += block
      guard table.buffer.count >= StagedBlocks.bufferByteCount else { return nil }
      return StagedBlocks.taken(from: &table)
    }
    if let full { try file.write(full.bytes, at: full.offset) }
  }

  /// Writes what is still in memory: everything can be read from here on.
  func finish() throws(DiskError) {
    let rest = table.withLock { StagedBlocks.taken(from: &$0) }
    try file.write(rest.bytes, at: rest.offset)
  }

  private static func taken(from table: inout Table) -> (bytes: [UInt8], offset: Int) {
    defer {
      table.written += table.buffer.count
      table.buffer = []
    }
    return (table.buffer, table.written)
  }

  var byteCount: Int { table.withLock { $0.written + $0.buffer.count } }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    guard let place = table.withLock({ $0.places[Half(cid.digest)] }) else { return nil }
    var section = try translate({ () throws(DiskError) in
      try file.bytes(at: place.offset, byteCount: CID.byteCount + place.byteCount)
    }) { BlockReadFailure(reason: $0.description) }
    guard section.starts(with: cid.binary) else { return nil }
    section.removeSubrange(..<CID.byteCount)
    return section
  }

  /// Gives the file up.
  func discard() throws(DiskError) { try disk.remove(file.path) }
}
