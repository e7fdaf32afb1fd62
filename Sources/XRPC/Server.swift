// Server.swift: a server for one store: what it needs to be told, and its life.
//
// Not here: opening and closing the store, which is the caller's.
import ATSyntax
import HummingbirdCore
import Identity
import Logging
import NIOCore
import NIOPosix
import RepoStore
import ServiceLifecycle

/// An XRPC server that answers for the public repos of a store.
public struct Server: Sendable {
  /// What a server needs to be told.
  public struct Configuration: Sendable {
    /// An address, or a name for one. The default is this machine only.
    public var host = "127.0.0.1"
    /// 0 for any that is free.
    public var port = 2583
    /// Where clients reach the server, if not at host and port.
    public var publicOrigin: HTTPOrigin?
    /// Which web pages may use it.
    public var audience = BrowserRules.Audience.pages(of: [])
    /// Of the product, for `_health`.
    public var version = "0"
    public var subscribers = SubscriberLimits()
    /// Told once, with the port, when connections are accepted.
    public var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    public init() {}
  }

  private let store: RepoStore
  private let configuration: Configuration
  private let log: any FrameLog
  private let table: MethodTable
  private let logger: Logger

  public init(_ store: RepoStore, _ configuration: Configuration, logger: Logger) {
    self.init(store, configuration, logger, log: StoreFrameLog(store: store), table: .reading)
  }

  /// With another log and other methods than the store's, for tests.
  init(
    _ store: RepoStore, _ configuration: Configuration, _ logger: Logger, log: any FrameLog,
    table: MethodTable
  ) {
    self.store = store
    self.configuration = configuration
    self.logger = logger
    self.log = log
    self.table = table
  }
}

extension Server {
  /// Serves until the task is cancelled, or until SIGTERM or SIGINT comes if `stopsOnSignals`: then
  /// no connection is accepted any more, answers that have begun are finished (for `drainSeconds`
  /// at most), subscribers are told that the server is going away, and the call returns.
  ///
  /// The store is left open: it is the caller's.
  /// - Throws: where the address cannot be listened on.
  public func run(stopsOnSignals: Bool = false) async throws {
    let (readers, logReaders) = (
      NIOThreadPool(numberOfThreads: ServerLimits.readerThreadCount),
      NIOThreadPool(numberOfThreads: ServerLimits.readerThreadCount)
    )
    readers.start()
    logReaders.start()
    let failure: (any Error)?
    do {
      try await serve(stopsOnSignals, readers, logReaders)
      failure = nil
    } catch {
      failure = error
    }
    try await readers.shutdownGracefully()
    try await logReaders.shutdownGracefully()
    if let failure { throw failure }
  }

  private func serve(
    _ stopsOnSignals: Bool, _ readers: NIOThreadPool, _ logReaders: NIOThreadPool
  ) async throws {
    let firehose = Firehose(
      log, readers: logReaders, limits: configuration.subscribers, logger: logger)
    let site = Site(
      store: store, did: try configuration.serviceDID, origin: try configuration.origin,
      version: configuration.version)
    let router = Router(table: table, rules: configuration.rules)
    let front = HTTPFront(router: router, site: site, readers: readers, logger: logger)
    let channel = ServerChannel(front: front, router: router, firehose: firehose)
    let onListening = configuration.onListening
    let http = channel.server(
      configuration: ServerConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          ServerLimits.connectionCountMax, logger: logger)),
      onServerRunning: { listener in
        onListening(listener.localAddress?.port ?? 0)
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    var group = ServiceGroupConfiguration(
      services: [firehose, http],
      gracefulShutdownSignals: stopsOnSignals ? [.sigterm, .sigint] : [], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(ServerLimits.drainSeconds)
    try await ServiceGroup(configuration: group).run()
  }
}

extension Server.Configuration {
  /// Where clients reach the server.
  var origin: HTTPOrigin {
    get throws(ServerError) {
      if let publicOrigin { return publicOrigin }
      let name = BrowserRules.isLoopback(host) ? "localhost" : host
      // A port that nobody chose is in no URL.
      let text = "http://\(name)" + (port == 0 ? "" : ":\(port)")
      guard let origin = HTTPOrigin(text) else { throw .noOrigin(host: host) }
      return origin
    }
  }

  /// The did:web of the origin.
  var serviceDID: DID {
    get throws(ServerError) {
      let origin = try origin
      let port = origin.port.map { "%3A\($0)" } ?? ""
      do throws(SyntaxError) {
        return try DID("did:web:\(origin.host)\(port)")
      } catch {
        throw .noServiceDID(error)
      }
    }
  }

  var rules: BrowserRules {
    var hosts: Set = [host]
    if let publicOrigin { hosts.insert(publicOrigin.host) }
    return BrowserRules(
      audience: audience, hosts: hosts, answersAddresses: !BrowserRules.isLoopback(host))
  }
}
