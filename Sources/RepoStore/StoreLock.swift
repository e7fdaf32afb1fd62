// StoreLock.swift: one process owns a store, and where its last clean close is written down.
//
// An OFD lock goes with its descriptor: a killed process frees it, and two opens of one process do
// not share it. The pid in the file is only for the message. The mark of a clean close is written
// when the log's `closed` entry is durable, so it proves how far the log reached.
import Glibc

/// What `plaited.lock` says about the last clean close: store, epoch, LSN and the checksum there,
/// and where the checkpoint before it lies.
struct CleanMark: Hashable, Sendable {
  var identity: StoreIdentity
  var lsn: LSN
  var checksum: UInt64
  /// The segment that was being written.
  var segment: UInt32
  /// Of the checkpoint's header in it.
  var checkpointOffset: Int

  var text: String {
    "clean \(identity.storeText) \(identity.epochText) \(lsn) \(String(checksum, radix: 16))"
      + " \(segment) \(checkpointOffset)\n"
  }

  init(
    identity: StoreIdentity, lsn: LSN, checksum: UInt64, segment: UInt32 = 0,
    checkpointOffset: Int = 0
  ) {
    self.identity = identity
    self.lsn = lsn
    self.checksum = checksum
    self.segment = segment
    self.checkpointOffset = checkpointOffset
  }

  /// - Returns: nil for a line that says anything else.
  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    guard words.count == 7, words[0] == "clean", words[1].utf8.count == 32,
      let high = UInt64(words[1].prefix(16), radix: 16),
      let low = UInt64(words[1].suffix(16), radix: 16),
      let epoch = UInt64(words[2], radix: 16), let lsn = UInt64(words[3]),
      let checksum = UInt64(words[4], radix: 16), let segment = UInt32(words[5]),
      let offset = Int(words[6])
    else { return nil }
    identity = StoreIdentity(store: (high, low), epoch: epoch)
    self.lsn = LSN(rawValue: lsn)
    self.checksum = checksum
    self.segment = segment
    checkpointOffset = offset
  }
}

/// The held lock of a store; freed when it goes.
final class StoreLock: Sendable {
  private let descriptor: Int32
  private let path: String

  /// F_OFD_SETLK of Linux: a lock that belongs to the open file, not to the process.
  private static let setOpenFileLock: Int32 = 37

  /// - Throws: `.locked` with the holder's pid after `waitMilliseconds`, `.readOnly` on a network
  ///   file system, where such locks mean nothing.
  init(_ path: String, waitMilliseconds: Int) throws(StoreError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .disk(DiskError("open", path)) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    var waited = 0
    while fcntl(descriptor, StoreLock.setOpenFileLock, &lock) != 0 {
      guard errno == EAGAIN || errno == EACCES else { throw .disk(DiskError("lock", path)) }
      guard waited < waitMilliseconds else {
        throw .locked(path: path, holder: StoreLock.holder(in: StoreLock.text(descriptor)))
      }
      usleep(10_000)
      waited += 10
    }
  }

  deinit { close(descriptor) }

  /// Lets another open have the store; the descriptor stays until this goes.
  func release() throws(StoreError) {
    var lock = flock()
    lock.l_type = Int16(F_UNLCK)
    lock.l_whence = Int16(SEEK_SET)
    guard fcntl(descriptor, StoreLock.setOpenFileLock, &lock) == 0 else {
      throw .disk(DiskError("unlock", path))
    }
  }

  private static func holder(in text: String) -> String {
    guard let line = text.split(separator: "\n").first, line.hasPrefix("pid ") else {
      return "another process"
    }
    return "process \(line.dropFirst(4))"
  }

  private static func text(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// The last clean close that the file names.
  var mark: CleanMark? {
    StoreLock.text(descriptor).split(separator: "\n").compactMap { CleanMark($0) }.last
  }

  /// Writes down who holds the store, keeping `mark`, or a new one, durably.
  func write(_ mark: CleanMark?) throws(StoreError) {
    let text = Array("pid \(getpid())\n\(mark?.text ?? "")".utf8)
    // The text only ever keeps its shape or grows, and is far below a sector: one write, no
    // truncation before it is whole.
    let written = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == text.count, ftruncate(descriptor, off_t(text.count)) == 0,
      fsync(descriptor) == 0
    else { throw .disk(DiskError("write", path)) }
  }
}
