// OneAtATime.swift: work of which a store does one at a time, and a result that comes once.
import Glibc
import Synchronization

/// Runs closures one after another. For rare work such as making a repo, in no hurry.
final class OneAtATime: Sendable {
  private let lock = Mutex(())

  /// Runs `body` when nobody else does.
  func run<R: Sendable>(
    _ body: () throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    let result = lock.withLock { _ in
      Result { () throws(StoreError) in try body() }
    }
    return try result.get()
  }
}

/// A result that one thread sets and another waits for.
final class OneResult: Sendable {
  private let result = Mutex<Result<[PlacedEntry], StoreError>?>(nil)

  func set(_ value: Result<[PlacedEntry], StoreError>) {
    result.withLock { $0 = value }
  }

  var isSet: Bool { result.withLock { $0 != nil } }

  /// The result, which must have been set by the time it is asked for.
  func get() throws(StoreError) -> [PlacedEntry] {
    guard let value = result.withLock({ $0 }) else { throw .closed }
    return try value.get()
  }
}
