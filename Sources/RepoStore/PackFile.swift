// PackFile.swift: blocks that no event carries, laid down once and never changed.
//
//   page 0    magic, version, number, store id, repo, byte count of the body, checksum of the page
//   body      CAR sections: varint length, CID, block; in the order of an export
//
// A pack belongs to the store from the `attach` entry on that names its size and checksum; before
// that it does not exist, and whatever lies around under its name is removed.
import DAGCBOR

/// The body of a pack in the making: sections, summed and written chunk by chunk.
struct PackBody: Sendable {
  static let chunkByteCount = 1 << 20

  let file: any DiskFile
  private var buffer: [UInt8] = []
  private var written = LogFormat.pageByteCount
  private(set) var checksum: UInt64 = 0

  /// - Parameter file: empty.
  init(in file: any DiskFile) {
    self.file = file
    buffer.reserveCapacity(PackBody.chunkByteCount + (1 << 16))
  }

  /// Where the next section begins, and how many bytes the pack has so far, its page included.
  var end: Int { written + buffer.count }

  mutating func append(_ cid: CID, _ block: RawSpan) throws(DiskError) {
    CARWriter.appendSection(cid: cid, block: block, to: &buffer)
    if buffer.count >= PackBody.chunkByteCount { try flush() }
  }

  /// Writes what is still in memory. Called before the end it changes the pack's chunks.
  mutating func flush() throws(DiskError) {
    guard !buffer.isEmpty else { return }
    try file.write(buffer, at: written)
    checksum = buffer.withUnsafeBytes { Checksum.of($0, seed: checksum) }
    written += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Writes a pack under a temporary name, section by section.
struct PackWriter {
  private let disk: any Disk
  private let layout: StoreLayout
  private let identity: StoreIdentity
  private let temporary: String
  let number: UInt32
  private let repo: RepoID
  private var body: PackBody

  /// - Parameter begun: a body that is in the directory of packs already; nil for a new file.
  init(
    number: UInt32, repo: RepoID, identity: StoreIdentity, in files: LogFiles,
    begun: PackBody? = nil
  ) throws(DiskError) {
    self.number = number
    self.repo = repo
    self.identity = identity
    layout = files.layout
    disk = files.disk
    if let begun {
      temporary = begun.file.path
      body = begun
    } else {
      temporary = layout.path(of: .pack(number)) + ".new"
      body = PackBody(in: try disk.open(temporary, .creating))
    }
  }

  mutating func append(_ cid: CID, _ block: [UInt8]) throws(DiskError) {
    try body.append(cid, block.span.bytes)
  }

  /// Makes the pack durable under its name. Not part of the store before it is attached.
  mutating func finish() throws(DiskError) -> StoreState.PackMark {
    try body.flush()
    try body.file.write(page, at: 0)
    try body.file.sync()
    let path = layout.path(of: .pack(number))
    try disk.rename(temporary, to: path)
    try disk.syncDirectory(layout.packs)
    return StoreState.PackMark(
      number: number, repo: repo, byteCount: body.end, checksum: body.checksum)
  }

  /// Gives up: nothing of it stays, under either name.
  func discard() throws(DiskError) {
    for path in [temporary, layout.path(of: .pack(number))] where disk.exists(path) {
      try disk.remove(path)
    }
  }

  private var page: [UInt8] {
    var page = [UInt8](repeating: 0, count: LogFormat.pageByteCount)
    page.withUnsafeMutableBytes { page in
      // Safe: all offsets lie in the first 64 bytes of a page of 4096.
      page.store(LogFormat.packMagic, at: 0)
      page.store(LogFormat.version, at: 8)
      page.store(number, at: 12)
      page.store(identity.store.0, at: 16)
      page.store(identity.store.1, at: 24)
      page.store(repo.rawValue, at: 32)
      page.store(UInt64(body.end - LogFormat.pageByteCount), at: 40)
      page.store(body.checksum, at: 48)
      page.store(Checksum.of(UnsafeRawBufferPointer(rebasing: page[..<56]), seed: 0), at: 56)
    }
    return page
  }
}

/// Reads a pack from front to back, checking it against its `attach` entry.
struct PackReader {
  private let mark: StoreState.PackMark
  private let files: LogFiles

  init(_ mark: StoreState.PackMark, in files: LogFiles) {
    self.mark = mark
    self.files = files
  }

  /// Takes the pack into `index`, chunk by chunk, so that memory is bounded whatever its size.
  ///
  /// - Parameter leaving: files that it is preferred to; nil for a pack that is not attached yet:
  ///   it is preferred to none, and where it holds what others hold it counts as taken in only when
  ///   it is taken in again.
  /// - Throws: `.corrupt` with the pack's path where it is not what was attached.
  func add(to index: any BlockIndex, leaving: Set<BlockFile>? = nil) throws(StoreError) {
    let blocksPerChunk = 100_000
    var blocks: [IndexedBlock] = []
    var stayed = false
    func flush(isLast: Bool) throws(StoreError) {
      let some = try index.add(
        blocks, ofPack: mark.number, isLast: isLast, leaving: leaving ?? [])
      stayed = stayed || some
      blocks.removeAll(keepingCapacity: true)
    }
    try forEachBlock { block throws(StoreError) in
      blocks.append(block)
      if blocks.count == blocksPerChunk { try flush(isLast: false) }
    }
    try flush(isLast: false)
    if leaving != nil || !stayed { try flush(isLast: true) }
  }

  /// Calls `body` with each block and its CID.
  func forEachBytes(_ body: (CID, [UInt8]) throws(StoreError) -> Void) throws(StoreError) {
    let path = files.layout.path(of: .pack(mark.number))
    _ = try forEachChunk { chunk, start throws(StoreError) in
      let sections = try translate({ () throws(FieldFault) in
        try CARSection.bare(in: chunk, 0..<chunk.count)
      }) { _ in StoreError.corrupt(Corruption(.pack, path, at: start)) }
      for section in sections { try body(section.cid, Array(chunk[section.block])) }
    }
  }

  /// Calls `body` with each block's place, and checks the whole against the checksum.
  func forEachBlock(
    _ body: (IndexedBlock) throws(StoreError) -> Void
  ) throws(StoreError) {
    let path = files.layout.path(of: .pack(mark.number))
    let checksum = try forEachChunk { chunk, start throws(StoreError) in
      let range = 0..<chunk.count
      let sections = try translate({ () throws(FieldFault) in
        try CARSection.bare(in: chunk, range)
      }) { _ in StoreError.corrupt(Corruption(.pack, path, at: start)) }
      for section in sections {
        try body(
          IndexedBlock(
            key: BlockKey(repo: mark.repo, digest: section.cid.digest),
            location: BlockLocation(
              file: .pack(mark.number), offset: start + section.offset,
              byteCount: section.byteCount)))
      }
    }
    guard checksum == mark.checksum else { throw .corrupt(Corruption(.pack, path)) }
  }

  /// Calls `body` with the chunks as they were written; each holds whole sections.
  ///
  /// A chunk ends where the writer flushed: after the first section that fills it.
  private func forEachChunk(
    _ body: ([UInt8], Int) throws(StoreError) -> Void
  ) throws(StoreError) -> UInt64 {
    let path = files.layout.path(of: .pack(mark.number))
    let file = try onDisk { () throws(DiskError) in try files.file(.pack(mark.number)) }
    var offset = LogFormat.pageByteCount
    var checksum: UInt64 = 0
    var window: [UInt8] = []
    while offset < mark.byteCount {
      let wanted = min(
        PackBody.chunkByteCount + Limits.carBlockByteCountMax, mark.byteCount - offset)
      let start = offset
      window = try onDisk { () throws(DiskError) in try file.bytes(at: start, byteCount: wanted) }
      guard let end = CARSection.end(ofChunkIn: window, filling: PackBody.chunkByteCount),
        end > 0
      else { throw .corrupt(Corruption(.pack, path, at: offset)) }
      let chunk = Array(window[..<end])
      try body(chunk, offset)
      checksum = chunk.withUnsafeBytes { Checksum.of($0, seed: checksum) }
      offset += end
    }
    return checksum
  }
}

extension CARSection {
  /// The sections in `range`, which holds no header.
  static func bare(in bytes: [UInt8], _ range: Range<Int>) throws(FieldFault) -> [CARSection] {
    try sections(in: bytes, range, hasHeader: false)
  }

  /// Where the chunk at the front of `window` ends: after the first section that reaches `target`
  /// bytes, or with the window.
  static func end(ofChunkIn window: [UInt8], filling target: Int) -> Int? {
    window.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count && offset < target {
        guard case .value(let count) = Varint.read(bytes, at: &offset),
          count <= UInt64(bytes.count - offset)
        else { return nil }
        offset += Int(count)
      }
      return offset
    }
  }
}
