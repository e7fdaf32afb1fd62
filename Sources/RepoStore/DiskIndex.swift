// DiskIndex.swift: the index in `index/`: LMDB for where blocks are, a file a segment for its
// entries.
//
//   locations   RepoID (4, big-endian) ‖ digest (16 of 32)  →  file (4) ‖ offset (8) ‖ bytes (4)
//   files       file code (4)                               →  first LSN (8)
//   mark        "applied"                                   →  the clean mark's text
//
// Half a digest is enough to find a block, not to trust it: the CID at the location is compared by
// whoever reads it. Segments come in when they are sealed, thousands of commits at a time, sorted:
// keys are random, and a B-tree that takes them one by one writes a page for each.
// All of it can be thrown away: what is damaged or not ours is deleted and built again.
import CLMDB
import DAGCBOR
import Glibc
import Synchronization

final class DiskIndex: BlockIndex {
  private let directory: String
  private let current: Mutex<IndexDatabase>
  /// Held while anything is changed: what is copied is all there is.
  private let changing = Mutex(())
  private let recentEntries = Mutex<[UInt32: [EntrySummary]]>([:])

  /// Opens the index in `directory`, which is made where it is missing.
  init(_ directory: String) throws(StoreError) {
    self.directory = directory
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw .disk(DiskError("mkdir", directory))
    }
    do throws(StoreError) {
      current = Mutex(try IndexDatabase(directory))
    } catch .disk(let error) where error.code == EIO {
      // What LMDB says of files that it cannot read. They are derived: begin again.
      for name in try onDisk({ () throws(DiskError) in try SystemDisk().names(in: directory) }) {
        try DerivedFile.remove("\(directory)/\(name)")
      }
      current = Mutex(try IndexDatabase(directory))
    }
  }

  /// The database; one that is replaced meanwhile stays readable for whoever has it.
  private var database: IndexDatabase { current.withLock { $0 } }

  /// Removed keys stay in free pages of the database, so a copy without them takes its place.
  func rewrite() throws(StoreError) {
    try change { () throws(StoreError) in try replaceDatabase() }
  }

  private func change<R: Sendable>(
    _ body: () throws(StoreError) -> R
  ) throws(StoreError) -> R {
    try changing.withLock { _ in Result { () throws(StoreError) in try body() } }.get()
  }

  private func replaceDatabase() throws(StoreError) {
    let folder = "\(directory)/next"
    try DerivedFile.makeFolder(folder)
    try database.copy(to: folder)
    try onDisk { () throws(DiskError) in
      try SystemDisk().open("\(folder)/data.mdb", .writing).sync()
    }
    try DerivedFile.remove(activePath)
    for name in ["data.mdb", "lock.mdb"] { try DerivedFile.move(name, from: folder, to: directory) }
    let new = try IndexDatabase(directory)
    current.withLock { $0 = new }
  }

  var applied: CleanMark? {
    get throws(StoreError) {
      try database.mark()
    }
  }

  func files() throws(StoreError) -> Set<UInt32> {
    try database.files()
  }

  func location(of key: BlockKey) throws(StoreError) -> BlockLocation? {
    try database.location(of: key)
  }

  func add(
    _ contents: SegmentContents, identity: StoreIdentity, leaving: Set<BlockFile>?
  ) throws(StoreError) {
    try EntryFile(directory, contents.number).write(contents.entries)
    let mark = CleanMark(
      identity: identity, lsn: contents.lastLSN, checksum: contents.lastChecksum)
    let blocks = contents.allBlocks.map { IndexedBlock(key: $0.key, location: $0.value) }
    try change { () throws(StoreError) in
      try database.add(
        blocks, file: .segment(contents.number), mark: contents.entries.isEmpty ? nil : mark,
        leaving: leaving.map { Set($0.map(\.code)) })
    }
  }

  func add(
    _ blocks: [IndexedBlock], ofPack number: UInt32, isLast: Bool, leaving: Set<BlockFile>
  ) throws(StoreError) -> Bool {
    let pack = BlockFile.pack(number)
    let codes = Set(leaving.map(\.code)).union([pack.code])
    return try change { () throws(StoreError) in
      try database.add(blocks, file: isLast ? pack : nil, leaving: codes)
    }
  }

  func activeRun() throws(StoreError) -> ActiveRun? {
    try DerivedFile.read(activePath).flatMap { ActiveRun($0) }
  }

  func keep(_ run: ActiveRun) throws(StoreError) {
    try DerivedFile.write(run.encoded, to: activePath)
  }

  func clear() throws(StoreError) {
    for code in try database.files() {
      if case .segment(let number) = BlockFile(code: code) {
        try EntryFile(directory, number).remove()
      }
    }
    try DerivedFile.remove(activePath)
    try change { () throws(StoreError) in try database.clear() }
    recentEntries.withLock { $0 = [:] }
  }

  private var activePath: String { "\(directory)/active.run" }

  func entries(ofSegment number: UInt32) throws(StoreError) -> [EntrySummary]? {
    if let entries = recentEntries.withLock({ $0[number] }) { return entries }
    guard let entries = try EntryFile(directory, number).read() else { return nil }
    recentEntries.withLock { recent in
      // A reader goes through one segment after another: two are enough, and 3 MB.
      if recent.count >= 2 { recent = [:] }
      recent[number] = entries
    }
    return entries
  }

  func remove(_ files: Set<BlockFile>) throws(StoreError) {
    try change { () throws(StoreError) in try database.remove(files) }
    for case .segment(let number) in files {
      recentEntries.withLock { $0[number] = nil }
      try EntryFile(directory, number).remove()
    }
  }
}

