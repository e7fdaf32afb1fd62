// Desk.swift: everything that a command may touch outside of its values.
//
// A command gets a desk instead of reaching for the process it runs in, so that it can be run for
// another process, or for a test. Not here: the store, which is opened by StoreDoor.
import Glibc

struct Desk: Sendable {
  var out: Outlet
  var err: Outlet
  var input: Inlet
  var terminal: Terminal
  var environment: [String: String]
  /// The folder that relative paths start from.
  var directory: String
  /// Microseconds since 1970.
  var now: @Sendable () -> Int64

  /// `path` as the system takes it, whatever folder the process is in.
  func path(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return directory + "/" + path
  }

  /// The desk of this process.
  static func ofProcess() -> Desk {
    var environment: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1)
      if let name = parts.first {
        environment[String(name)] = parts.count > 1 ? String(parts[1]) : ""
      }
      entry += 1
    }
    let directory = getcwd(nil, 0)
    defer { free(directory) }
    return Desk(
      out: Outlet(descriptor: STDOUT_FILENO), err: Outlet(descriptor: STDERR_FILENO),
      input: Inlet(descriptor: STDIN_FILENO), terminal: .current(environment),
      environment: environment,
      // Safe: the text that the system allocated ends with a zero.
      directory: directory.map { String(cString: $0) } ?? ".", now: Desk.wallClock)
  }

  @Sendable static func wallClock() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
