// LineFile.swift: a file that only grows, line by line.
import Glibc

enum LineFile {
  /// Adds a line, which brings its end, and makes it durable. One write: lines of other processes
  /// come before or after it, never inside. A last line that was cut off is ended first.
  static func append(_ line: [UInt8], to path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Complaint.cannotCreate(path, Complaint.system("open \(path)", errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Complaint.system("read \(path)", errno) }
    var last = UInt8(ascii: "\n")
    if status.st_size > 0 {
      guard pread(descriptor, &last, 1, status.st_size - 1) == 1 else {
        throw Complaint.system("read \(path)", errno)
      }
    }
    let isWhole = last == UInt8(ascii: "\n")
    try Outlet.write((isWhole ? [] : [UInt8(ascii: "\n")]) + line, to: descriptor)
    guard fdatasync(descriptor) == 0 else { throw Complaint.system("write \(path)", errno) }
  }
}
