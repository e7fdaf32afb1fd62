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

  /// - Parameter peer: the address of the other end of the connection.
  func respond(
    to request: Request, from peer: String?, _ writer: consuming ResponseWriter
  ) async throws {
    let line = RequestLine(request.head)
    let client = ClientAddress.name(
      peer: peer, forwarded: request.head.headerFields[values: .forwardedFor],
      proxies: site.configuration.proxies)
    var response = await response(to: line, request, from: client)
    if line.method == .head { return try await writer.writeResponse(response.head) }
    if response.body.contentLength == nil { response.headers[.transferEncoding] = "chunked" }
    try await writer.write(response: response.head, body: response.body)
  }

  private func response(
    to line: RequestLine, _ request: Request, from client: String
  ) async -> Response {
    var permission = BrowserRules.Permission.none
    var rate: RateVerdict?
    do throws(XRPCError) {
      permission = try router.rules.admit(line)
      let route = try router.route(line)
      if let method = route.method {
        rate = try site.rates.take(
          1, of: RateRules.byAddress(method.name, site.rates.limiting), by: client, at: site.now())
      }
      let answer = try await answer(to: line, route, request)
      var response = response(
        answer, permission, isPersonal: route.method?.access.isPersonal ?? false)
      if let rate { response.headers.tell(rate, at: site.now()) }
      return response
    } catch {
      if error.status.code >= 500 && error.name != .methodNotImplemented {
        let cause = error.cause.map { ": \($0)" } ?? ""
        logger.error(
          "request failed", metadata: ["path": "\(line.path)", "error": "\(error)\(cause)"])
      }
      var response = response(error, permission)
      if let rate = error.rate ?? rate { response.headers.tell(rate, at: site.now()) }
      return response
    }
  }

  private func answer(
    to line: RequestLine, _ route: Router.Route, _ request: Request
  ) async throws(XRPCError) -> Answer {
    switch route {
    case .page(let page): return try site.answer(page)
    case .handleProof: return try site.did(ofHost: line.host)
    case .query(let method, let query, let parameters):
      let call = MethodCall(
        site: site, principal: try principal(request, method), parameters: parameters,
        input: .nothing)
      return try await run(query, call)
    case .procedure(let method, let procedure, let parameters):
      let principal = try principal(request, method)
      let input = try await IncomingBody(request).read(
        procedure.input, blobByteCountMax: site.configuration.blobByteCountMax)
      let call = MethodCall(
        site: site, principal: principal, parameters: parameters, input: input)
      return try await procedure.answer(call)
    case .preflight: return .preflight
    case .subscription:
      throw XRPCError(
        .upgradeRequired, status: .upgradeRequired,
        "this is a stream: connect to it with a WebSocket (version 13)")
    }
  }

  private func principal(
    _ request: Request, _ method: XRPCMethod
  ) throws(XRPCError) -> Principal {
    guard method.access != .anyone else { return .nobody }
    let presented = try Presented(request.head.headerFields[values: .authorization])
    return try Gatekeeper(site: site).principal(presented, method.access, for: method.nsid)
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
    _ answer: Answer, _ permission: BrowserRules.Permission, isPersonal: Bool
  ) -> Response {
    var headers = HTTPFields(permission)
    headers[.contentType] = answer.contentType
    if case .preflight = answer { headers.allowRequests() }
    if case .blob(_, _, let cid) = answer { headers.keepFromRunning(cid) }
    if isPersonal {
      headers[.cacheControl] = "private"
      headers[.vary] = (headers[.vary].map { "\($0), " } ?? "") + "Authorization"
    }
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
    case .blob(let bytes, _, _): ResponseBody(bytes)
    case .preflight, .empty: ResponseBody()
    }
  }

  private func response(
    _ error: XRPCError, _ permission: BrowserRules.Permission
  ) -> Response {
    var headers = HTTPFields(permission)
    headers[.contentType] = "application/json; charset=utf-8"
    switch error.status {
    case .methodNotAllowed: headers[.allow] = "GET"
    case .unauthorized: headers[.wwwAuthenticate] = "Bearer"
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

  /// What a blob is, no browser may run it in this server's name.
  fileprivate mutating func keepFromRunning(_ cid: CID) {
    self[.contentSecurityPolicy] = "default-src 'none'; sandbox"
    self[.contentDisposition] = "attachment; filename=\"\(cid)\""
  }

  /// What a page may send, after it asked.
  fileprivate mutating func allowRequests() {
    self[.allow] = "GET, HEAD, POST, OPTIONS"
    guard contains(.accessControlAllowOrigin) else { return }
    self[.accessControlAllowMethods] = "GET, HEAD, POST"
    self[.accessControlAllowHeaders] = "Authorization, Content-Type, DPoP, Atproto-Proxy"
    self[.accessControlMaxAge] = "86400"
  }
}
