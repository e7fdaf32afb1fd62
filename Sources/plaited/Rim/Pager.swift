// Pager.swift: more than a screen of output goes through the person's pager.
//
// Lines are held until they are more than the screen shows; only then a pager is started. Where
// none can be started, they are written as they are.
import Glibc
import Synchronization

final class Pager: Sendable {
  private enum Stage {
    /// Bytes held, and the lines in them.
    case holding([UInt8], lineCount: Int)
    case direct
    /// The pipe to the pager, and its process.
    case paging(pipe: Int32, process: pid_t)
  }

  private let stage = Mutex<Stage>(.holding([], lineCount: 0))
  private let lineCountMax: Int
  private let command: String

  /// - Parameter lineCountMax: lines of the screen, without the one for the prompt.
  init(command: String, lineCountMax: Int) {
    self.command = command
    self.lineCountMax = lineCountMax
  }

  /// The pager that the environment names; nil for none, or for `cat`.
  static func command(_ environment: [String: String]) -> String? {
    if environment["TERM"] == "dumb" { return nil }
    let named = environment["PLAITED_PAGER"] ?? environment["PAGER"] ?? "less -FRX"
    return ["", "cat"].contains(named) ? nil : named
  }

  func write(_ bytes: [UInt8]) throws {
    try stage.withLock { stage in
      switch stage {
      case .direct: try Outlet.write(bytes, to: STDOUT_FILENO)
      case .paging(let pipe, _): try Outlet.write(bytes, to: pipe)
      case .holding(let held, let lineCount):
        let all = held + bytes
        let count = lineCount + bytes.count { $0 == UInt8(ascii: "\n") }
        guard count > lineCountMax else {
          stage = .holding(all, lineCount: count)
          return
        }
        if let (pipe, process) = Pager.start(command) {
          stage = .paging(pipe: pipe, process: process)
          try Outlet.write(all, to: pipe)
        } else {
          stage = .direct
          try Outlet.write(all, to: STDOUT_FILENO)
        }
      }
    }
  }

  /// Writes what was held, or waits until the person has left the pager.
  func finish() throws {
    try stage.withLock { stage in
      defer { stage = .direct }
      switch stage {
      case .holding(let held, _): try Outlet.write(held, to: STDOUT_FILENO)
      case .direct: break
      case .paging(let pipe, let process):
        close(pipe)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR { continue }
      }
    }
  }

  /// Starts `command` in a shell, with a pipe as its input.
  private static func start(_ command: String) -> (pipe: Int32, process: pid_t)? {
    let program = command.split(separator: " ").first.map(String.init) ?? command
    var ends: [Int32] = [0, 0]
    guard isThere(program), pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    let arguments = ["/bin/sh", "-c", command].map { (text: String) in strdup(text) }
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawn(
      &process, "/bin/sh", &actions, nil, arguments + [nil], environ)
    guard failure == 0 else {
      close(ends[1])
      return nil
    }
    return (ends[1], process)
  }

  private static func isThere(_ program: String) -> Bool {
    if program.contains("/") { return access(program, X_OK) == 0 }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
