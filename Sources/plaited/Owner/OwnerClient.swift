// OwnerClient.swift: the client's end: a command that another process runs, with this one's files.
//
// Not here: which commands are sent (Invocation), the owner's end (OwnerSocket).
import RepoStore

/// A connection to the process that owns a store.
struct OwnerClient {
  private let connection: LocalSocket

  /// The owner of the store in `folder`; nil where none serves it.
  init?(of folder: String) {
    guard let connection = LocalSocket.connect(in: folder) else { return nil }
    self.connection = connection
  }

  /// Has a command run, and passes on what it reads and writes.
  ///
  /// - Throws: `ClosedPipe` where whoever read the output has gone; a complaint where the owner
  ///   has.
  func run(_ arguments: [String], on desk: Desk) throws -> ExitStatus {
    try send(.call, OwnerCall(arguments, on: desk).bytes)
    var input: ArraySlice<UInt8> = []
    while let frame = connection.read() {
      switch frame.kind {
      case .output: try pass(frame, to: desk.out)
      case .errors: try pass(frame, to: desk.err)
      case .wanted:
        if input.isEmpty { input = try desk.input.read()[...] }
        let piece = input.prefix(OwnerFrame.payloadByteCountMax)
        input = input.dropFirst(piece.count)
        try send(.input, Array(piece))
      case .exit:
        guard let status = frame.payload.first.flatMap({ ExitStatus(rawValue: Int32($0)) }) else {
          throw OwnerClient.gone
        }
        return status
      case .call, .input: throw OwnerClient.gone
      }
    }
    throw OwnerClient.gone
  }

  private func send(_ kind: OwnerFrame.Kind, _ payload: [UInt8]) throws {
    do {
      try connection.write(OwnerFrame(kind: kind, payload: payload))
    } catch is ClosedPipe {
      throw OwnerClient.gone
    }
  }

  private func pass(_ frame: OwnerFrame, to outlet: Outlet) throws {
    try outlet.append(frame.payload)
    try outlet.flush()
  }

  private static let gone = Complaint(
    .unavailable, "OwnerGone", what: "the command was broken off",
    why: "the process that owns the store has ended",
    remedy: "look with plaited repo log at what was written, and run the command again")
}
