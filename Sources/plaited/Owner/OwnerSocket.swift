// OwnerSocket.swift: the owner's end: commands of other processes, run on the store that is open
// here.
//
// A command gets a desk whose files are the client's, and the open store; it is the same code that
// would run there. Each has a thread of its own, so that one whose client reads slowly keeps nobody
// waiting. Not here: the client's end (OwnerClient), the bytes between them (OwnerFrame).
import Dispatch
import Glibc
import RepoStore
import Synchronization

/// Listens in a store's folder until it is closed.
final class OwnerSocket: Sendable {
  /// Commands at a time; more wait to be accepted.
  static let commandCountMax = 64

  private let listener: LocalSocket
  private let store: RepoStore
  private let path: String
  private let room = DispatchSemaphore(value: commandCountMax)
  private let connections = Mutex<[ObjectIdentifier: LocalSocket]>([:])

  /// - Throws: a complaint where the folder takes no socket.
  init(for store: RepoStore, in folder: String) throws {
    self.store = store
    path = "\(folder)/\(LocalSocket.name)"
    listener = try LocalSocket.listen(in: folder)
    let thread = DispatchQueue(label: "plaited.owner")
    thread.async { [self] in acceptAll() }
  }

  /// Takes no more commands, breaks off those that run, and waits for a while until they have
  /// noticed: what they wrote is written.
  func close() {
    unlink(path)
    listener.end()
    for connection in connections.withLock({ Array($0.values) }) { connection.end() }
    let deadline = DispatchTime.now() + .seconds(5)
    var takenCount = 0
    while takenCount < OwnerSocket.commandCountMax, room.wait(timeout: deadline) == .success {
      takenCount += 1
    }
    // A semaphore goes with the count that it came with.
    for _ in 0..<takenCount { room.signal() }
  }

  private func acceptAll() {
    while let connection = listener.accept() {
      // Another user cannot come this far, unless someone changed the socket's mode.
      guard connection.peerUser == geteuid() else { continue }
      room.wait()
      connections.withLock { $0[ObjectIdentifier(connection)] = connection }
      let input = CommandInput()
      let task = Task(executorPreference: CommandThread()) { [self] in
        await OwnerCommand(connection, input, store).run()
        connection.end()
        connections.withLock { $0[ObjectIdentifier(connection)] = nil }
        room.signal()
      }
      input.read(from: connection) { task.cancel() }
    }
  }
}

/// A thread for one command, on which it may wait.
final class CommandThread: TaskExecutor {
  private let queue = DispatchQueue(label: "plaited.command")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// What a client sends, read by a thread of its own, so that it is noticed when the client goes
/// away from a command that only waits.
final class CommandInput: Sendable {
  private let frames = Mutex<[OwnerFrame]>([])
  private let count = DispatchSemaphore(value: 0)

  /// Reads until the connection ends, and then calls `onEnd`.
  func read(from connection: LocalSocket, onEnd: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "plaited.input").async { [self] in
      while let frame = connection.read() {
        frames.withLock { $0.append(frame) }
        count.signal()
      }
      count.signal()
      onEnd()
    }
  }

  /// The next frame; nil, for ever, once the connection has ended.
  func next() -> OwnerFrame? {
    count.wait()
    let frame = frames.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    if frame == nil { count.signal() }
    return frame
  }
}

/// A command of another process.
struct OwnerCommand {
  private let connection: LocalSocket
  private let input: CommandInput
  private let store: RepoStore

  init(_ connection: LocalSocket, _ input: CommandInput, _ store: RepoStore) {
    self.connection = connection
    self.input = input
    self.store = store
  }

  func run() async {
    guard let frame = input.next(), frame.kind == .call else { return }
    var status = ExitStatus.bug
    do {
      let call = try OwnerCall(frame.payload)
      status = await Invocation(call.arguments, on: desk(of: call), lending: store).run()
      try connection.write(OwnerFrame(kind: .exit, payload: [UInt8(status.rawValue)]))
    } catch is ClosedPipe {
      return
    } catch {
      refuse(Complaint(error))
    }
  }

  private func refuse(_ complaint: Complaint) {
    let text = complaint.lines(.off).joined(separator: "\n") + "\n"
    do {
      try connection.write(OwnerFrame(kind: .errors, payload: Array(text.utf8)))
      try connection.write(
        OwnerFrame(kind: .exit, payload: [UInt8(complaint.status.rawValue)]))
    } catch {
      return  // the client has gone
    }
  }

  /// The client's files, terminal and folder, as the command sees them.
  private func desk(of call: OwnerCall) -> Desk {
    var environment = call.environment
    // The terminal is the client's, and so is the pager.
    environment["PLAITED_PAGER"] = ""
    return Desk(
      out: outlet(.output), err: outlet(.errors), input: inlet, terminal: call.terminal,
      environment: environment, directory: call.directory, now: Desk.wallClock)
  }

  private func outlet(_ kind: OwnerFrame.Kind) -> Outlet {
    Outlet { [connection] bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(OwnerFrame.payloadByteCountMax)
        try connection.write(OwnerFrame(kind: kind, payload: Array(piece)))
        rest = rest.dropFirst(piece.count)
      }
    }
  }

  private var inlet: Inlet {
    Inlet { [connection, input] in
      try connection.write(OwnerFrame(kind: .wanted, payload: []))
      guard let frame = input.next(), frame.kind == .input else { throw ClosedPipe() }
      return frame.payload
    }
  }
}
