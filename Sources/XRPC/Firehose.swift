// Firehose.swift: one reader of the log's end for all subscribers, and the list of who they are.
//
// The log is read once as it grows; each event loop is told once, however many subscribers it has
// and however often the log has grown since it was last told.
// Not here: what a subscriber does when it is told (StreamSocket).
import Logging
import NIOCore
import NIOPosix
import RepoStore
import ServiceLifecycle
import Synchronization

/// The public stream of one store.
final class Firehose: Service {
  let tail: FrameTail
  let limits: SubscriberLimits
  let logger: Logger
  private let log: any FrameLog
  private let readers: NIOThreadPool
  private let loops = Mutex<[ObjectIdentifier: LoopSubscribers]>([:])

  /// - Parameter readers: threads that may wait for the disk.
  init(_ log: any FrameLog, readers: NIOThreadPool, limits: SubscriberLimits, logger: Logger) {
    self.log = log
    self.readers = readers
    self.limits = limits
    self.logger = logger
    tail = FrameTail(after: log.end, limits: limits)
  }

  /// Follows the log until the service is stopped.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      do {
        try await self.follow()
      } catch is CancellationError {
        return
      } catch {
        self.logger.critical("the public stream ends here", metadata: ["error": "\(error)"])
        self.tail.giveUp()
        self.wakeAll()
      }
    }
    // Without subscribers' events there is still a server: wait for its end.
    try await gracefulShutdown()
  }

  private func follow() async throws {
    let log = log
    let limits = limits
    while !Task.isCancelled {
      let place = tail.end.lsn
      let batch = try await readers.runIfActive {
        try log.frames(after: place, byteCount: limits.liveByteCount)
      }
      if batch.reached > place {
        tail.append(batch)
        wakeAll()
      } else if await log.grown(beyond: place) <= place {
        // The log was closed, or this task was cancelled.
        return
      }
    }
  }

  private func wakeAll() {
    for subscribers in loops.withLock({ Array($0.values) }) { subscribers.wake() }
  }

  /// The subscribers of an event loop. Called on that loop.
  func subscribers(on loop: any EventLoop) -> LoopSubscribers {
    loops.withLock { loops in
      let id = ObjectIdentifier(loop)
      if let known = loops[id] { return known }
      let new = LoopSubscribers(loop, tickSeconds: limits.tickSeconds)
      loops[id] = new
      return new
    }
  }
}

extension Firehose {
  /// Where a subscriber begins.
  enum Start: Sendable {
    /// - isOutdated: what came after its cursor is gone, and the first event says so.
    case at(LSN, seq: Seq, isOutdated: Bool)
    case futureCursor(newest: Seq)
  }

  /// Finds the place of a cursor.
  ///
  /// Without one it is the end of what is in memory, so that whatever comes after will be told.
  func start(
    of subscription: Subscription, on loop: any EventLoop
  ) -> EventLoopFuture<Start> {
    guard let cursor = subscription.cursor else {
      let end = tail.end
      return loop.makeSucceededFuture(.at(end.lsn, seq: end.seq, isOutdated: false))
    }
    let log = log
    return readers.runIfActive(eventLoop: loop) {
      let newest = log.end.seq
      let seq = Seq(rawValue: cursor)
      guard seq <= newest else { return .futureCursor(newest: newest) }
      let (lsn, isOutdated) = try log.start(after: seq)
      // A cursor of 0 asks for all there is, and gets it.
      return .at(lsn, seq: seq, isOutdated: isOutdated && cursor > 0)
    }
  }

  /// Reads a stretch of the log for a subscriber further back than the tail.
  func backlog(after lsn: LSN, on loop: any EventLoop) -> EventLoopFuture<Backlog> {
    let log = log
    let limits = limits
    return readers.runIfActive(eventLoop: loop) {
      let batch = try log.frames(after: lsn, byteCount: limits.backlogByteCount)
      return Backlog(frames: batch.frames.map(WireFrame.init), reached: batch.reached)
    }
  }

  /// A stretch of the log for one subscriber.
  struct Backlog: Sendable {
    var frames: [WireFrame]
    var reached: LSN
  }
}

/// The subscribers of one event loop, touched on that loop only.
final class LoopSubscribers: Sendable {
  private let loop: any EventLoop
  private let tickSeconds: Int64
  private let sockets: NIOLoopBoundBox<[ObjectIdentifier: StreamSocket]>
  /// Whether the loop has been asked to look and has not looked yet.
  private let isWaking = Atomic(false)

  init(_ loop: any EventLoop, tickSeconds: Int64) {
    self.loop = loop
    self.tickSeconds = tickSeconds
    sockets = NIOLoopBoundBox([:], eventLoop: loop)
  }

  var count: Int { sockets.value.count }

  func insert(_ socket: StreamSocket) {
    sockets.value[ObjectIdentifier(socket)] = socket
    if sockets.value.count == 1 { scheduleTick() }
  }

  func remove(_ socket: StreamSocket) {
    sockets.value[ObjectIdentifier(socket)] = nil
  }

  /// Tells every subscriber that the tail has grown. From any thread.
  func wake() {
    let wasWaking = isWaking.exchange(true, ordering: .acquiringAndReleasing)
    if wasWaking { return }
    loop.execute {
      self.isWaking.store(false, ordering: .releasing)
      for socket in self.sockets.value.values { socket.tailHasGrown() }
    }
  }

  /// While there is anyone to look after.
  private func scheduleTick() {
    loop.scheduleTask(in: .seconds(tickSeconds)) {
      let now = NIODeadline.now()
      for socket in self.sockets.value.values { socket.tick(now) }
      if !self.sockets.value.isEmpty { self.scheduleTick() }
    }
  }
}
