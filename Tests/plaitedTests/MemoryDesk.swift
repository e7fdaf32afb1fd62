// MemoryDesk.swift: a desk whose files are arrays, so that a command runs inside of a test.
import ATSyntax
import DAGCBOR
import Synchronization

@testable import plaited

/// What a command wrote.
final class Written: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  var outlet: Outlet { Outlet { bytes in self.bytes.withLock { $0 += bytes } } }
  var raw: [UInt8] { bytes.withLock { $0 } }
  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  var lines: [String] { text.split(separator: "\n").map(String.init) }
}

struct MemoryDesk {
  /// 2024-05-01T10:00:00Z.
  static let now: Int64 = 1_714_557_600_000_000

  let out = Written()
  let err = Written()
  var terminal = Terminal()
  var environment: [String: String] = [:]
  var input = ""

  func desk(in directory: String = "/nowhere") -> Desk {
    let rest = Mutex(Array(input.utf8))
    return Desk(
      out: out.outlet, err: err.outlet,
      input: Inlet(reading: rest), terminal: terminal, environment: environment,
      directory: directory, now: { MemoryDesk.now })
  }

  func run(_ arguments: String...) async -> ExitStatus {
    await Invocation(arguments, on: desk()).run()
  }
}

extension Inlet {
  fileprivate init(reading rest: consuming Mutex<[UInt8]>) {
    let box = InputBox(rest)
    self.init { box.take() }
  }
}

private final class InputBox: Sendable {
  private let rest: Mutex<[UInt8]>

  init(_ rest: consuming Mutex<[UInt8]>) { self.rest = rest }

  func take() -> [UInt8] {
    rest.withLock { rest in
      defer { rest = [] }
      return rest
    }
  }
}
