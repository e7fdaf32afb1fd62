// ImportTable.swift: who may import whom, as data. The picture of it is in ARCHITECTURE.md.
//
// `swift build --explicit-target-dependency-import-check error` holds sources to Package.swift;
// this table holds both to the plan. Rooms that are not built yet are listed, so that a new room
// starts with its walls.

struct Room: Sendable {
  var name: String
  /// Targets of this package.
  var ours: Set<String>
  /// Modules from elsewhere.
  var outside: Set<String> = []
  var habits: Habits = .pure

  enum Habits: Sendable {
    /// No async, no lock, no clock, no randomness: values in, values out.
    case pure
    /// As pure, but randomness is its business.
    case pureButRandom
    /// The rim, where time, disk and sockets are.
    case rim
  }
}

extension Room {
  static let all: [Room] = [
    Room(name: "ATSyntax", ours: []),
    Room(name: "DAGCBOR", ours: ["CCBOR", "CSHA256"]),
    // Glibc for key files and randomness.
    Room(
      name: "ATCrypto", ours: ["CSecp256k1", "DAGCBOR"], outside: ["Crypto", "Glibc"],
      habits: .pureButRandom),
    // Glibc for reading its folder.
    Room(name: "Lexicon", ours: ["ATSyntax", "DAGCBOR", "CLexicons"], outside: ["Glibc"]),
    Room(name: "Records", ours: ["Lexicon", "ATSyntax", "DAGCBOR"]),
    Room(name: "MST", ours: ["ATSyntax", "DAGCBOR"]),
    Room(name: "Identity", ours: ["ATSyntax", "DAGCBOR", "ATCrypto"]),
    Room(
      name: "RepoStore",
      ours: ["MST", "DAGCBOR", "ATSyntax", "ATCrypto", "Identity", "CLMDB", "CXXHash"],
      outside: ["Dispatch", "Glibc", "Synchronization"], habits: .rim),
    Room(
      name: "RepoViews", ours: ["RepoStore", "MST", "DAGCBOR", "ATSyntax", "Lexicon", "CSQLite"],
      outside: ["Foundation", "GRDB", "Synchronization"], habits: .rim),
    Room(
      name: "Accounts", ours: ["ATSyntax", "DAGCBOR", "CSQLite"],
      outside: ["CryptoExtras", "Dispatch", "FoundationEssentials", "Glibc", "Synchronization"],
      habits: .rim),
    Room(
      name: "Tokens", ours: ["ATSyntax", "DAGCBOR", "ATCrypto"],
      outside: ["Crypto", "FoundationEssentials"]),
    Room(
      name: "Outbound", ours: ["ATSyntax"],
      outside: nio.union(["AsyncHTTPClient", "Foundation", "Glibc"]), habits: .rim),
    Room(
      name: "XRPC",
      ours: [
        "RepoStore", "RepoViews", "Accounts", "Tokens", "Identity", "Lexicon", "MST", "DAGCBOR",
        "ATSyntax", "ATCrypto", "Outbound",
      ],
      outside: nio.union([
        "Crypto", "Foundation", "Glibc", "HTTPTypes", "Hummingbird", "HummingbirdCore", "JWTKit",
        "Logging", "Metrics", "ServiceLifecycle", "Synchronization",
      ]), habits: .rim),
    Room(
      name: "XRPCClient",
      ours: ["Lexicon", "Identity", "DAGCBOR", "ATSyntax", "MST", "ATCrypto", "Outbound"],
      outside: nio.union(["AsyncHTTPClient", "Foundation", "Logging"]), habits: .rim),
    Room(
      name: "Mirror",
      ours: [
        "XRPCClient", "RepoStore", "Identity", "MST", "DAGCBOR", "ATSyntax", "ATCrypto",
      ],
      outside: ["Logging", "Synchronization"], habits: .rim),
    // The agent is an ordinary client: there is no road from it to RepoStore.
    Room(
      name: "Agent", ours: ["XRPCClient", "Lexicon", "ATSyntax", "DAGCBOR"],
      outside: ["Foundation", "Logging"], habits: .rim),
  ]

  // Input, World and Workloads lie in Benchmarks/Sources: targets of this package, so that the
  // command and the package in Benchmarks measure the same; no room of Sources/ but the command
  // may import them.

  /// The executable composes everything and is imported by nobody, so it has no row.
  static let withoutWalls: Set<String> = ["plaited"]

  static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static let nio: Set<String> = [
    "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOWebSocket",
    "NIOConcurrencyHelpers",
  ]
}
