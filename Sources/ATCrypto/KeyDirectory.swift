// KeyDirectory.swift: the system calls under KeyFile: one directory held open, one name in it.
//
// All checks are made on open descriptors and all names are looked up in the held directory, so
// nothing can be swapped between a check and the use of what was checked.
import Glibc

/// An open directory and the name of a key file in it.
struct KeyDirectory: ~Copyable {
  private let descriptor: Int32
  private let name: String
  private let path: String

  /// Opens the directory of `path` and checks it: ours, and closed to group and others.
  init(of path: String, creating: Bool) throws(KeyFileError) {
    let (directory, name) = KeyDirectory.split(path)
    guard !["", ".", ".."].contains(name), !path.utf8.contains(0) else {
      throw KeyFileError(path: path, reason: .path)
    }
    if creating, mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw .last("mkdir", path)
    }
    descriptor = try KeyDirectory.opened(directory, for: path)
    self.name = name
    self.path = path
  }

  deinit { close(descriptor) }

  private static func opened(_ directory: String, for path: String) throws(KeyFileError) -> Int32 {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    do throws(KeyFileError) {
      let status = try status(of: descriptor, path)
      try checkOwner(status, path)
      guard status.st_mode & 0o077 == 0 else {
        throw KeyFileError(path: path, reason: .directoryTooOpen(mode: status.st_mode & 0o7777))
      }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
  }

  /// Reads the file if it is regular, ours, closed to others and of a sensible size.
  func read(byteCountMax: Int) throws(KeyFileError) -> [UInt8] {
    // NOFOLLOW: a link in the last place is refused. NONBLOCK: a pipe cannot make us wait.
    let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .last("open", path) }
    defer { close(file) }
    let status = try KeyDirectory.status(of: file, path)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw KeyFileError(path: path, reason: .notRegularFile)
    }
    try KeyDirectory.checkOwner(status, path)
    guard status.st_mode & 0o077 == 0 else {
      throw KeyFileError(path: path, reason: .fileTooOpen(mode: status.st_mode & 0o7777))
    }
    guard (1...Int64(byteCountMax)).contains(Int64(status.st_size)) else {
      throw KeyFileError(path: path, reason: .size(Int64(status.st_size)))
    }
    return try contents(of: file, byteCount: Int(status.st_size))
  }

  /// Reads what was there when its size was taken; a file that shrinks meanwhile gives less.
  private func contents(of file: Int32, byteCount: Int) throws(KeyFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var done = 0
    while done < byteCount {
      // Safe: `byteCount - done` bytes lie behind `done`.
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress! + done, byteCount - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last("read", path) }
      if count == 0 { break }
      done += count
    }
    bytes.removeLast(byteCount - done)
    return bytes
  }

  /// Writes a hidden file, makes it durable, and gives it its name if that is still free.
  func writeNew(_ bytes: [UInt8]) throws(KeyFileError) {
    let hidden = ".\(name).\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).new"
    let file = openat(
      descriptor, hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .last("open", path) }
    do throws(KeyFileError) {
      defer { close(file) }
      try fill(file, with: bytes)
      // Not rename, which would replace: two writers of one name must not both succeed.
      if linkat(descriptor, hidden, descriptor, name, 0) != 0 { throw .last("link", path) }
    } catch {
      unlinkat(descriptor, hidden, 0)
      throw error
    }
    if unlinkat(descriptor, hidden, 0) != 0 { throw .last("unlink", path) }
    if fsync(descriptor) != 0 { throw .last("fsync", path) }
  }

  private func fill(_ file: Int32, with bytes: [UInt8]) throws(KeyFileError) {
    // The umask may have taken bits away; the mode is said outright.
    if fchmod(file, 0o600) != 0 { throw .last("chmod", path) }
    var done = 0
    while done < bytes.count {
      // Safe: `bytes.count - done` bytes lie behind `done`.
      let count = bytes.withUnsafeBytes {
        write(file, $0.baseAddress! + done, bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last("write", path) }
      done += count
    }
    if fsync(file) != 0 { throw .last("fsync", path) }
  }

  private static func status(of file: Int32, _ path: String) throws(KeyFileError) -> stat {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .last("fstat", path) }
    return status
  }

  private static func checkOwner(_ status: stat, _ path: String) throws(KeyFileError) {
    let user = geteuid()
    guard status.st_uid == user else {
      throw KeyFileError(path: path, reason: .owner(found: status.st_uid, expected: user))
    }
  }
}

extension KeyFileError {
  /// The error of the call that has just failed, from `errno`.
  fileprivate static func last(_ call: String, _ path: String) -> KeyFileError {
    let number = errno
    let reason: Reason =
      switch number {
      case ENOENT: .missing
      case EEXIST: .exists
      case ELOOP: .notRegularFile
      default: .system(call: call, errno: number)
      }
    return KeyFileError(path: path, reason: reason)
  }
}
