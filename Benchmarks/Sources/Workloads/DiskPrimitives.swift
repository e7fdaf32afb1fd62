// DiskPrimitives.swift: what the scratch disk can do: one append, synced, in two kinds of file.
import Foundation
import Glibc
import World

extension Workload {
  /// Bytes of the frame of a one-record commit in a repo of 10⁵ to 10⁶ records.
  private static let appendByteCount = 6_144
  private static let appendCount = 500

  static func diskPrimitives() -> [Workload] {
    [
      Workload("disk/append-zeroed/6-KB", operations: appendCount, timing: .wall) { worlds in
        let file = try AppendedFile(zeroed: appendCount * appendByteCount, worlds)
        return Pass(
          { for _ in 0..<appendCount { try file.append(appendByteCount) } },
          restore: { try file.rewind() })
      },
      Workload("disk/append-growing/6-KB", operations: appendCount, timing: .wall) { worlds in
        let file = try AppendedFile(zeroed: 0, worlds)
        return Pass(
          { for _ in 0..<appendCount { try file.append(appendByteCount) } },
          restore: { try file.rewind() })
      },
    ]
  }
}

/// A file on the scratch disk that grows at its end, or into zeros that are synced.
private final class AppendedFile {
  private let scratch: ScratchDirectory
  private let descriptor: Int32
  private let zeroed: Int
  private var end = 0
  private let page = [UInt8](repeating: 0x61, count: 1 << 16)

  struct Failure: Error {
    let call: String
    let code: Int32
  }

  init(zeroed: Int, _ worlds: Worlds) throws {
    scratch = try ScratchDirectory(in: worlds.directory(.durable))
    descriptor = open("\(scratch.path)/file", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    self.zeroed = zeroed
    try check(descriptor, "open")
    try rewind()
  }

  deinit { close(descriptor) }

  func append(_ byteCount: Int) throws {
    try page.withUnsafeBytes {
      try check(Int32(pwrite(descriptor, $0.baseAddress, byteCount, off_t(end))), "pwrite")
    }
    try check(fdatasync(descriptor), "fdatasync")
    end += byteCount
  }

  /// The file as it was at first.
  func rewind() throws {
    try check(ftruncate(descriptor, 0), "ftruncate")
    let zeros = [UInt8](repeating: 0, count: zeroed)
    try zeros.withUnsafeBytes {
      try check(Int32(pwrite(descriptor, $0.baseAddress, zeroed, 0)), "pwrite")
    }
    try check(fsync(descriptor), "fsync")
    end = 0
  }

  private func check(_ result: Int32, _ call: String) throws {
    guard result >= 0 else { throw Failure(call: call, code: errno) }
  }
}