/// The entries of one sealed segment behind a header of 16 bytes: magic and checksum.
private struct EntryFile {
  private static let magic: UInt64 = 0x5849_4445_5449_4c50  // "PLITEDIX"
  private static let headerByteCount = 16

  private let path: String

  init(_ directory: String, _ number: UInt32) {
    path = "\(directory)/\(StoreLayout.name(ofSegment: number)).entries"
  }

  func write(_ entries: [EntrySummary]) throws(StoreError) {
    var bytes = [UInt8](repeating: 0, count: EntryFile.headerByteCount)
    bytes += EntryTable.encode(entries)
    bytes.withUnsafeMutableBytes { bytes in
      // Safe: the header's 16 bytes are there.
      bytes.store(EntryFile.magic, at: 0)
      bytes.store(EntryFile.checksum(UnsafeRawBufferPointer(bytes)), at: 8)
    }
    try DerivedFile.write(bytes, to: path)
  }

  /// nil where there is no such file, or it is not whole: then the segment is read again.
  func read() throws(StoreError) -> [EntrySummary]? {
    guard let bytes = try DerivedFile.read(path) else { return nil }
    let isWhole = bytes.withUnsafeBytes { bytes in
      bytes.count >= EntryFile.headerByteCount && bytes.word(at: 0) == EntryFile.magic
        && bytes.word(at: 8) == EntryFile.checksum(bytes)
    }
    return isWhole ? EntryTable.decode(bytes[EntryFile.headerByteCount...]) : nil
  }

  func remove() throws(StoreError) { try DerivedFile.remove(path) }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[headerByteCount...]), seed: magic)
  }
}

/// Files that can be made again: written whole under a temporary name, never changed.
private enum DerivedFile {
  static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    try onDisk { () throws(DiskError) in
      let disk = SystemDisk()
      let file = try disk.open(path + ".new", .creating)
      try file.write(bytes, at: 0)
      try file.sync()
      try disk.rename(path + ".new", to: path)
    }
  }

  static func read(_ path: String) throws(StoreError) -> [UInt8]? {
    let disk = SystemDisk()
    guard disk.exists(path) else { return nil }
    return try onDisk { () throws(DiskError) in
      let file = try disk.open(path, .reading)
      return try file.bytes(at: 0, byteCount: try file.byteCount())
    }
  }

  /// An empty folder.
  static func makeFolder(_ path: String) throws(StoreError) {
    try onDisk { () throws(DiskError) in
      let disk = SystemDisk()
      try disk.makeDirectory(path)
      for name in try disk.names(in: path) { try disk.remove("\(path)/\(name)") }
    }
  }

  /// Puts a file in the place of the one of its name; where there is none to put, that one goes.
  static func move(_ name: String, from folder: String, to target: String) throws(StoreError) {
    let disk = SystemDisk()
    guard disk.exists("\(folder)/\(name)") else { return try remove("\(target)/\(name)") }
    try onDisk { () throws(DiskError) in
      try disk.rename("\(folder)/\(name)", to: "\(target)/\(name)")
    }
  }

  static func remove(_ path: String) throws(StoreError) {
    let disk = SystemDisk()
    guard disk.exists(path) else { return }
    try onDisk { () throws(DiskError) in try disk.remove(path) }
  }
}
