// ReadAhead.swift: the blocks of one repo, read from the disk as they lie.
//
// Whoever goes along a whole tree asks for blocks in the order of an export, which is the order in
// which a pack holds them. So the section behind a block is looked at before the index is asked
// where the next one is, and as long as that is right, more and more is read at once. Blocks are
// hashed, as all that comes from the disk is. Not here: keeping blocks (BlockCache).
import DAGCBOR
import MST
import Synchronization

/// Reads a repo's blocks past the cache. One for each walk: it is at one place at a time.
final class ReadAhead: BlockReader {
  private let blocks: StoreBlocks
  private let window: Mutex<SectionWindow>

  init(_ blocks: StoreBlocks) {
    self.blocks = blocks
    window = Mutex(SectionWindow())
  }

  func block(_ cid: CID) throws(BlockReadFailure) -> [UInt8]? {
    try translate({ () throws(StoreError) in
      try with(cid) { $0.withUnsafeBytes { Array($0) } }
    }) { BlockReadFailure(reason: $0.description) }
  }

  /// Appends a block's CAR section to `car`, copied once.
  ///
  /// - Returns: whether the store holds the block.
  func appendSection(of cid: CID, to car: inout [UInt8]) throws(StoreError) -> Bool {
    let section: Void? = try with(cid) { block in
      CARWriter.appendSection(cid: cid, block: block, to: &car)
    }
    return section != nil
  }

  /// Runs `body` with the bytes of a block that were found to be its; nil where no file holds it.
  private func with<Value: Sendable>(
    _ cid: CID, _ body: (RawSpan) -> Value
  ) throws(StoreError) -> Value? {
    let result = window.withLock { window -> Result<Value?, StoreError> in
      do throws(StoreError) {
        guard let range = try find(cid, in: &window) else { return .success(nil) }
        let block = window.bytes.span.bytes.extracting(range)
        if Digest(of: block) == cid.digest { return .success(body(block)) }
        // Another copy may be whole; where none is, this says which is not, and where.
        return .success(try blocks.bytesOnDisk(of: cid).map { body($0.span.bytes) })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Where in the window a block is, after it was brought there.
  private func find(
    _ cid: CID, in window: inout SectionWindow
  ) throws(StoreError) -> Range<Int>? {
    if let range = try onDisk({ () throws(DiskError) in try window.following(cid) }) {
      return range
    }
    let key = BlockKey(repo: blocks.repo, digest: cid.digest)
    guard let location = try blocks.log.location(of: key) else { return nil }
    do throws(DiskError) {
      let file = try blocks.log.files.file(location.file)
      return try window.jump(to: location, in: file)
    } catch {
      // A compaction may have moved it between the look and the read.
      guard let bytes = try blocks.bytesOnDisk(of: cid) else { return nil }
      window = SectionWindow()
      window.bytes = bytes
      return 0..<bytes.count
    }
  }
}

/// A part of a file that holds CAR sections, and where in it the next one begins.
struct SectionWindow: Sendable {
  /// How much is read behind a block that was looked up: enough for the head of the next section,
  /// and for the whole of most.
  static let behindByteCount = 512
  static let byteCountMax = 256 << 10
  /// A length, and a CID.
  private static let headByteCountMax = 9 + CID.byteCount

  fileprivate(set) var bytes: [UInt8] = []
  private var file: (any DiskFile)?
  private var name: BlockFile?
  /// Of the first byte here, in the file.
  private var start = 0
  /// Of the section that is expected next, in `bytes`.
  private var next = 0
  /// How much the next reading on takes; it doubles while sections are found where they should be.
  private var readByteCount = 4 << 10
  /// Whether the last block was found behind the one before it.
  private var isFollowing = false

  /// Where in the file the section behind the last block begins.
  var position: Int { start + next }

  /// Where the section began that `following` found last.
  private(set) var followingStart = 0

  /// Whether the block at `range` stands behind its CID.
  func isNamed(_ cid: CID, at range: Range<Int>) -> Bool {
    guard range.lowerBound >= CID.byteCount else { return false }
    return bytes.withUnsafeBytes { bytes in
      let name = bytes[range.lowerBound - CID.byteCount..<range.lowerBound]
      return CID(binary: UnsafeRawBufferPointer(rebasing: name)) == cid
    }
  }

  /// The block of the next section, if that is what is asked for.
  ///
  /// Reads on only where the section has begun to be right, or the last ones were.
  mutating func following(_ cid: CID) throws(DiskError) -> Range<Int>? {
    guard file != nil else { return nil }
    var found = section(cid)
    if case .cut(let byteCount) = found {
      try readOn(atLeast: byteCount)
      found = section(cid)
    }
    guard case .whole(let range) = found else {
      isFollowing = false
      return nil
    }
    isFollowing = true
    followingStart = position
    next = range.upperBound
    return range
  }

  private enum Found {
    case other
    case whole(Range<Int>)
    /// More of it has to be read: this many bytes at least.
    case cut(Int)
  }

  private func section(_ cid: CID) -> Found {
    bytes.withUnsafeBytes { bytes in
      var offset = next
      let length: UInt64
      switch Varint.read(bytes, at: &offset) {
      case .value(let value): length = value
      case .incomplete: return isFollowing ? .cut(SectionWindow.headByteCountMax) : .other
      case .tooLong, .notMinimal: return .other
      }
      guard length >= UInt64(CID.byteCount),
        length <= UInt64(CID.byteCount + Limits.carBlockByteCountMax)
      else { return .other }
      let end = offset + Int(length)
      guard bytes.count - offset >= CID.byteCount else {
        return isFollowing ? .cut(SectionWindow.headByteCountMax) : .other
      }
      let name = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + CID.byteCount])
      guard CID(binary: name) == cid else { return .other }
      return end <= bytes.count ? .whole(offset + CID.byteCount..<end) : .cut(end - next)
    }
  }

  private mutating func readOn(atLeast byteCount: Int) throws(DiskError) {
    guard let file else { return }
    start += next
    next = 0
    bytes = try file.bytes(at: start, byteCount: max(byteCount, readByteCount))
    readByteCount = min(2 * readByteCount, SectionWindow.byteCountMax)
  }

  /// The block at a place that was looked up. What the file lacks there is left to whoever hashes.
  mutating func jump(
    to location: BlockLocation, in file: any DiskFile
  ) throws(DiskError) -> Range<Int> {
    let isHere =
      name == location.file && location.offset >= start
      && location.offset + location.byteCount <= start + bytes.count
    if !isHere {
      bytes = try file.bytes(
        at: location.offset, byteCount: location.byteCount + SectionWindow.behindByteCount)
      self.file = file
      name = location.file
      start = location.offset
      readByteCount = 4 << 10
    }
    let first = location.offset - start
    next = min(first + location.byteCount, bytes.count)
    return min(first + CID.byteCount, next)..<next
  }
}
