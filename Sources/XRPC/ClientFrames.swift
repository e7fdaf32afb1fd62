// ClientFrames.swift: what a subscriber sends: pings, its closing, and nothing that matters.
//
// Spec: https://atproto.com/specs/event-stream (client frames are ignored), RFC 6455
import NIOCore
import NIOWebSocket

/// The receiving half of a subscriber's connection, last in the pipeline.
final class ClientFrames: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame

  private let socket: StreamSocket

  init(for socket: StreamSocket) { self.socket = socket }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    // A client that does not mask is none: caches between it and here could be fooled.
    guard frame.maskKey != nil else { return socket.end(.protocolError, "frames must be masked") }
    switch frame.opcode {
    case .ping: socket.answerPing(frame.unmaskedData)
    case .connectionClose: socket.clientClosed()
    default: return
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength:
      socket.end(
        .messageTooBig, "at most \(ServerLimits.clientFrameByteCountMax) bytes are read")
    case is NIOWebSocketError: socket.end(.protocolError, "not a WebSocket frame")
    default: context.close(promise: nil)
    }
  }
}
