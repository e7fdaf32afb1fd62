// Server.swift: a server for one store: what it needs to be told, and its life.
//
// Not here: opening and closing the store, which is the caller's.
import ATSyntax
import Accounts
import DAGCBOR
import HummingbirdCore
import Identity
import Lexicon
import Logging
import NIOCore
import NIOPosix
import RepoStore
import ServiceLifecycle

/// An XRPC server that answers for the repos of a store and their accounts.
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
    /// The schemas that records are held to.
    public var schemas = Catalog()
    /// How often anybody may do what.
    public var rateLimiting = RateLimiting.standard
    /// Addresses of proxies, which say for whom they ask.
    public var proxies: Set<String> = []
    /// Bytes of a blob.
    public var blobByteCountMax = ServerLimits.blobByteCountDefault
    /// The SHA-256 of the admin's password; nil where nobody is the admin.
    public var adminPassword: Digest?
    public var sessionTimes = SessionTimes.standard
    /// The operations that made an identity here, oldest first; none for others.
    public var operations: @Sendable (DID) -> [PLCOperation] = { _ in [] }
    public var clock: any StoreClock = SystemClock()
    public var chance = Chance.ofSystem
    /// Told once, with the port, when connections are accepted.
    public var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    public init() {}
  }

  private let store: RepoStore
  private let accounts: AccountStore
  private let configuration: Configuration
  private let log: any FrameLog
  private let table: MethodTable
  private let logger: Logger

  public init(
    _ store: RepoStore, _ accounts: AccountStore, _ configuration: Configuration, logger: Logger
  ) {
    self.init(
      (store, accounts), configuration, logger, log: StoreFrameLog(store: store), table: .served)
  }

  /// With another log and other methods than the store's, for tests.
  init(
    _ stores: (RepoStore, AccountStore), _ configuration: Configuration, _ logger: Logger,
    log: any FrameLog, table: MethodTable
  ) {
    (store, accounts) = stores
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
    let pools = ServerPools()
    let failure: (any Error)?
    do {
      try await serve(stopsOnSignals, pools)
      failure = nil
    } catch {
      failure = error
    }
    try await pools.stop()
    if let failure { throw failure }
  }

  private func serve(_ stopsOnSignals: Bool, _ pools: ServerPools) async throws {
    let firehose = Firehose(
      log, readers: pools.logReaders, limits: configuration.subscribers, logger: logger)
    let site = try Site(store, accounts, configuration, hashers: pools.hashers)
    let router = Router(table: table, rules: configuration.rules)
    let front = HTTPFront(router: router, site: site, readers: pools.readers, logger: logger)
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

/// The threads that may wait for a disk or work for long, by what they do.
private struct ServerPools {
  let readers = NIOThreadPool(numberOfThreads: ServerLimits.readerThreadCount)
  let logReaders = NIOThreadPool(numberOfThreads: ServerLimits.readerThreadCount)
  let hashers = NIOThreadPool(numberOfThreads: ServerLimits.hasherThreadCount)

  init() {
    for pool in [readers, logReaders, hashers] { pool.start() }
  }

  func stop() async throws {
    for pool in [readers, logReaders, hashers] { try await pool.shutdownGracefully() }
  }
}
