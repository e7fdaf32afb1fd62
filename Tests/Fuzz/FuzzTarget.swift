// FuzzTarget.swift: what libFuzzer calls, and which target it then runs.
//
// One program holds all targets, so that the instrumented libraries are linked once; PLAITED_FUZZ
// names the target. With PLAITED_FUZZ_SEEDS set to a folder the program writes the target's seeds
// there and ends. Not here: the targets, and how the program is built (tools/fuzz).
import Glibc

/// A parser and what must hold for any bytes given to it.
struct FuzzTarget: Sendable {
  var name: String
  /// Inputs from which mutation starts: valid ones, and ones at the edge.
  var seeds: @Sendable () throws -> [[UInt8]]
  /// Returns for every input; an input that breaks a promise ends the process.
  var run: @Sendable ([UInt8]) -> Void
}

extension FuzzTarget {
  static let all: [FuzzTarget] =
    cborTargets + jsonTargets + carTargets + identifierTargets + syntaxTargets + keyTargets
    + identityTargets + treeTargets + streamTargets + lexiconTargets + tokenTargets

  /// The target of this process.
  static let current: FuzzTarget = {
    let name = environment("PLAITED_FUZZ") ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      fail("PLAITED_FUZZ=\(name) is none of \(all.map(\.name).joined(separator: " "))")
    }
    return target
  }()

  /// Writes the seeds into `folder`, which exists, as files named by number.
  func writeSeeds(to folder: String) {
    guard let seeds = attempt(seeds) else { fail("the seeds of \(name) cannot be made") }
    for (index, seed) in seeds.enumerated() {
      guard let file = fopen("\(folder)/seed-\(index)", "w") else { fail("no file in \(folder)") }
      guard fwrite(seed, 1, seed.count, file) == seed.count, fclose(file) == 0 else {
        fail("a seed was not written in \(folder)")
      }
    }
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  if environment("PLAITED_FUZZ") == nil {
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
  }
  if let folder = environment("PLAITED_FUZZ_SEEDS") {
    FuzzTarget.current.writeSeeds(to: folder)
    exit(0)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
  FuzzTarget.current.run(Array(UnsafeBufferPointer(start: bytes, count: byteCount)))
  return 0
}

/// The value of a refusable operation, or nil. The error's text is made too: it must not trap.
func attempt<T>(_ operation: () throws -> T) -> T? {
  do {
    return try operation()
  } catch {
    precondition(!String(describing: error).isEmpty)
    return nil
  }
}

/// Ends the process with a text, which release builds drop from `precondition`.
func require(_ condition: Bool, _ text: @autoclosure () -> String) {
  if !condition { fail(text()) }
}

func fail(_ text: String) -> Never {
  let line = seed("broken promise: \(text)\n")
  write(STDERR_FILENO, line, line.count)
  abort()
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func seed(_ text: String) -> [UInt8] { Array(text.utf8) }
