// Disk.swift: what a store asks of a disk, and the real one.
//
// Everything that log and packs do to files goes through these two protocols, so that a test can
// put a disk below a store that loses power. Not here: the block index, which LMDB keeps by itself
// and which is derived.
import Glibc

/// A failed call, with what the system said.
public struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
  public var operation: String
  public var path: String
  public var code: Int32

  init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String { "\(operation) \(path): \(String(cString: strerror(code)))" }
}

/// An open file.
protocol DiskFile: Sendable {
  var path: String { get }
  func byteCount() throws(DiskError) -> Int
  /// Fills `buffer` from `offset` on; returns fewer bytes only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int
  /// Writes all of `bytes`.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError)
  /// Returns when everything written to this file is durable, and its length.
  func sync() throws(DiskError)
}

enum OpenMode: Sendable {
  case reading
  case writing
  /// A new file; one of that name is replaced by an empty one.
  case creating
}

/// A tree of files.
protocol Disk: Sendable {
  func open(_ path: String, _ mode: OpenMode) throws(DiskError) -> any DiskFile
  /// The names in a directory, in no order.
  func names(in directory: String) throws(DiskError) -> [String]
  func exists(_ path: String) -> Bool
  /// Makes a directory of mode 0700 unless it is there.
  func makeDirectory(_ path: String) throws(DiskError)
  func rename(_ path: String, to target: String) throws(DiskError)
  func remove(_ path: String) throws(DiskError)
  /// Returns when the names in `directory` are durable.
  func syncDirectory(_ directory: String) throws(DiskError)
}

extension DiskFile {
  /// The bytes from `offset` on, at most `byteCount` and fewer only at the end of the file.
  func bytes(at offset: Int, byteCount: Int) throws(DiskError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var read = 0
    var failure: DiskError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(DiskError) {
        read = try self.read(into: buffer, at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if read < byteCount { bytes.removeSubrange(read...) }
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(DiskError) {
    try bytes.span.bytes.withUnsafeBytes { buffer throws(DiskError) in
      try write(buffer, at: offset)
    }
  }
}

/// The disk of this machine.
struct SystemDisk: Disk {
  func open(_ path: String, _ mode: OpenMode) throws(DiskError) -> any DiskFile {
    let flags =
      switch mode {
      case .reading: O_RDONLY
      case .writing: O_RDWR
      case .creating: O_RDWR | O_CREAT | O_TRUNC
      }
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DiskError("open", path) }
    return SystemFile(path: path, descriptor: descriptor)
  }

  func names(in directory: String) throws(DiskError) -> [String] {
    guard let stream = opendir(directory) else { throw DiskError("opendir", directory) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // Safe: readdir returns an entry whose name ends with a zero byte.
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  func makeDirectory(_ path: String) throws(DiskError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw DiskError("mkdir", path) }
  }

  func rename(_ path: String, to target: String) throws(DiskError) {
    guard Glibc.rename(path, target) == 0 else { throw DiskError("rename", path) }
  }

  func remove(_ path: String) throws(DiskError) {
    guard unlink(path) == 0 else { throw DiskError("unlink", path) }
  }

  func syncDirectory(_ directory: String) throws(DiskError) {
    let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DiskError("open", directory) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DiskError("fsync", directory) }
  }
}

/// A file of this machine, closed with its last reference.
final class SystemFile: DiskFile {
  let path: String
  private let descriptor: Int32

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func byteCount() throws(DiskError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DiskError("fstat", path) }
    return Int(status.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DiskError) -> Int {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      // Safe: `done` bytes of the buffer are filled, and the rest of it has this many.
      let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
      if count == 0 { break }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw DiskError("pread", path) }
      done += count
    }
    return done
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskError) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      // Safe: `done` bytes are written, and this many are left.
      let count = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw DiskError("pwrite", path) }
      done += count
    }
  }

  func sync() throws(DiskError) {
    guard fdatasync(descriptor) == 0 else { throw DiskError("fdatasync", path) }
  }
}
