// PowerlessDisk.swift: a disk in memory that loses power at a chosen operation.
//
// It knows which pages and which names are durable. Operations that change something are counted;
// from the one that the fuse names on, every call fails, and `crashed` makes a disk of what is
// left. A rename, a new name and a removal each reach the disk whole or not at all, in any subset,
// until their directory is synced.
import Glibc
import Synchronization
import TestKit

@testable import RepoStore

final class PowerlessDisk: Disk {
  private enum Entry: Hashable, Sendable {
    case directory
    case file(Int)
  }

  private enum NameChange: Sendable {
    case set(String, Entry)
    case removed(String)
    case moved(String, to: String, Entry)
  }

  private struct State: Sendable {
    var files: [Int: PagedFile] = [:]
    var names: [String: Entry] = [:]
    var durableNames: [String: Entry] = [:]
    /// What was done to the names in each directory since it was synced, in order.
    var changes: [String: [NameChange]] = [:]
    var nextFile = 1
    var operationCount = 0
    var fuse = Int.max
    /// Which operation from now on fails, once; nil: none.
    var failing: Int?
    var isFailing = false
  }

  private let state: Mutex<State>

  init() {
    var state = State()
    state.names["/"] = .directory
    state.durableNames = state.names
    self.state = Mutex(state)
  }

  private init(_ state: State) { self.state = Mutex(state) }

  /// Operations that changed something, so far.
  var operationCount: Int { state.withLock { $0.operationCount } }

  /// Lets the power go before the operation after the next `count`.
  func setFuse(after count: Int) {
    state.withLock { $0.fuse = $0.operationCount + count }
  }

  var isDead: Bool { state.withLock { $0.operationCount >= $0.fuse } }

  /// Lets the operation after the next `count` fail, once: a sync as writing back does, whose pages
  /// are lost while the cache keeps showing them, any other without effect.
  func failOperation(after count: Int) {
    state.withLock { $0.failing = count }
  }

  /// The disk as the next boot finds it.
  func crashed(_ random: inout SplitMix64) -> PowerlessDisk {
    let old = state.withLock { $0 }
    var chance = CrashChance(&random)
    var new = State()
    new.nextFile = old.nextFile
    new.names = old.durableNames
    for directory in old.changes.keys.sorted() {
      for change in old.changes[directory] ?? [] where chance.keepsName() {
        PowerlessDisk.apply(change, to: &new.names)
      }
    }
    // A name below a directory that is not there is not there either; parents sort first.
    for name in new.names.keys.sorted() where name != "/" {
      if new.names[PowerlessDisk.parent(of: name)] != .directory { new.names[name] = nil }
    }
    new.durableNames = new.names
    for name in new.names.keys.sorted() {
      guard case .file(let id)? = new.names[name], let file = old.files[id] else { continue }
      new.files[id] = PagedFile(durable: file.crashed(&chance))
    }
    return PowerlessDisk(new)
  }

  /// The disk as a killed process leaves it: everything that was written, durable or not.
  func surviving() -> PowerlessDisk {
    var copy = state.withLock { $0 }
    copy.fuse = .max
    copy.failing = nil
    return PowerlessDisk(copy)
  }

  /// Changes one bit of a file, durably.
  func flip(bit: Int, of path: String) {
    state.withLock { state in
      guard case .file(let id)? = state.names[path] else { return }
      state.files[id]?.flip(bit: bit)
    }
  }

  func bytes(of path: String) -> [UInt8] {
    state.withLock { state in
      guard case .file(let id)? = state.names[path] else { return [] }
      return state.files[id]?.bytes ?? []
    }
  }

  /// Whether everything that was written is durable, names included.
  var isSynced: Bool {
    state.withLock { state in
      state.changes.values.allSatisfy(\.isEmpty) && state.files.values.allSatisfy(\.isSynced)
    }
  }

