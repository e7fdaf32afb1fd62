// ServerChannel.swift: a connection's pipeline: HTTP, or a WebSocket where the first request asks.
//
//   encoder ─ decoder ─ UpgradeGate ─ upgrader ┬─► HTTP types ─ idle watch ─ Hummingbird
//                                              └─► StreamSocket … frame decoder ─ ClientFrames
//
// Not here: which requests become WebSockets (UpgradeGate), what is answered (HTTPFront).
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// How this server sets up and serves its connections.
struct ServerChannel: ServerChildChannel, HTTPChannelHandler {
  let front: HTTPFront
  let router: Router
  let firehose: Firehose

  /// What a connection turned out to be.
  enum Outcome: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    /// A subscriber, which its event loop serves from here on.
    case stream
  }

  struct Value: ServerChildChannelValue {
    let outcome: EventLoopFuture<Outcome>
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let outcome = try pipeline.configureUpgradableHTTPServerPipeline(
        configuration: configuration(logger))
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(UpgradeGate(router), position: .after(decoder))
      let timeout = channel.eventLoop.scheduleTask(
        in: .seconds(ServerLimits.firstRequestSeconds)
      ) { channel.close(promise: nil) }
      outcome.whenComplete { _ in timeout.cancel() }
      return Value(outcome: outcome, channel: channel)
    }
  }

  private func configuration(
    _ logger: Logger
  ) -> NIOUpgradableHTTPServerPipelineConfiguration<Outcome> {
    let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Outcome>(upgraders: [upgrader]) {
      channel in
      channel.eventLoop.makeCompletedFuture { try asyncHTTP(channel, logger) }
    }
    var configuration = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: upgrade)
    // Requests are answered in order by Hummingbird's loop, errors by the gate, and header values
    // are checked when they are made.
    configuration.enablePipelining = false
    configuration.enableErrorHandling = false
    configuration.enableResponseHeaderValidation = false
    // NIO would end the answer to a HEAD with the last chunk of a body that must not be there.
    configuration.encoderConfiguration.automaticallySetFramingHeaders = false
    configuration.decoderConfiguration.maxHeaderFieldSize = ServerLimits.headerFieldByteCountMax
    configuration.decoderConfiguration.maxHeaderListSize = ServerLimits.headerListByteCountMax
    configuration.decoderConfiguration.maxHeaderFieldCount = ServerLimits.headerFieldCountMax
    return configuration
  }

  private var upgrader: NIOTypedWebSocketServerUpgrader<Outcome> {
    NIOTypedWebSocketServerUpgrader(
      maxFrameSize: ServerLimits.clientFrameByteCountMax, enableAutomaticErrorHandling: false,
      shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture { try stream(channel, head) }
      })
  }

  private func asyncHTTP(_ channel: any Channel, _ logger: Logger) throws -> Outcome {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandler(
      HTTPConnectionStateHandler(
        idleTimeout: .seconds(ServerLimits.idleSeconds), logger: logger))
    return .http(
      try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(isOutboundHalfClosureEnabled: true)))
  }

  private func stream(_ channel: any Channel, _ head: HTTPRequestHead) throws -> Outcome {
    // The gate found one in the same head.
    guard let subscription = router.subscription(head) else {
      throw NIOWebSocketUpgradeError.unsupportedWebSocketTarget
    }
    let socket = StreamSocket(subscription, to: firehose, on: channel.eventLoop)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(ClientFrames(for: socket))
    try pipeline.addHandler(socket, position: .first)
    return .stream
  }
}

extension ServerChannel {
  var responder: Responder {
    { request, writer, channel in
      try await front.respond(to: request, from: channel.remoteAddress?.ipAddress, writer)
    }
  }

  func handle(value: Value, logger: Logger) async {
    do {
      switch try await value.outcome.get() {
      case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
      case .stream:
        try await withTaskCancellationHandler {
          try await value.channel.closeFuture.get()
        } onCancel: {
          value.channel.close(promise: nil)
        }
      }
    } catch {
      logger.debug("a connection ended early", metadata: ["error": "\(error)"])
      value.channel.close(promise: nil)
    }
  }
}
