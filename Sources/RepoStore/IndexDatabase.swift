// IndexDatabase.swift: the LMDB calls below DiskIndex; nothing else in the store knows LMDB.
//
// One environment, opened once, written by whoever holds DiskIndex's lock; a read transaction lives
// for one lookup. Every transaction is synced: no NOSYNC, no WRITEMAP. LMDB's map is address space,
// reserved once, less where the process may not map as much; it costs what is used.
import CLMDB
import DAGCBOR
import Glibc

final class IndexDatabase: @unchecked Sendable {
  // Safe to send: LMDB takes readers from any thread (MDB_NOTLS) and orders writers itself; what
  // this holds does not change after init.
  private let environment: OpaquePointer
  private var locations: MDB_dbi = 0
  private var fileTable: MDB_dbi = 0
  private var marks: MDB_dbi = 0
  private let path: String

  /// Address space for the map, where there is no limit on it.
  static let mapByteCountMax = 64 << 30
  /// Less than this is no index worth having: about half a million blocks.
  private static let mapByteCountMin = 32 << 20
  private static let keyByteCount = 20
  private static let valueByteCount = 16

  /// - Parameter addressByteCount: how much address space there is for everything.
  init(
    _ directory: String, addressByteCount: UInt64 = IndexDatabase.addressByteCount
  ) throws(StoreError) {
    environment = try IndexDatabase.opened(directory, addressByteCount: addressByteCount)
    path = directory
    if try !openTables(flags: 0, in: UInt32(MDB_RDONLY)) {
      _ = try openTables(flags: UInt32(MDB_CREATE), in: 0)
    }
  }

  deinit { mdb_env_close(environment) }

  /// What the process may map, in bytes.
  static var addressByteCount: UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return .max }
    return UInt64(limit.rlim_cur)
  }

  /// Opens the environment with the largest map that the address space has room for: a quarter of
  /// it at most, and half of that as long as the system refuses.
  private static func opened(
    _ directory: String, addressByteCount: UInt64
  ) throws(StoreError) -> OpaquePointer {
    var mapByteCount = min(mapByteCountMax, Int(clamping: addressByteCount / 4 / 4_096 * 4_096))
    while true {
      var created: OpaquePointer?
      try check(mdb_env_create(&created), "mdb_env_create", directory)
      guard let environment = created else {
        throw .disk(DiskError("mdb_env_create", directory, code: ENOMEM))
      }
      mdb_env_set_maxdbs(environment, 4)
      mdb_env_set_mapsize(environment, mapByteCount)
      let code = mdb_env_open(environment, directory, UInt32(MDB_NOTLS), 0o600)
      if code == 0 { return environment }
      mdb_env_close(environment)
      guard code == ENOMEM, mapByteCount / 2 >= mapByteCountMin else {
        try check(code, "mdb_env_open", directory)
        throw .disk(DiskError("mdb_env_open", directory, code: code))
      }
      mapByteCount /= 2
    }
  }

  /// The size of the map, in bytes.
  var mapByteCount: Int {
    var status = MDB_envinfo()
    mdb_env_info(environment, &status)
    return status.me_mapsize
  }

  /// - Returns: whether all tables are there.
  private func openTables(
    flags: UInt32, in transactionFlags: UInt32
  ) throws(StoreError) -> Bool {
    let transaction = try begin(flags: transactionFlags)
    var handles: [MDB_dbi] = []
    for name in ["locations", "files", "mark"] {
      var handle: MDB_dbi = 0
      let code = mdb_dbi_open(transaction, name, flags, &handle)
      if code != 0 {
        mdb_txn_abort(transaction)
        if code == MDB_NOTFOUND { return false }
        try check(code, "mdb_dbi_open")
      }
      handles.append(handle)
    }
    // Handles live on where their transaction is committed, also one that only reads.
    try check(mdb_txn_commit(transaction), "mdb_txn_commit")
    (locations, fileTable, marks) = (handles[0], handles[1], handles[2])
    return true
  }

  private func check(_ code: Int32, _ call: String) throws(StoreError) {
    try IndexDatabase.check(code, call, path)
  }

  private static func check(
    _ code: Int32, _ call: String, _ path: String
  ) throws(StoreError) {
    guard code != 0 else { return }
    // LMDB's own codes are negative; strerror knows none of them, so the call says which.
    throw .disk(DiskError("\(call) (\(code))", path, code: max(code, 5)))
  }

  private func write(
    _ body: (OpaquePointer) throws(StoreError) -> Void
  ) throws(StoreError) {
    let transaction = try begin(flags: 0)
    do throws(StoreError) {
      try body(transaction)
    } catch {
      mdb_txn_abort(transaction)
      throw error
    }
    try check(mdb_txn_commit(transaction), "mdb_txn_commit")
  }

  private func read<R>(
    _ body: (OpaquePointer) throws(StoreError) -> R
  ) throws(StoreError) -> R {
    let transaction = try begin(flags: UInt32(MDB_RDONLY))
    defer { mdb_txn_abort(transaction) }
    return try body(transaction)
  }

  private func begin(flags: UInt32) throws(StoreError) -> OpaquePointer {
    var transaction: OpaquePointer?
    try check(mdb_txn_begin(environment, nil, flags, &transaction), "mdb_txn_begin")
    guard let transaction else { throw .disk(DiskError("mdb_txn_begin", path, code: 5)) }
    return transaction
  }
}