  private static func apply(_ change: NameChange, to names: inout [String: Entry]) {
    switch change {
    case .set(let name, let entry): names[name] = entry
    case .removed(let name): names[name] = nil
    case .moved(let from, let to, let entry):
      names[from] = nil
      names[to] = entry
    }
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "/" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

// Calls that change names.
extension PowerlessDisk {
  func open(_ path: String, _ mode: OpenMode) throws(DiskError) -> any DiskFile {
    let id = try step("open", path, counts: mode == .creating) { state throws(DiskError) in
      if mode == .creating {
        let id = state.nextFile
        state.nextFile += 1
        state.files[id] = PagedFile()
        try PowerlessDisk.change(.set(path, .file(id)), of: path, in: &state)
        return (id, 0)
      }
      guard case .file(let id)? = state.names[path] else {
        throw DiskError("open", path, code: ENOENT)
      }
      return (id, state.files[id]?.failureCount ?? 0)
    }
    return PowerlessFile(self, path: path, id: id.0, told: id.1)
  }

  func names(in directory: String) throws(DiskError) -> [String] {
    try step("opendir", directory, counts: false) { state throws(DiskError) in
      guard state.names[directory] == .directory else {
        throw DiskError("opendir", directory, code: ENOENT)
      }
      return state.names.keys
        .filter { $0 != directory && PowerlessDisk.parent(of: $0) == directory }
        .map { String($0.dropFirst(directory == "/" ? 1 : directory.count + 1)) }
    }
  }

  func exists(_ path: String) -> Bool { state.withLock { $0.names[path] != nil } }

  func makeDirectory(_ path: String) throws(DiskError) {
    try step("mkdir", path) { state throws(DiskError) in
      guard state.names[path] != .directory else { return }
      try PowerlessDisk.change(.set(path, .directory), of: path, in: &state)
    }
  }

  func rename(_ path: String, to target: String) throws(DiskError) {
    try step("rename", path) { state throws(DiskError) in
      guard let entry = state.names[path] else { throw DiskError("rename", path, code: ENOENT) }
      try PowerlessDisk.change(.moved(path, to: target, entry), of: path, in: &state)
    }
  }

  func remove(_ path: String) throws(DiskError) {
    try step("unlink", path) { state throws(DiskError) in
      guard state.names[path] != nil else { throw DiskError("unlink", path, code: ENOENT) }
      try PowerlessDisk.change(.removed(path), of: path, in: &state)
    }
  }

  func syncDirectory(_ directory: String) throws(DiskError) {
    try step("fsync", directory) { state throws(DiskError) in
      guard state.names[directory] == .directory else {
        throw DiskError("open", directory, code: ENOENT)
      }
      for change in state.changes.removeValue(forKey: directory) ?? [] {
        PowerlessDisk.apply(change, to: &state.durableNames)
      }
    }
  }

  private static func change(
    _ change: NameChange, of path: String, in state: inout State
  ) throws(DiskError) {
    let parent = parent(of: path)
    guard state.names[parent] == .directory else { throw DiskError("open", path, code: ENOENT) }
    apply(change, to: &state.names)
    state.changes[parent, default: []].append(change)
  }

  private func step<R: Sendable>(
    _ operation: String, _ path: String, counts: Bool = true,
    _ body: (inout State) throws(DiskError) -> R
  ) throws(DiskError) -> R {
    let result = state.withLock { state -> Result<R, DiskError> in
      do throws(DiskError) {
        if let code = PowerlessDisk.refusal(of: operation, counts: counts, in: &state) {
          throw DiskError(operation, path, code: code)
        }
        return .success(try body(&state))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Counts an operation; the code that it fails with, nil where it is done.
  private static func refusal(
    of operation: String, counts: Bool, in state: inout State
  ) -> Int32? {
    if state.operationCount >= state.fuse { return EIO }
    guard counts else { return nil }
    state.operationCount += 1
    state.isFailing = state.failing == 0
    state.failing = state.isFailing ? nil : state.failing.map { $0 - 1 }
    return state.isFailing && operation != "fdatasync" ? EIO : nil
  }
}

// Calls that an open file makes.
extension PowerlessDisk {
  fileprivate func byteCount(_ file: PowerlessFile) throws(DiskError) -> Int {
    try step("fstat", file.path, counts: false) { state in state.files[file.id]?.bytes.count ?? 0 }
  }

  fileprivate func read(
    _ file: PowerlessFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(DiskError) -> Int {
    try step("pread", file.path, counts: false) { state in
      guard let bytes = state.files[file.id]?.bytes, offset < bytes.count else { return 0 }
      let end = min(bytes.count, offset + buffer.count)
      buffer.copyBytes(from: bytes[offset..<end])
      return end - offset
    }
  }

  fileprivate func write(
    _ file: PowerlessFile, _ bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(DiskError) {
    try step("pwrite", file.path) { state in
      state.files[file.id]?.write(bytes, at: offset)
    }
  }

  /// - Returns: how many failures this file has had, this one included.
  fileprivate func sync(_ file: PowerlessFile) throws(DiskError) -> Int {
    try step("fdatasync", file.path) { state in
      if state.isFailing {
        state.files[file.id]?.failSync()
      } else {
        state.files[file.id]?.sync()
      }
      return state.files[file.id]?.failureCount ?? 0
    }
  }
}

/// An open file of a PowerlessDisk.
final class PowerlessFile: DiskFile {
  private let disk: PowerlessDisk
  let path: String
  fileprivate let id: Int
  /// The failures that this handle was told of: like Linux, each handle is told of each once.
  private let told: Mutex<Int>

  init(_ disk: PowerlessDisk, path: String, id: Int, told: Int) {
    self.disk = disk
    self.path = path
    self.id = id
    self.told = Mutex(told)
  }

  func byteCount() throws(DiskError) -> Int { try disk.byteCount(self) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int {
    try disk.read(self, into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError) {
    try disk.write(self, bytes, at: offset)
  }

  func sync() throws(DiskError) {
    let failures = try disk.sync(self)
    let isNew = told.withLock { told in
      defer { told = failures }
      return failures > told
    }
    if isNew { throw DiskError("fdatasync", path, code: EIO) }
  }
}
