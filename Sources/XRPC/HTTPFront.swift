// HTTPFront.swift: from a request to a response: admit, route, call, and write what came of it.
//
// Every way ends in one response, errors as JSON. A request that asked for a WebSocket and comes
// here was refused one by UpgradeGate, and hears why from the same router.
import DAGCBOR
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// Answers requests over HTTP.
struct HTTPFront: Sendable {
  let router: Router
  let site: Site
  /// Where slow queries and streams are read.
  let readers: NIOThreadPool
  let logger: Logger

  func respond(to request: Request, _ writer: consuming ResponseWriter) async throws {
    let line = RequestLine(request.head)
    var response = await response(to: line)
    if line.method == .head { return try await writer.writeResponse(response.head) }
    if response.body.contentLength == nil { response.headers[.transferEncoding] = "chunked" }
    try await writer.write(response: response.head, body: response.body)
  }

  private func response(to line: RequestLine) async -> Response {
    var permission = BrowserRules.Permission.none
    do throws(XRPCError) {
      permission = try router.rules.admit(line)
      let answer = try await answer(to: line)
      return response(answer, permission)
    } catch {
      if error.status.code >= 500 && error.name != .methodNotImplemented {
        let cause = error.cause.map { ": \($0)" } ?? ""
        logger.error(
          "request failed", metadata: ["path": "\(line.path)", "error": "\(error)\(cause)"])
      }
      return response(error, permission)
    }
  }

  private func answer(to line: RequestLine) async throws(XRPCError) -> Answer {
    switch try router.route(line) {
    case .page(let page): return site.answer(page)
    case .query(let query, let parameters):
      return try await run(query, MethodCall(site: site, parameters: parameters))
    case .preflight: return .preflight
    case .subscription:
      throw XRPCError(
        .upgradeRequired, status: .upgradeRequired,
        "this is a stream: connect to it with a WebSocket (version 13)")
    }
  }

  private func run(
    _ query: XRPCMethod.Query, _ call: MethodCall
  ) async throws(XRPCError) -> Answer {
    switch query.cost {
    case .quick: return try query.answer(call)
    case .slow:
      do {
        return try await readers.runIfActive { try query.answer(call) }
      } catch let error as XRPCError {
        throw error
      } catch {
        throw XRPCError(.notEnoughResources, status: .serviceUnavailable, "the server stops")
      }
    }
  }

  private func response(
    _ answer: Answer, _ permission: BrowserRules.Permission
  ) -> Response {
    var headers = HTTPFields(permission)
    headers[.contentType] = answer.contentType
    if case .preflight = answer { headers.allowRequests() }
    var response = Response(status: answer.status, headers: headers, body: body(of: answer))
    if answer.status == .noContent { response.headers[.contentLength] = nil }
    return response
  }

  private func body(of answer: Answer) -> ResponseBody {
    switch answer {
    case .json(let value): ResponseBody(JSONForm.encode(value))
    case .text(let text): ResponseBody(Array(text.utf8))
    case .car(let bytes): ResponseBody(bytes)
    case .carStream(let next):
      ResponseBody { writer in
        while let bytes = try await readers.runIfActive(next) {
          try await writer.write(ByteBuffer(bytes: bytes))
        }
        try await writer.finish(nil)
      }
    case .preflight: ResponseBody()
    }
  }

  private func response(
    _ error: XRPCError, _ permission: BrowserRules.Permission
  ) -> Response {
    var headers = HTTPFields(permission)
    headers[.contentType] = "application/json; charset=utf-8"
    switch error.status {
    case .methodNotAllowed: headers[.allow] = "GET"
    case .upgradeRequired:
      headers[.upgrade] = "websocket"
      headers[.webSocketVersion] = "13"
    default: break
    }
    return Response(status: error.status, headers: headers, body: ResponseBody(error.body))
  }
}

extension ResponseBody {
  fileprivate init(_ bytes: [UInt8]) { self.init(byteBuffer: ByteBuffer(bytes: bytes)) }
}

extension HTTPFields {
  /// The headers that let a browser show the answer to a page, and keep anything else from guessing
  /// at its type.
  fileprivate init(_ permission: BrowserRules.Permission) {
    self.init()
    self[.xContentTypeOptions] = "nosniff"
    switch permission {
    case .none: return
    case .everyone: self[.accessControlAllowOrigin] = "*"
    case .page(let origin):
      self[.accessControlAllowOrigin] = origin
      self[.vary] = "Origin"
    }
    self[.accessControlExposeHeaders] =
      "Atproto-Repo-Rev, Atproto-Content-Labelers, DPoP-Nonce, RateLimit-Limit, "
      + "RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Retry-After, WWW-Authenticate"
  }

  /// What a page may send, after it asked.
  fileprivate mutating func allowRequests() {
    self[.allow] = "GET, HEAD, OPTIONS"
    guard contains(.accessControlAllowOrigin) else { return }
    self[.accessControlAllowMethods] = "GET, HEAD"
    self[.accessControlAllowHeaders] = "Authorization, Content-Type, DPoP, Atproto-Proxy"
    self[.accessControlMaxAge] = "86400"
  }
}
