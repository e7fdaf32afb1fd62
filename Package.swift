// swift-tools-version: 6.2
import PackageDescription

// One target per room; ARCHITECTURE.md says what each is for and who may import whom.
// The import table there is data in Tests/HouseTests, which fails when a source strays from it.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let nio = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map {
  Target.Dependency.product(name: $0, package: "swift-nio")
}
let http =
  nio + [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  ]
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestKit"], swiftSettings: strict)
}

let package = Package(
  name: "plaited",
  products: [
    "ATSyntax", "DAGCBOR", "Lexicon", "Records", "ATCrypto", "Identity", "MST", "RepoStore",
    "Accounts", "Tokens", "XRPC",
  ].map { .library(name: $0, targets: [$0]) } + [
    .executable(name: "plaited", targets: ["plaited"]),
    // For the package in Benchmarks/, which measures what the command measures.
    .library(name: "World", targets: ["Input", "World"]),
    .library(name: "Workloads", targets: ["Workloads"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
    // Before 2.100.0 a flood of header fields is not bounded.
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.9.0"),
  ],
  targets: [
    // C libraries: a module map each, no logic.
    .systemLibrary(name: "CCBOR", pkgConfig: "libcbor", providers: [.apt(["libcbor-dev"])]),
    .systemLibrary(
      name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    // C, ours: SHA-256 on the CPU's SHA instructions, with a portable path.
    .target(name: "CSHA256"),
    // C, ours: the bytes of lexicons/.
    .target(name: "CLexicons"),

    room("ATSyntax", []),
    room("DAGCBOR", ["CCBOR", "CSHA256"]),
    room("Lexicon", ["ATSyntax", "DAGCBOR", "CLexicons"]),
    // Made from lexicons/ by `plaited lex gen --swift`; a test holds it to them.
    room("Records", ["Lexicon", "ATSyntax", "DAGCBOR"]),
    room("ATCrypto", ["CSecp256k1", "DAGCBOR", crypto]),
    room("Identity", ["ATSyntax", "DAGCBOR", "ATCrypto"]),
    room("MST", ["ATSyntax", "DAGCBOR"]),
    room(
      "RepoStore",
      ["MST", "DAGCBOR", "ATSyntax", "ATCrypto", "Identity", "CLMDB", "CXXHash"]),
    room("Accounts", ["ATSyntax", "DAGCBOR", "CSQLite", cryptoExtras]),
    room("Tokens", ["ATSyntax", "DAGCBOR", "ATCrypto", crypto]),
    room(
      "XRPC",
      [
        "RepoStore", "Accounts", "Tokens", "Identity", "Lexicon", "MST", "DAGCBOR", "ATSyntax",
        "ATCrypto",
      ] + http),

    // The command line: composes the rooms, and is imported by its tests alone.
    .executableTarget(
      name: "plaited",
      dependencies: [
        "XRPC", "RepoStore", "Accounts", "MST", "Records", "Lexicon", "Identity", "ATCrypto",
        "DAGCBOR", "ATSyntax", "World", "Workloads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // What is measured, by `plaited bench` and by the package in Benchmarks/: the common input,
    // repos of it, and workloads on them.
    .target(
      name: "Input", dependencies: ["DAGCBOR"], path: "Benchmarks/Sources/Input",
      swiftSettings: strict),
    .target(
      name: "World", dependencies: ["Input", "DAGCBOR", "MST"], path: "Benchmarks/Sources/World",
      swiftSettings: strict),
    .target(
      name: "Workloads",
      dependencies: [
        "World", "Input", "ATSyntax", "DAGCBOR", "Lexicon", "ATCrypto", "MST", "RepoStore",
      ],
      path: "Benchmarks/Sources/Workloads", swiftSettings: strict),

    // Shared by the tests: fixtures, seeded randomness, the common input.
    .target(
      name: "TestKit", dependencies: ["DAGCBOR"], path: "Tests/TestKit", swiftSettings: strict),
    // Random values of the data model.
    .target(
      name: "ValueKit", dependencies: ["DAGCBOR", "TestKit"], path: "Tests/ValueKit",
      swiftSettings: strict),
    tests(of: "ATSyntax", ["ATSyntax"]),
    tests(of: "DAGCBOR", ["DAGCBOR", "ValueKit"]),
    tests(of: "Lexicon", ["Lexicon", "Records", "ATSyntax", "DAGCBOR"]),
    tests(of: "ATCrypto", ["ATCrypto", "DAGCBOR"]),
    tests(of: "Identity", ["Identity", "ATCrypto", "ATSyntax", "DAGCBOR"]),
    tests(of: "MST", ["MST", "ATSyntax", "DAGCBOR", "ATCrypto"]),
    tests(of: "RepoStore", ["RepoStore", "Lexicon", "MST", "ATSyntax", "DAGCBOR", "ATCrypto"]),
    tests(of: "plaited", ["plaited", "RepoStore", "Lexicon", "ATCrypto", "DAGCBOR", "ATSyntax"]),
    tests(of: "Accounts", ["Accounts", "ATSyntax", "DAGCBOR"]),
    tests(of: "Tokens", ["Tokens", "ATSyntax", "DAGCBOR", "ATCrypto", crypto]),
    tests(
      of: "XRPC",
      [
        "XRPC", "RepoStore", "Accounts", "Tokens", "Identity", "Lexicon", "MST", "DAGCBOR",
        "ATSyntax", "ATCrypto",
      ] + http),
    tests(of: "House", []),

    // A tool that other implementations are compared with; not a product.
    .executableTarget(
      name: "interop", dependencies: ["DAGCBOR", "MST", "TestKit", "ValueKit"],
      path: "Tests/Interop",
      exclude: [
        "cars.py", "cbor_differential.py", "firehose_client.py", "kill.py", "million.py",
        "mst_differential.py", "sdk.py",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
