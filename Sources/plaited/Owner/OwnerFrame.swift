// OwnerFrame.swift: what the two ends of the owner's socket say to each other, as bytes.
//
//   kind (1 byte) ‖ length (4 bytes, big-endian) ‖ payload
//
//   client ─► owner   call: who asks for which command
//                     input: bytes of standard input, none at its end
//   owner ─► client   output, errors: bytes
//                     wanted: the command reads its input
//                     exit: the status, one byte
//
// Input is sent only when it is wanted: a command that reads none leaves it to whoever comes next.
// Not here: sockets (OwnerSocket, OwnerClient).
import DAGCBOR

struct OwnerFrame: Equatable {
  enum Kind: UInt8 {
    case call = 1
    case input = 2
    case output = 3
    case errors = 4
    case wanted = 5
    case exit = 6
  }

  /// An argument list at its longest, or a piece of input or output.
  static let payloadByteCountMax = 4 << 20
  static let headByteCount = 5

  var kind: Kind
  var payload: [UInt8]

  var bytes: [UInt8] {
    let count = UInt32(payload.count)
    return [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
      + payload
  }

  /// What a frame's first five bytes say: nil for what is none.
  static func head(_ bytes: [UInt8]) -> (kind: Kind, byteCount: Int)? {
    guard bytes.count == headByteCount, let kind = Kind(rawValue: bytes[0]) else { return nil }
    let count = bytes[1...].reduce(0) { $0 << 8 | Int($1) }
    return count <= payloadByteCountMax ? (kind, count) : nil
  }
}

/// A command, and the process that asks for it.
struct OwnerCall: Equatable {
  /// Both ends must be of the same program.
  var version = Invocation.version
  var arguments: [String]
  var directory: String
  var environment: [String: String]
  var terminal: Terminal

  /// What commands look at; nothing else of a process's environment leaves it.
  private static func isSent(_ name: String) -> Bool {
    ["NO_COLOR", "CLICOLOR_FORCE", "TERM"].contains(name) || name.hasPrefix("PLAITED_")
  }

  init(_ arguments: [String], on desk: Desk) {
    self.arguments = arguments
    directory = desk.directory
    environment = desk.environment.filter { OwnerCall.isSent($0.key) }
    terminal = desk.terminal
  }

  var bytes: [UInt8] {
    JSONForm.encode([
      "version": .string(version), "arguments": .array(arguments.map { .string($0) }),
      "directory": .string(directory),
      "environment": .map(CBORMap(environment.map { ($0.key, .string($0.value)) })),
      "terminal": [
        "ends": .count(terminal.ends.rawValue), "columns": .count(terminal.columnCount),
        "lines": .count(terminal.lineCount),
      ],
    ])
  }

  /// - Throws: a complaint for what is no call, or one of another version.
  init(_ bytes: [UInt8]) throws {
    let value = try JSONForm.decode(bytes, as: .plain)
    guard let version = value["version"]?.stringValue else { throw OwnerCall.unreadable }
    guard version == Invocation.version else {
      throw Complaint(
        .unavailable, "OtherVersion", what: "the store's owner did not take the command",
        why: "it is plaited \(Invocation.version), and this is plaited \(version)",
        remedy: "end plaited serve and start it again")
    }
    guard let arguments = value["arguments"]?.arrayValue,
      let directory = value["directory"]?.stringValue, directory.hasPrefix("/"),
      case .map(let environment)? = value["environment"], let terminal = value["terminal"],
      case .integer(let ends)? = terminal["ends"],
      case .integer(let columns)? = terminal["columns"],
      case .integer(let lines)? = terminal["lines"]
    else { throw OwnerCall.unreadable }
    self.version = version
    self.arguments = arguments.compactMap(\.stringValue)
    self.directory = directory
    self.environment = Dictionary(
      uniqueKeysWithValues: environment.compactMap { name, value in
        value.stringValue.map { (name, $0) }
      })
    self.terminal = Terminal(
      ends: Terminal.Ends(rawValue: Int(ends)), columnCount: max(20, Int(clamping: columns)),
      lineCount: Int(clamping: lines))
  }

  private static let unreadable = Complaint(
    .bug, "InternalError", what: "the store's owner did not take the command",
    why: "what came over its socket is no call", remedy: "report it")
}
