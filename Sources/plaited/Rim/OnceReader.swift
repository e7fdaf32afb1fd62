// OnceReader.swift: bytes in memory as an input that ends after them.
import Synchronization

final class OnceReader: Sendable {
  private let rest: Mutex<[UInt8]>

  init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

  /// All bytes with the first call, none with any other.
  func take() -> [UInt8] {
    rest.withLock { rest in
      defer { rest = [] }
      return rest
    }
  }
}
