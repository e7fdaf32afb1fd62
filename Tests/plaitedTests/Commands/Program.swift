// Program.swift: the built program as a process, with pipes or a terminal around it.
import Foundation
import Glibc
import Synchronization

@testable import plaited

/// A running command, whose output is read here.
final class Program {
  /// Beside this package's other products.
  static let path = RowFile.folder.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: ".build/release/plaited").path

  private let process = Process()
  private let input = Pipe()
  private let errors = Pipe()
  /// The end that is read: of a pipe, or the master of a terminal.
  private let output: Int32
  private var read: [UInt8] = []
  private let onTerminal: Bool

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameter onTerminal: standard output is a terminal of 100 columns and 24 lines.
  convenience init(
    _ words: [String], in world: CommandWorld, environment: [String: String] = [:],
    onTerminal: Bool = false
  ) throws {
    try self.init(Program.path, words, in: world.folder, environment, onTerminal: onTerminal)
  }

  /// A line for the shell, in which `plaited` is the built program.
  convenience init(shell line: String, in world: CommandWorld) throws {
    try self.init("/bin/sh", ["-c", line], in: world.folder, [:], onTerminal: false)
  }

  init(
    _ path: String, _ words: [String], in folder: String, _ environment: [String: String],
    onTerminal: Bool
  ) throws {
    self.onTerminal = onTerminal
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let products = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    process.environment = ["PATH": "\(products):/usr/bin:/bin", "HOME": folder, "TERM": "xterm"]
      .merging(environment) { _, given in given }
    process.standardInput = input
    process.standardError = errors
    if onTerminal {
      let ends = try Program.terminal()
      process.standardOutput = FileHandle(fileDescriptor: ends.slave, closeOnDealloc: false)
      output = ends.master
      try process.run()
      Glibc.close(ends.slave)
    } else {
      let pipe = Pipe()
      process.standardOutput = pipe
      output = dup(pipe.fileHandleForReading.fileDescriptor)
      try process.run()
      try pipe.fileHandleForWriting.close()
      // Nobody else reads: whoever writes then finds out when `output` is closed.
      try pipe.fileHandleForReading.close()
    }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  private static func terminal() throws -> (master: Int32, slave: Int32) {
    // The module of the C library has no grantpt and its like: these are what they ask the system
    // for (ioctl_tty(2)).
    let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, index) = (Int32(0), UInt32(0))
    guard master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, number, &index) == 0
    else { throw Failed(description: "no terminal: errno \(errno)") }
    let slave = open("/dev/pts/\(index)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw Failed(description: "no terminal: errno \(errno)") }
    var size = winsize(ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    return (master, slave)
  }

  /// Gives the command something to read, and the end of it.
  func give(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  func endInput() throws { try input.fileHandleForWriting.close() }

  /// Reads until the output holds `text`; false where it ended before.
  @discardableResult
  func reads(_ text: String) -> Bool {
    while !String(decoding: read, as: UTF8.self).contains(text) {
      guard readSome() else { return false }
    }
    return true
  }

  var outputSoFar: String { String(decoding: read, as: UTF8.self) }

  private func readSome() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      read += buffer[..<count]
      return true
    }
  }

  /// Lets nobody read the output any more.
  func closeOutput() { Glibc.close(output) }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Reads what is left and waits for the end.
  func said() throws -> Said {
    let box = ErrorBox(errors.fileHandleForReading)
    while readSome() {}
    Glibc.close(output)
    process.waitUntilExit()
    let status =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    // A terminal begins each line at its left.
    return Said(
      status: status, out: Bytes(onTerminal ? read.filter { $0 != 0x0d } : read).text,
      err: box.text())
  }

  /// Waits for the end of a command whose output nobody reads.
  func statusWithoutOutput() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// Reads the first of the output, asks the command to end, and waits for that.
  func untilStopped() throws -> Said {
    _ = readSome()
    signal(SIGTERM)
    return try said()
  }
}

/// Reads a pipe beside the other one, so that neither can fill up.
private final class ErrorBox: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let bytes = Mutex(Data())

  init(_ handle: FileHandle) {
    DispatchQueue.global().async { [self] in
      let read = handle.readDataToEndOfFile()
      bytes.withLock { $0 = read }
      done.signal()
    }
  }

  func text() -> String {
    done.wait()
    done.signal()
    return bytes.withLock { String(decoding: $0, as: UTF8.self) }
  }
}
