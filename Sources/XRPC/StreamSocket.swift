// StreamSocket.swift: a subscriber's connection: a cursor, and a socket that frames go into.
//
// It stands first in the pipeline, before NIO's frame encoder, so that shared buffers go to the
// socket as they are. All of it runs on the connection's event loop:
//
//   opening ──► open ──► ending ──► (closed)
//                │ writes while the socket takes more: from the tail, or from the log if it is
//                │ further back; wakes when the tail grows or the socket drains
//
// Not here: what the client sends (ClientFrames), or whether it keeps up (SubscriberPace).
import DAGCBOR
import MST
import NIOCore
import RepoStore

/// The sending half of a subscriber's connection.
final class StreamSocket: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Phase { case opening, open, ending }

  private let firehose: Firehose
  private let subscription: Subscription
  private let subscribers: LoopSubscribers
  private var context: ChannelHandlerContext?
  private var phase = Phase.opening
  private var pace: SubscriberPace
  /// Everything up to here has been written.
  private var place = LSN.zero
  private var sent = Seq.zero
  private var isReading = false
  private var isPumping = false

  /// On the event loop of the connection.
  init(_ subscription: Subscription, to firehose: Firehose, on loop: any EventLoop) {
    self.subscription = subscription
    self.firehose = firehose
    subscribers = firehose.subscribers(on: loop)
    pace = SubscriberPace(firehose.limits, now: .now())
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    subscribers.insert(self)
    let socket = NIOLoopBound(self, eventLoop: context.eventLoop)
    firehose.start(of: subscription, on: context.eventLoop).whenComplete { result in
      socket.value.begin(result)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { forget() }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    pace.socketChanged(isWritable: context.channel.isWritable, at: .now())
    pump()
    context.fireChannelWritabilityChanged()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    pace.heard(at: .now())
    context.fireChannelRead(data)
  }

  // Safe: NIO's signature; the events that matter here are named below.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent: end(.goingAway, "the server stops")
    // The client will not say goodbye: it has closed its half.
    case ChannelEvent.inputClosed: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  private func forget() {
    subscribers.remove(self)
    context = nil
  }
}

extension StreamSocket {
  private func begin(_ start: Result<Firehose.Start, any Error>) {
    guard phase == .opening else { return }
    switch start {
    case .success(.at(let lsn, let seq, let isOutdated)):
      phase = .open
      (place, sent) = (lsn, seq)
      if isOutdated { writeOutdatedCursor() }
      pump()
    case .success(.futureCursor(let newest)):
      fail(.futureCursor, "the newest event is \(newest)")
    case .failure(let error): breakOff(error)
    }
  }

  private func writeOutdatedCursor() {
    let message = "events after this cursor are no longer kept: the oldest kept follow"
    write(
      WebSocketBytes.binary(StreamFrame.infoFrame(name: "OutdatedCursor", message: message)))
  }

  /// The log or its tail has more.
  func tailHasGrown() {
    guard phase == .open, let context else { return }
    if context.channel.isWritable { return pump() }
    if let reason = pace.tooSlow(sent: sent, newest: firehose.tail.end.seq) {
      fail(.consumerTooSlow, reason)
    }
  }

  func tick(_ now: NIODeadline) {
    guard phase != .ending else { return }
    switch pace.due(at: now) {
    case .nothing: return
    case .ping: write(WebSocketBytes.ping, isLast: true)
    case .cut(let reason): fail(.consumerTooSlow, reason)
    case .close: context?.close(promise: nil)
    }
  }

  /// Writes as long as there is something and the socket takes it.
  private func pump() {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while phase == .open, !isReading, let context, context.channel.isWritable {
      switch firehose.tail.frames(after: place) {
      case .frames(let frames, let reached): send(frames, reached: reached)
      case .atEnd: return pace.caughtUp()
      case .behind: readBacklog(on: context.eventLoop)
      case .broken: fail(.internalServerError, "the stream cannot go on")
      }
    }
  }

  private func send(_ frames: [WireFrame], reached: LSN) {
    place = reached
    guard let last = frames.last else { return }
    sent = last.seq
    for frame in frames { write(frame.bytes) }
    context?.flush()
  }

  private func readBacklog(on loop: any EventLoop) {
    isReading = true
    let socket = NIOLoopBound(self, eventLoop: loop)
    firehose.backlog(after: place, on: loop).whenComplete { result in
      socket.value.take(result)
    }
  }

  private func take(_ result: Result<Firehose.Backlog, any Error>) {
    isReading = false
    guard phase == .open else { return }
    switch result {
    case .success(let backlog):
      send(backlog.frames, reached: backlog.reached)
      pump()
    case .failure(let error): breakOff(error)
    }
  }
}

extension StreamSocket {
  /// What the client sent that is not for ignoring.
  func answerPing(_ payload: ByteBuffer) {
    // A client that pings and does not read gets no more.
    guard phase != .ending, let context, context.channel.isWritable else { return }
    write(WebSocketBytes.pong(payload), isLast: true)
  }

  /// The client closes, or answers our closing.
  func clientClosed() {
    guard let context else { return }
    guard phase != .ending else { return context.close(promise: nil) }
    phase = .ending
    write(WebSocketBytes.close(.normal), isLast: true)
    context.close(promise: nil)
  }

  /// Ends the stream with an error of the protocol: a last frame, and then the closing.
  private func fail(_ error: XRPCErrorName, _ message: String) {
    write(
      WebSocketBytes.binary(StreamFrame.errorFrame(name: error.rawValue, message: message)))
    let code: WebSocketBytes.CloseCode =
      error == .internalServerError ? .unexpectedError : .policyViolation
    end(code, error.rawValue)
  }

  private func breakOff(_ error: any Error) {
    firehose.logger.error("a stream broke off", metadata: ["error": "\(error)"])
    fail(.internalServerError, "the stream cannot go on")
  }

  /// Says goodbye, and closes when the client has answered or has had time to.
  func end(_ code: WebSocketBytes.CloseCode, _ reason: String) {
    guard phase != .ending, let context else { return }
    phase = .ending
    write(WebSocketBytes.close(code, reason), isLast: true)
    let channel = context.channel
    context.eventLoop.scheduleTask(in: .seconds(firehose.limits.closeSeconds)) {
      channel.close(promise: nil)
    }
  }

  private func write(_ bytes: ByteBuffer, isLast: Bool = false) {
    guard let context else { return }
    context.write(wrapOutboundOut(bytes), promise: nil)
    if isLast { context.flush() }
  }
}
