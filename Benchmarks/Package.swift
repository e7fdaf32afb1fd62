// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that whoever uses the libraries does not fetch what measures them.
//
//   Core       benchmarks in the framework's way:  swift package benchmark
//   Report     one table of workloads beside the primitives of the same run, and the count gate
//   Gate       the count gate alone, which builds without the cryptography
//
// Beside them lie what they run, which are targets of the package above, because `plaited bench`
// runs them as well:
//
//   Workloads  questions, how they are asked, and in which rounds
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
    .executableTarget(name: "Gate", dependencies: ours("World"), swiftSettings: strict),
    .executableTarget(
      name: "Report", dependencies: ours("Workloads", "World"), swiftSettings: strict),
    .executableTarget(
      name: "Core",
      dependencies: ours("Workloads", "World") + [
        .product(name: "Benchmark", package: "benchmark")
      ],
      path: "Core", swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
