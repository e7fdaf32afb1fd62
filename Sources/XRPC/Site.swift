// Site.swift: what a server is, apart from how it is reached: its store, its accounts, its name.
import ATSyntax
import Accounts
import DAGCBOR
import Identity
import NIOPosix
import RepoStore
import Synchronization
import Tokens

/// What every method may ask of its server.
struct Site: Sendable {
  let store: RepoStore
  let accounts: AccountStore
  let ledger: BlobLedger
  let tokens: SessionTokens
  let rates: RateCounts
  let configuration: Server.Configuration
  /// The DID of the service.
  let did: DID
  /// Where clients reach it.
  let origin: HTTPOrigin
  /// Where passwords are hashed.
  let hashers: NIOThreadPool
  private let keys: KeyClock

  init(
    _ store: RepoStore, _ accounts: AccountStore, _ configuration: Server.Configuration,
    hashers: NIOThreadPool
  ) throws {
    self.store = store
    self.accounts = accounts
    self.configuration = configuration
    self.hashers = hashers
    ledger = BlobLedger(store, accounts)
    rates = RateCounts(configuration.rateLimiting)
    did = try configuration.serviceDID
    origin = try configuration.origin
    tokens = SessionTokens(key: try accounts.sessionKey(), service: did)
    let random = configuration.chance.bytes(2)
    keys = KeyClock(clockID: UInt16(random[0]) << 8 | UInt16(random[1]))
  }

  var times: SessionTimes { configuration.sessionTimes }
  var adminPassword: Digest? { configuration.adminPassword }

  /// The second that it is.
  func now() -> Moment { Moment(seconds: Int64(configuration.clock.now() / 1_000_000)) }

  /// A random name of 128 bits.
  func randomName() -> String { Base32.encode(configuration.chance.bytes(16)) }

  /// The operations that made an identity here, oldest first; none for others.
  func operations(_ did: DID) -> [PLCOperation] { configuration.operations(did) }

  /// A record key that no other call gets.
  func nextKey() throws(XRPCError) -> RecordKey {
    RecordKey(try keys.next(at: configuration.clock.now()))
  }

  func answer(_ page: Router.Page) throws(XRPCError) -> Answer {
    switch page {
    case .welcome:
      .text(
        """
        This is plaited, an AT Protocol Personal Data Server.

        Most of it is below /xrpc/: try /xrpc/com.atproto.server.describeServer
        Protocol: https://atproto.com

        """)
    case .robots:
      // What is public is public, and crawlers of the protocol do not read this.
      .text("User-agent: *\nAllow: /\n")
    case .health: .json(["version": .string("plaited \(configuration.version)")])
    case .alive: .text("alive\n")
    case .document: .json(try document)
    }
  }

  /// The did:web document of the service itself.
  private var document: CBORValue {
    get throws(XRPCError) {
      let document = DIDDocument(
        id: did, alsoKnownAs: [], verificationMethods: [],
        services: [
          DIDDocument.Service(
            id: "#atproto_pds", type: PLCService.pdsType, endpoint: "\(origin)")
        ])
      return try document.value
    }
  }

  /// The DID of the account whose handle is the host that was asked for.
  func did(ofHost authority: String?) throws(XRPCError) -> Answer {
    let host = authority.map { String(BrowserRules.name(of: $0)).lowercased() }
    let status = store.repos.first { status in
      status.space == .public && status.handle.map { "\($0)" == host } ?? false
    }
    guard let status else {
      throw XRPCError(.notFound, status: .notFound, "no account here has this host as its handle")
    }
    return .text("\(status.did)")
  }
}

/// Record keys in the order in which they were asked for.
private final class KeyClock: Sendable {
  private let clock: Mutex<TIDClock>

  init(clockID: UInt16) { clock = Mutex(TIDClock(clockID: clockID)) }

  func next(at now: UInt64) throws(XRPCError) -> TID {
    do throws(SyntaxError) {
      return try clock.withLock { clock throws(SyntaxError) in
        try clock.next(after: nil, now: now)
      }
    } catch {
      var failure = XRPCError.internalServerError
      failure.cause = "the clock: \(error)"
      throw failure
    }
  }
}

extension DIDDocument {
  /// The document as a value.
  var value: CBORValue {
    get throws(XRPCError) {
      do throws(JSONError) {
        return try JSONForm.decode(json, as: .plain)
      } catch {
        var failure = XRPCError.internalServerError
        failure.cause = "the DID document of \(id): \(error)"
        throw failure
      }
    }
  }
}
