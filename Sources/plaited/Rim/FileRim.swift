// FileRim.swift: files that commands read and write: whole, in pieces, and safely replaced.
import Glibc

/// A file that is open for reading, closed when it goes.
final class ReadableFile: Sendable {
  let path: String
  let descriptor: Int32
  let byteCount: Int

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Complaint.system("open \(path)", errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      let number = errno
      close(descriptor)
      throw Complaint.system("read \(path)", number == 0 ? EISDIR : number)
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The file from its start, in pieces.
  var inlet: Inlet {
    Inlet { [self] in try Inlet.read(from: descriptor) }
  }

  /// `count` bytes from `offset` on; fewer where the file ends.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    var done = 0
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while done < count {
        // Safe: `count - done` bytes lie behind `done`.
        let read = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))
        if read < 0, errno == EINTR { continue }
        if read < 0 { failure = errno }
        if read <= 0 { break }
        done += read
      }
      initialized = done
    }
    if failure != 0 { throw Complaint.system("read \(path)", failure) }
    return bytes
  }
}

/// A file that appears under its name only when all of it is there and durable.
final class ReplacingFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isDone = false
  private(set) var byteCount = 0

  init(_ path: String, mode: mode_t = 0o644) throws {
    self.path = path
    temporary = "\(path).\(getpid()).new"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw Complaint.cannotCreate(path, Complaint.system("create \(path)", errno))
    }
  }

  deinit {
    close(descriptor)
    if !isDone { unlink(temporary) }
  }

  func append(_ bytes: [UInt8]) throws {
    byteCount += bytes.count
    buffer += bytes
    if buffer.count >= 1 << 20 { try writeBuffer() }
  }

  private func writeBuffer() throws {
    try Outlet.write(buffer, to: descriptor)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file durable and gives it its name.
  func finish() throws {
    try writeBuffer()
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw Complaint.system("write \(path)", errno)
    }
    isDone = true
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let directory = open(folder.joined(separator: "/") + "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw Complaint.system("write \(path)", errno) }
  }
}

extension Complaint {
  /// The same failure where a file was to be made.
  static func cannotCreate(_ path: String, _ cause: Complaint) -> Complaint {
    Complaint(
      .cannotCreate, "CannotCreate", what: "could not create \(path)", why: cause.why,
      remedy: "name a path in a folder that is there and yours")
  }
}
