// ProcessCounters.swift: memory of this process, and bytes that it and others write to the disk.
import Foundation
import Glibc
import Synchronization

enum ProcessMemory {
  /// Anonymous memory of this process, in bytes. Mapped files are pages that the system can drop.
  static var anonymous: Double { field("RssAnon") }
  static var mapped: Double { field("RssFile") }

  private static func field(_ name: String) -> Double {
    let line = Counters.text(of: "/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix(name + ":") }
    let number = line?.split { !$0.isNumber }.first.flatMap { Double($0) }
    return (number ?? .nan) * 1_024
  }
}

/// Looks at the anonymous memory every few milliseconds, on a thread of its own.
final class MemoryWatch: Sendable {
  private let peak = Mutex(ProcessMemory.anonymous)
  private let isDone = Atomic(false)

  init() {
    Thread.detachNewThread { [self] in
      while !isDone.load(ordering: .relaxed) {
        let now = ProcessMemory.anonymous
        peak.withLock { $0 = max($0, now) }
        usleep(2_000)
      }
    }
  }

  /// The most that was seen.
  func stop() -> Double {
    isDone.store(true, ordering: .relaxed)
    return peak.withLock { max($0, ProcessMemory.anonymous) }
  }
}

/// Bytes and flushes that went to a device, and the bytes that this process has given to the
/// system.
struct DiskWrites {
  var deviceByteCount: Double
  var flushCount: Double
  /// Of every call that writes. What the system counts as made dirty is no use: it counts a large
  /// page as a whole whenever a part of it changes.
  var ownByteCount: Double

  /// As of now, for the device of `path`; everybody's writes count there.
  init(at path: String) {
    var status = stat()
    stat(path, &status)
    let (major, minor) = (status.st_dev >> 8 & 0xfff, status.st_dev & 0xff)
    let numbers = Counters.text(of: "/sys/dev/block/\(major):\(minor)/stat")
      .split { !$0.isNumber }.compactMap { Double($0) }
    // Documented in the kernel's block/stat: sectors written are the 7th, flushes the 16th.
    deviceByteCount = numbers.count > 6 ? numbers[6] * 512 : .nan
    flushCount = numbers.count > 15 ? numbers[15] : .nan
    let own = Counters.text(of: "/proc/self/io").split(separator: "\n")
      .first { $0.hasPrefix("wchar:") }
    ownByteCount = own?.split(separator: " ").last.flatMap { Double($0) } ?? .nan
  }

  static func - (a: DiskWrites, b: DiskWrites) -> DiskWrites {
    var difference = a
    difference.deviceByteCount -= b.deviceByteCount
    difference.flushCount -= b.flushCount
    difference.ownByteCount -= b.ownByteCount
    return difference
  }
}

enum Counters {
  static func text(of path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
