// UpgradeGate.swift: which requests may become WebSockets, decided where the parser hands them on.
//
// NIO's upgrader drops the head of a request that it refuses, and then nothing can answer it. So a
// request that will not be upgraded loses its Upgrade header here, and is answered over HTTP like
// any other. The same place answers what is no HTTP at all.
// Spec: RFC 6455, section 4.2.1
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands between the parser and the upgrader of one connection.
final class UpgradeGate: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Phase {
    case http
    /// The head of a WebSocket's request has passed; its end has not.
    case upgrading
    /// What passes now is no HTTP and is not looked at.
    case webSocket
  }

  private let router: Router
  private var phase = Phase.http
  /// Requests whose answer has not ended.
  private var unansweredCount = 0

  init(_ router: Router) { self.router = router }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase != .webSocket else { return context.fireChannelRead(data) }
    switch unwrapInboundIn(data) {
    case .head(var head):
      unansweredCount += 1
      if router.upgrades(head) {
        phase = .upgrading
      } else {
        head.headers.remove(name: "upgrade")
      }
      context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body: context.fireChannelRead(data)
    case .end:
      if phase == .upgrading { phase = .webSocket }
      context.fireChannelRead(data)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if phase == .http, case .end = unwrapOutboundIn(data) { unansweredCount -= 1 }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard phase == .http, error is HTTPParserError else {
      return context.fireErrorCaught(error)
    }
    // In the middle of another answer there is no place for this one.
    if unansweredCount == 0 { answerParserError(context) }
    context.close(promise: nil)
  }

  private func answerParserError(_ context: ChannelHandlerContext) {
    let body = XRPCError.invalidRequest("this is not an HTTP request that can be read").body
    let headers: HTTPHeaders = [
      "content-type": "application/json; charset=utf-8", "content-length": "\(body.count)",
      "connection": "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

extension Router {
  /// The subscription that a request is for, if it is one for a WebSocket and nothing is wrong with
  /// it.
  func subscription(_ head: HTTPRequestHead) -> Subscription? {
    let line = RequestLine(head)
    do throws(XRPCError) {
      _ = try rules.admit(line)
      guard case .subscription(let subscription) = try route(line) else { return nil }
      return subscription
    } catch {
      // The same is found, and said, over HTTP.
      return nil
    }
  }

  fileprivate func upgrades(_ head: HTTPRequestHead) -> Bool {
    head.isWebSocketRequest && subscription(head) != nil
  }
}

extension HTTPRequestHead {
  /// Whether the head asks for a WebSocket as the protocol wants it asked.
  fileprivate var isWebSocketRequest: Bool {
    func values(_ name: String) -> [Substring] { headers[canonicalForm: name] }
    func has(_ value: String, in name: String) -> Bool {
      values(name).contains { $0.lowercased() == value }
    }
    let isPlain =
      method == .GET && version == .http1_1 && !headers.contains(name: "transfer-encoding")
      && values("content-length").allSatisfy { $0 == "0" }
    return isPlain && has("websocket", in: "upgrade") && has("upgrade", in: "connection")
      && headers["sec-websocket-version"] == ["13"]
      && headers["sec-websocket-key"].count == 1
      && headers["sec-websocket-key"].allSatisfy { $0.utf8.count == 24 }
  }
}
