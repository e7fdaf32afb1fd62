// Spool.swift: a body kept on the disk while it comes: a file without a name, gone with its value.
import Glibc
import RepoStore
import Synchronization

/// A file that only this value knows.
final class Spool: Sendable {
  fileprivate let descriptor: Int32

  /// - Throws: where no file can be made in `folder`.
  init(in folder: String) throws(XRPCError) {
    descriptor = open(folder, O_RDWR | O_CLOEXEC | Spool.unnamed, 0o600)
    guard descriptor >= 0 else { throw Spool.failure("open \(folder)") }
  }

  /// O_TMPFILE, whose value is made of two flags in a macro that Swift cannot import.
  private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws(XRPCError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        // Safe: `bytes.count - done` bytes lie behind `done`.
        write(descriptor, buffer.baseAddress! + done, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Spool.failure("write") }
      done += count
    }
  }

  private static func failure(_ operation: String) -> XRPCError {
    var failure = XRPCError.internalServerError
    failure.cause = "spooling a body: \(operation): \(String(cString: strerror(errno)))"
    return failure
  }
}

/// Reads a spool from its beginning, chunk by chunk.
final class SpoolReader: Sendable {
  private let spool: Spool
  private let position = Mutex(0)
  private static let chunkByteCount = 256 << 10

  init(_ spool: Spool) { self.spool = spool }

  /// The next chunk, nil at the end.
  func next() throws(StoreError) -> [UInt8]? {
    try position.withLock { position throws(StoreError) in
      var bytes = [UInt8](repeating: 0, count: SpoolReader.chunkByteCount)
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(spool.descriptor, buffer.baseAddress, buffer.count, off_t(position))
      }
      guard count >= 0 else { throw .importRefused(.unreadable("the spooled body")) }
      guard count > 0 else { return nil }
      position += count
      bytes.removeSubrange(count...)
      return bytes
    }
  }
}
