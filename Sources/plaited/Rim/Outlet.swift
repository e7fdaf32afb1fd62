// Outlet.swift: where bytes go: standard output, standard error, or memory in a test.
//
// A closed pipe is not a failure: whoever read has seen enough, and the command ends quietly.
import Glibc
import Synchronization

/// Buffered bytes on their way out. One command writes at a time; nothing is lost on `flush`.
final class Outlet: Sendable {
  private static let bufferByteCountMax = 65_536

  private let buffer = Mutex<[UInt8]>([])
  private let write: @Sendable ([UInt8]) throws -> Void

  /// - Parameter write: takes all bytes given, or throws `ClosedPipe` or a `Complaint`.
  init(_ write: @escaping @Sendable ([UInt8]) throws -> Void) { self.write = write }

  /// Writes to an open file of this process.
  convenience init(descriptor: Int32) {
    self.init { bytes in try Outlet.write(bytes, to: descriptor) }
  }

  func append(_ bytes: [UInt8]) throws {
    let full: [UInt8]? = buffer.withLock { buffer in
      buffer.append(contentsOf: bytes)
      guard buffer.count >= Outlet.bufferByteCountMax else { return nil }
      defer { buffer.removeAll(keepingCapacity: true) }
      return buffer
    }
    if let full { try write(full) }
  }

  func append(line: String) throws { try append(Array(line.utf8) + [UInt8(ascii: "\n")]) }

  func flush() throws {
    let rest = buffer.withLock { buffer in
      defer { buffer.removeAll(keepingCapacity: true) }
      return buffer
    }
    if !rest.isEmpty { try write(rest) }
  }

  /// Writes all of `bytes`, however many calls it takes.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var done = 0
    while done < bytes.count {
      // Safe: `bytes.count - done` bytes lie behind `done`.
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EPIPE { throw ClosedPipe() }
      guard count > 0 else { throw Complaint.system("write the output", errno) }
      done += count
    }
  }
}

/// Where bytes come from: standard input, or memory in a test.
struct Inlet: Sendable {
  /// The next bytes, as many as are there, at most 256 KiB; none at the end.
  var read: @Sendable () throws -> [UInt8]

  init(_ read: @escaping @Sendable () throws -> [UInt8]) { self.read = read }

  init(descriptor: Int32) {
    read = { try Inlet.read(from: descriptor) }
  }

  static func read(from descriptor: Int32) throws -> [UInt8] {
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, initialized in
        // Safe: the capacity is that of the buffer.
        count = Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
        initialized = max(0, count)
      }
      if count >= 0 { return bytes }
      if errno != EINTR { throw Complaint.system("read the input", errno) }
    }
  }
}

extension Complaint {
  /// A system call that failed.
  static func system(_ deed: String, _ number: Int32) -> Complaint {
    let reason = String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT:
      return Complaint(
        .io, "DiskFull", what: "could not \(deed)", why: reason,
        remedy: "free some space and run the command again")
    case EACCES, EPERM, EROFS:
      return Complaint(
        .permission, "PermissionDenied", what: "could not \(deed)", why: reason,
        remedy: "check owner and mode, or name another place")
    case ENOENT, ENOTDIR:
      return Complaint(
        .negative, "FileNotFound", what: "could not \(deed)", why: reason,
        remedy: "check the path")
    default:
      return Complaint(
        .io, "IOError", what: "could not \(deed)", why: reason,
        remedy: "check the disk and run the command again")
    }
  }
}
