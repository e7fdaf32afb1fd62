// Terminal.swift: what is known about the person's terminal, if there is one.
import Glibc

struct Terminal: Equatable, Sendable {
  /// Which of the three standard files are terminals.
  struct Ends: OptionSet, Sendable {
    let rawValue: Int

    static let input = Ends(rawValue: 1)
    static let output = Ends(rawValue: 2)
    static let errors = Ends(rawValue: 4)
  }

  var ends: Ends = []
  var columnCount = 80
  var lineCount = 24

  /// Asks the system about this process.
  static func current(_ environment: [String: String]) -> Terminal {
    var terminal = Terminal()
    if isatty(STDIN_FILENO) == 1 { terminal.ends.insert(.input) }
    if isatty(STDOUT_FILENO) == 1 { terminal.ends.insert(.output) }
    if isatty(STDERR_FILENO) == 1 { terminal.ends.insert(.errors) }
    var size = winsize()
    for descriptor in [STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO]
    where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      terminal.columnCount = Int(size.ws_col)
      if size.ws_row > 0 { terminal.lineCount = Int(size.ws_row) }
      break
    }
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
      terminal.columnCount = columns
    }
    terminal.columnCount = max(20, terminal.columnCount)
    return terminal
  }
}
