// Router.swift: where a request goes, as a pure function of its line and the method table.
//
//   GET /                          text      GET /robots.txt              text
//   GET /xrpc/_health              JSON      GET /livez                   text
//   GET /.well-known/did.json      JSON      GET /.well-known/atproto-did text
//   /xrpc/<NSID>                   a row of the table
//
// Errors as clients of the protocol know them: an unknown method is 501, a wrong HTTP method for a
// query or a procedure 400; a subscription without a WebSocket is 426, with anything but GET 405.
// Spec: https://atproto.com/specs/xrpc, https://atproto.com/specs/event-stream
import ATSyntax
import HTTPTypes

/// Routing for one server.
struct Router: Sendable {
  let table: MethodTable
  let rules: BrowserRules

  /// Where a request goes.
  enum Route: Sendable {
    case page(Page)
    case query(XRPCMethod, XRPCMethod.Query, Parameters)
    case procedure(XRPCMethod, XRPCMethod.Procedure, Parameters)
    /// Whose handle the host is that was asked for.
    case handleProof
    case subscription(Subscription)
    case preflight
  }

  /// What is served beside methods.
  enum Page: String, Sendable {
    case welcome = "/"
    case robots = "/robots.txt"
    case health = "/xrpc/_health"
    case alive = "/livez"
    case document = "/.well-known/did.json"
  }

  /// Finds the route of a request that has been admitted.
  ///
  /// - Throws: every error that can be told without running the method.
  func route(_ request: RequestLine) throws(XRPCError) -> Route {
    guard request.target.utf8.count <= ServerLimits.targetByteCountMax else {
      throw XRPCError(
        .targetTooLong, status: .uriTooLong,
        "the request target has \(request.target.utf8.count) bytes, at most "
          + "\(ServerLimits.targetByteCountMax) are read")
    }
    if request.method == .options { return .preflight }
    if let page = Page(rawValue: request.path.isEmpty ? "/" : String(request.path)) {
      guard request.isReading else { throw notAllowed(request.method) }
      return .page(page)
    }
    if request.path == "/.well-known/atproto-did" {
      guard request.isReading else { throw notAllowed(request.method) }
      return .handleProof
    }
    let prefix = "/xrpc/"
    guard request.path.hasPrefix(prefix) else {
      throw XRPCError(.notFound, status: .notFound, "there is nothing at this path: see /")
    }
    return try route(request, to: String(request.path.dropFirst(prefix.count)))
  }

  private func route(_ request: RequestLine, to name: String) throws(XRPCError) -> Route {
    let nsid: NSID
    do throws(SyntaxError) {
      nsid = try NSID(name)
    } catch {
      throw .invalidRequest("the name of a method after /xrpc/: \(error)")
    }
    guard let method = table[nsid] else {
      throw XRPCError(
        .methodNotImplemented, status: .notImplemented, "this server has no method \(nsid)")
    }
    switch method.kind {
    case .query(let query):
      guard request.isReading else {
        throw .invalidRequest(
          "\(nsid) is a query: expected GET, found \(request.method.rawValue)")
      }
      return .query(method, query, try Parameters(query: request.query))
    case .procedure(let procedure):
      guard request.method == .post else {
        throw .invalidRequest(
          "\(nsid) is a procedure: expected POST, found \(request.method.rawValue)")
      }
      return .procedure(method, procedure, try Parameters(query: request.query))
    case .subscription(let read):
      guard request.method == .get else { throw notAllowed(request.method) }
      return .subscription(try read(try Parameters(query: request.query)))
    }
  }

  private func notAllowed(_ method: HTTPRequest.Method) -> XRPCError {
    XRPCError(
      .methodNotAllowed, status: .methodNotAllowed, "expected GET, found \(method.rawValue)")
  }
}

extension RequestLine {
  /// A question for an answer, or for its headers alone.
  fileprivate var isReading: Bool { method == .get || method == .head }
}

extension Router.Route {
  /// The row of the table that is called, if one is.
  var method: XRPCMethod? {
    switch self {
    case .query(let method, _, _), .procedure(let method, _, _): method
    case .page, .handleProof, .subscription, .preflight: nil
    }
  }
}
