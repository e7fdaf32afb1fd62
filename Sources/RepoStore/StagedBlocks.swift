// StagedBlocks.swift: blocks from outside, set aside until they are known to be a repo.
//
// They come in any order and number, so they are written to a file of no name in the store, with a
// table in memory of where each is: half a digest and a place, about 40 bytes a block. The CID is
// compared on every read; half a digest need not be unique to be safe.
// The file is laid out as a pack: blocks that came in the order of an export are one already.
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

  /// Offset of the CID in the file (40 bits) and bytes of the block (24 bits).
  private struct Place {
    var word: UInt64

    init(offset: Int, byteCount: Int) { word = UInt64(offset) << 24 | UInt64(byteCount) }

    var offset: Int { Int(word >> 24) }
    var byteCount: Int { Int(word & 0xff_ffff) }
  }

  private struct Table {
    var places: [Half: Place] = [:]
    var body: PackBody
  }

  private let disk: any Disk
  let file: any DiskFile
  private let table: Mutex<Table>

  /// - Parameter path: a new file, which goes with `discard`.
  init(_ path: String, on disk: any Disk) throws(DiskError) {
    self.disk = disk
    file = try disk.open(path, .creating)
    table = Mutex(Table(body: PackBody(in: file)))
  }

  /// Sets a block aside, unless it is there already.
  func append(_ cid: CID, _ block: [UInt8]) throws(DiskError) {
    let result = table.withLock { table -> Result<Void, DiskError> in
      let half = Half(cid.digest)
      guard table.places[half] == nil else { return .success(()) }
      return Result { () throws(DiskError) in
        try table.body.append(cid, block.span.bytes)
        table.places[half] = Place(
          offset: table.body.end - CID.byteCount - block.count, byteCount: block.count)
      }
    }
    try result.get()
  }

  /// Writes what is still in memory: everything can be read from here on, and nothing is added.
  func finish() throws(DiskError) {
    let result = table.withLock { table in
      Result { () throws(DiskError) in try table.body.flush() }
    }
    try result.get()
  }

  /// All of it as the body of a pack.
  var body: PackBody { table.withLock { $0.body } }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    guard let place = place(of: cid) else { return nil }
    var section = try translate({ () throws(DiskError) in
      try file.bytes(at: place.offset, byteCount: place.byteCount)
    }) { BlockReadFailure(reason: $0.description) }
    let isNamed = section.withUnsafeBytes { bytes in
      bytes.count >= CID.byteCount
        && CID(binary: UnsafeRawBufferPointer(rebasing: bytes[..<CID.byteCount])) == cid
    }
    guard isNamed else { return nil }
    section.removeSubrange(..<CID.byteCount)
    return section
  }

  /// Where CID and block of `cid` are, if its half is known.
  fileprivate func place(of cid: CID) -> (offset: Int, byteCount: Int)? {
    table.withLock { table in
      table.places[Half(cid.digest)].map { ($0.offset, CID.byteCount + $0.byteCount) }
    }
  }

  /// Gives the file up, unless it has become a pack.
  func discard() throws(DiskError) {
    if disk.exists(file.path) { try disk.remove(file.path) }
  }
}

/// A walk along blocks that were set aside: they are read as they lie, and whether they lie as the
/// walk goes is found out on the way.
final class StagedWalk: BlockReader {
  private let staged: StagedBlocks
  private let state = Mutex(State())

  private struct State {
    var window = SectionWindow()
    /// Where the section after all that were asked for begins.
    var end = LogFormat.pageByteCount
    var isInOrder = true

    /// Takes note of a section that was asked for.
    mutating func note(from start: Int, to end: Int) {
      if start == self.end { self.end = end } else if start > self.end { isInOrder = false }
    }
  }

  init(_ staged: StagedBlocks) { self.staged = staged }

  /// Whether every block was asked for, and each for the first time when those before it had been:
  /// the file is what a pack of this walk would be.
  var isPack: Bool { state.withLock { $0.isInOrder && $0.end == staged.body.end } }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    try with(cid) { $0.withUnsafeBytes { Array($0) } }
  }

  /// Runs `body` with the bytes of a block that stand behind its CID; nil where it was not among
  /// those set aside. Whether they hash to it was seen when they came.
  func with<Value: Sendable>(
    _ cid: CID, _ body: (RawSpan) -> Value
  ) throws(BlockReadFailure) -> Value? {
    let result = state.withLock { state in
      Result { () throws(DiskError) in
        guard let range = try find(cid, in: &state) else { return Value?.none }
        return body(state.window.bytes.span.bytes.extracting(range))
      }
    }
    return try translate({ () throws(DiskError) in try result.get() }) {
      BlockReadFailure(reason: $0.description)
    }
  }

  private func find(_ cid: CID, in state: inout State) throws(DiskError) -> Range<Int>? {
    if let range = try state.window.following(cid) {
      state.note(from: state.window.followingStart, to: state.window.position)
      return range
    }
    guard let place = staged.place(of: cid) else { return nil }
    let location = BlockLocation(
      file: .pack(0), offset: place.offset, byteCount: place.byteCount)
    let range = try state.window.jump(to: location, in: staged.file)
    guard state.window.isNamed(cid, at: range) else { return nil }
    let head = CARWriter.sectionByteCount(blockByteCount: range.count) - range.count - CID.byteCount
    state.note(from: place.offset - head, to: state.window.position)
    return range
  }
}