extension IndexDatabase {
  func location(of key: BlockKey) throws(StoreError) -> BlockLocation? {
    try read { transaction throws(StoreError) in
      let value = try IndexDatabase.withKey(key) { bytes throws(StoreError) in
        try get(bytes, in: locations, transaction)
      }
      guard let value, value.count == IndexDatabase.valueByteCount else { return nil }
      let tail = value.loadUnaligned(fromByteOffset: 12, as: UInt32.self).littleEndian
      let code = value.loadUnaligned(fromByteOffset: 0, as: UInt32.self).littleEndian
      let offset = value.loadUnaligned(fromByteOffset: 4, as: UInt64.self).littleEndian
      return BlockLocation(
        file: BlockFile(code: code), offset: Int(offset), byteCount: Int(tail))
    }
  }

  func mark() throws(StoreError) -> CleanMark? {
    try read { transaction throws(StoreError) in
      let value = try Array("applied".utf8).span.bytes.withUnsafeBytes {
        key throws(StoreError) in
        try get(key, in: marks, transaction).map { String(decoding: $0, as: UTF8.self) }
      }
      return value.flatMap { CleanMark($0.split(separator: "\n").first ?? "") }
    }
  }

  func files() throws(StoreError) -> Set<UInt32> {
    try read { transaction throws(StoreError) in
      var cursor: OpaquePointer?
      try check(mdb_cursor_open(transaction, fileTable, &cursor), "mdb_cursor_open")
      defer { mdb_cursor_close(cursor) }
      var files: Set<UInt32> = []
      var key = MDB_val()
      var value = MDB_val()
      while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
        // Safe: keys of this table are four bytes, written by `add`.
        files.insert(key.mv_data.loadUnaligned(as: UInt32.self).bigEndian)
      }
      return files
    }
  }

  /// Takes in the blocks of a segment in one transaction, in the order of their keys.
  ///
  /// - Parameters:
  ///   - mark: the segment's last entry; it counts unless a later one was taken in before.
  ///   - leaving: codes of the files that its blocks are preferred to; nil: all.
  func add(
    _ blocks: [IndexedBlock], file: BlockFile, mark: CleanMark?, leaving: Set<UInt32>? = nil
  ) throws(StoreError) {
    let applied = try self.mark()
    let sorted = blocks.sorted { $0.key < $1.key }
    try write { transaction throws(StoreError) in
      for block in sorted { _ = try put(block, over: leaving, transaction) }
      try put(word(file.code.bigEndian), [0], in: fileTable, transaction)
      if let mark, applied.map({ $0.lsn <= mark.lsn }) ?? true {
        try put(Array("applied".utf8), Array(mark.text.utf8), in: marks, transaction)
      }
    }
  }

  /// Takes in blocks of a pack, but for those that are in a file that is preferred to it.
  ///
  /// - Parameters:
  ///   - file: the pack, where it is whole with them.
  ///   - leaving: codes of the files that it is preferred to.
  /// - Returns: whether a block stayed where it was.
  func add(
    _ blocks: [IndexedBlock], file: BlockFile?, leaving: Set<UInt32>
  ) throws(StoreError) -> Bool {
    let sorted = blocks.sorted { $0.key < $1.key }
    var stayed = false
    try write { transaction throws(StoreError) in
      for block in sorted where try !put(block, over: leaving, transaction) { stayed = true }
      if let file { try put(word(file.code.bigEndian), [0], in: fileTable, transaction) }
    }
    return stayed
  }

  /// - Returns: whether the block is found there now.
  private func put(
    _ block: IndexedBlock, over leaving: Set<UInt32>?, _ transaction: OpaquePointer
  ) throws(StoreError) -> Bool {
    guard let leaving else {
      try put(block, transaction)
      return true
    }
    guard let known = try put(block, transaction, flags: UInt32(MDB_NOOVERWRITE)) else {
      return true
    }
    if leaving.contains(known) { try put(block, transaction) }
    return leaving.contains(known)
  }

  /// Writes a copy into an empty folder, durably, without pages that hold nothing.
  func copy(to folder: String) throws(StoreError) {
    try check(mdb_env_copy2(environment, folder, UInt32(MDB_CP_COMPACT)), "mdb_env_copy2")
  }

  /// Empties all tables.
  func clear() throws(StoreError) {
    try write { transaction throws(StoreError) in
      for table in [locations, fileTable, marks] {
        try check(mdb_drop(transaction, table, 0), "mdb_drop")
      }
    }
  }

  /// Removes files and every location in them. Cost: the whole table is read.
  func remove(_ files: Set<BlockFile>) throws(StoreError) {
    let codes = Set(files.map(\.code))
    try write { transaction throws(StoreError) in
      var cursor: OpaquePointer?
      try check(mdb_cursor_open(transaction, locations, &cursor), "mdb_cursor_open")
      defer { mdb_cursor_close(cursor) }
      var key = MDB_val()
      var value = MDB_val()
      while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
        // Safe: values of this table are sixteen bytes, written by `add`.
        let code = value.mv_data.loadUnaligned(as: UInt32.self).littleEndian
        guard codes.contains(code) else { continue }
        try check(mdb_cursor_del(cursor, 0), "mdb_cursor_del")
      }
      for code in codes { try remove(code, transaction) }
    }
  }

  private func remove(_ code: UInt32, _ transaction: OpaquePointer) throws(StoreError) {
    try word(code.bigEndian).span.bytes.withUnsafeBytes { key throws(StoreError) in
      var key = IndexDatabase.value(key)
      let result = mdb_del(transaction, fileTable, &key, nil)
      if result != MDB_NOTFOUND { try check(result, "mdb_del") }
    }
  }

  /// - Returns: the code of the file that holds the block already, where `flags` refuse to
  ///   overwrite it.
  @discardableResult
  private func put(
    _ block: IndexedBlock, _ transaction: OpaquePointer, flags: UInt32 = 0
  ) throws(StoreError) -> UInt32? {
    var value = (UInt64(0), UInt64(0))
    return try withUnsafeMutableBytes(of: &value) { bytes in
      bytes.store(block.location.file.code, at: 0)
      bytes.storeBytes(
        of: UInt64(block.location.offset).littleEndian, toByteOffset: 4, as: UInt64.self)
      bytes.store(UInt32(block.location.byteCount), at: 12)
      return Result { () throws(StoreError) -> UInt32? in
        try IndexDatabase.withKey(block.key) { key throws(StoreError) -> UInt32? in
          var key = IndexDatabase.value(key)
          var value = IndexDatabase.value(UnsafeRawBufferPointer(bytes))
          let code = mdb_put(transaction, locations, &key, &value, flags)
          // Safe: values of this table are sixteen bytes; LMDB has put in the one that is there.
          if code == MDB_KEYEXIST {
            return value.mv_data.loadUnaligned(as: UInt32.self).littleEndian
          }
          try check(code, "mdb_put")
          return nil
        }
      }
    }.get()
  }

  private func put(
    _ key: [UInt8], _ value: [UInt8], in table: MDB_dbi, _ transaction: OpaquePointer
  ) throws(StoreError) {
    try key.span.bytes.withUnsafeBytes { key throws(StoreError) in
      try value.span.bytes.withUnsafeBytes { value throws(StoreError) in
        var key = IndexDatabase.value(key)
        var value = IndexDatabase.value(value)
        try check(mdb_put(transaction, table, &key, &value, 0), "mdb_put")
      }
    }
  }

  private func get(
    _ key: UnsafeRawBufferPointer, in table: MDB_dbi, _ transaction: OpaquePointer
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    var key = IndexDatabase.value(key)
    var value = MDB_val()
    let code = mdb_get(transaction, table, &key, &value)
    if code == MDB_NOTFOUND { return nil }
    try check(code, "mdb_get")
    return UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
  }

  private func word(_ word: UInt32) -> [UInt8] { withUnsafeBytes(of: word) { Array($0) } }

  private static func value(_ bytes: UnsafeRawBufferPointer) -> MDB_val {
    // Safe: LMDB takes a mutable pointer and reads from it only.
    MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  /// RepoID and half a digest, both big-endian, so that keys sort as blocks do.
  private static func withKey<R>(
    _ key: BlockKey, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> R
  ) throws(StoreError) -> R {
    var bytes = [UInt8](repeating: 0, count: 4 + Digest.byteCount)
    bytes.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: key.repo.rawValue.bigEndian, as: UInt32.self)
      // Safe: 32 bytes follow the first four.
      if let base = bytes.baseAddress { key.digest.write(to: base + 4) }
    }
    bytes.removeSubrange(keyByteCount...)
    return try bytes.span.bytes.withUnsafeBytes { key throws(StoreError) in try body(key) }
  }
}
