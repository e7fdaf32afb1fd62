// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever uses the libraries does not fetch what measures them.
//
//   Core       benchmarks in the framework's way:  swift package benchmark
//   Report     one table of workloads beside the primitives of the same run, and the count gate
//   Workloads  what both of them run
//   Gate       the count gate alone, which builds without the cryptography
//   World      repos to work on, and what they count
//   Input      the common input, by symlinks to the files in Tests/TestKit

// As -warnings-as-errors, which tools version 6.1 has no word for.
let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

func ours(_ names: String...) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "plaited") }
}

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "plaited", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "Input", dependencies: ours("DAGCBOR"), swiftSettings: strict),
    .target(
      name: "World", dependencies: ["Input"] + ours("DAGCBOR", "MST"), swiftSettings: strict),
    .executableTarget(name: "Gate", dependencies: ["World"], swiftSettings: strict),
    .target(
      name: "Workloads",
      dependencies: ["World", "Input"]
        + ours("ATSyntax", "DAGCBOR", "ATCrypto", "MST", "RepoStore"),
      swiftSettings: strict),
    .executableTarget(
      name: "Report", dependencies: ["Workloads", "World"], swiftSettings: strict),
    .executableTarget(
      name: "Core",
      dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
      path: "Core", swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
