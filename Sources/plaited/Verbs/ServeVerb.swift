// ServeVerb.swift: `plaited serve`: the store over XRPC, until the process is told to stop.
//
// While it serves, the process owns the store: commands of the same user in the same store are run
// here, over a socket beside it (OwnerSocket). Not here: what is served (XRPC).
import ATSyntax
import ArgumentParser
import DAGCBOR
import Identity
import Lexicon
import Logging
import RepoStore
import XRPC

struct Serve: Verb {
  static let configuration = verb(
    "serve", "Serve the store: records, blobs, proofs, exports, and the stream of events.",
    """
    Who has logged in (plaited account password) may write, and alone sees the private tree. \
    Without --public no web page may use the server, but those of --cors-origin. SIGTERM and \
    SIGINT end it: answers that have begun are finished.
    """)
  static let examples = [
    Example("plaited serve", "on this machine, port 2583"),
    Example("plaited serve --port 0 --ndjson", "on any free port, which the first line tells"),
    Example(
      "plaited serve --host 0.0.0.0 --public --public-url https://pds.example.com",
      "for everyone, behind a proxy that has the certificate"),
  ]
  static let isOwners = true
  var isLive: Bool { true }

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
  var host = "127.0.0.1"
  @Option(help: ArgumentHelp("The port; 0 for any that is free.", valueName: "port"))
  var port = 2583
  @Option(help: ArgumentHelp("Where clients reach the server.", valueName: "url"))
  var publicURL: String?
  @Option(
    name: .customLong("cors-origin"),
    help: ArgumentHelp("A web page's origin that may use it; repeatable.", valueName: "origin"))
  var origins: [String] = []
  @Option(
    help: ArgumentHelp(
      "A file whose first line is the admin's password; without it nobody is the admin.",
      valueName: "file"))
  var adminPasswordFile: String?
  @Option(
    help: ArgumentHelp("A folder of schemas that records are held to.", valueName: "folder"))
  var lexicons: String?
  @Option(
    help: ArgumentHelp(
      "standard, logins (else, where only this machine reaches the server) or off.",
      valueName: "which"))
  var rateLimits: RateLimiting?
  @Option(
    name: .customLong("trusted-proxy"),
    help: ArgumentHelp(
      "A proxy whose X-Forwarded-For is believed; repeatable.", valueName: "address"))
  var proxies: [String] = []
  @Flag(name: .customLong("public"), help: "Let every web page use it.")
  var isPublic = false

  func validate() throws {
    guard 0...65_535 ~= port else { throw ValidationError("a port is from 0 to 65535") }
    if isPublic, !origins.isEmpty {
      throw ValidationError("--public and --cors-origin exclude each other")
    }
  }

  func answer(_ job: inout Job) async throws -> Answer {
    let store = try job.store()
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    var configuration = try configuration()
    try complete(&configuration, for: job, store)
    configuration.onListening = { listening.yield($0) }
    let accounts = try job.accounts()
    let server = Server(store, accounts, configuration, logger: logger(job))
    let socket = try OwnerSocket(for: store, in: job.folder)
    let housekeeping = Housekeeping(store: store, logger: logger(job))
    let keeping = Task(executorPreference: CommandThread()) { await housekeeping.run() }
    defer {
      keeping.cancel()
      socket.close()
    }
    async let served: Void = {
      defer { listening.finish() }
      try await server.run(stopsOnSignals: true)
    }()
    try job.printer.openList("listening", [.id("url"), .id("did")])
    for await port in ports.prefix(1) {
      let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
      let owner = try store.ownerStatus().did
      try job.printer.row(
        [.id(url), .id("\(owner)")],
        ["url": .string(url), "port": .count(port), "did": .text(owner)])
    }
    do {
      try await served
    } catch {
      throw Complaint(
        .unavailable, "NotServed", what: "the store is not served", why: "\(error)",
        remedy: "name another address or port with --host and --port")
    }
    return Answer()
  }

  private func configuration() throws -> Server.Configuration {
    var configuration = Server.Configuration()
    configuration.host = host
    configuration.port = port
    configuration.version = Invocation.version
    configuration.audience =
      isPublic ? .everyone : .pages(of: Set(origins.map { $0.lowercased() }))
    configuration.proxies = Set(proxies)
    let isAlone = BrowserRules.isLoopback(host) && publicURL == nil
    configuration.rateLimiting = rateLimits ?? (isAlone ? .logins : .standard)
    guard let publicURL else { return configuration }
    guard let origin = HTTPOrigin(publicURL) else {
      throw Complaint(
        .usage, "UsageError", what: "\(publicURL) is not a place to be served at",
        why: "expected https://host[:port], and nothing after it",
        remedy: "plaited serve --public-url https://pds.example.com")
    }
    configuration.publicOrigin = origin
    return configuration
  }

  /// What is read from files beside the store.
  private func complete(
    _ configuration: inout Server.Configuration, for job: Job, _ store: RepoStore
  ) throws {
    if let adminPasswordFile {
      let password = try SecretFile.read(adminPasswordFile, on: job.desk)
      configuration.adminPassword = Digest(of: Array(password.utf8))
    }
    if let lexicons {
      let folder = job.desk.path(lexicons)
      // A document that is none is refused here, where somebody looks.
      _ = try Catalog(folder: folder)
      job.door.schemas.add(folder: folder)
    }
    configuration.schemas = try job.schemas().catalog
    var known: [DID: PLCOperation] = [:]
    for did in Set(store.repos.map(\.did)) {
      known[did] = try IdentityFile(of: did, in: job).read()
    }
    let operations = known
    configuration.operations = { did in operations[did].map { [$0] } ?? [] }
  }

  private func logger(_ job: Job) -> Logger {
    let level: Logger.Level =
      common.quiet ? .critical : common.verbose ? .debug : .warning
    let err = job.desk.err
    return Logger(label: "plaited") { _ in LineLog(err, level: level) }
  }
}

extension RateLimiting: ExpressibleByArgument {}
