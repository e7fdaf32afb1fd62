// SecretBytes.swift: 32 secret bytes that are wiped when their last owner lets go.
import Glibc

/// The private scalar of a key, in memory of its own that is overwritten before it is freed.
///
/// A class because a value would be copied, and a copy on the stack is wiped by nobody. What a
/// caller copies out of `withBytes` is the caller's to wipe.
final class SecretBytes: @unchecked Sendable {
  // Unchecked: the memory is written in `init` only, and read afterwards.
  private let memory: UnsafeMutablePointer<UInt8>

  static let byteCount = 32

  /// - Precondition: `bytes` holds 32 bytes.
  init(_ bytes: [UInt8]) {
    precondition(bytes.count == SecretBytes.byteCount, "\(bytes.count) secret bytes")
    memory = .allocate(capacity: SecretBytes.byteCount)
    // Safe: both sides hold 32 bytes, and the memory is new.
    bytes.withUnsafeBufferPointer {
      memory.initialize(from: $0.baseAddress!, count: SecretBytes.byteCount)
    }
  }

  deinit {
    // Safe: all 32 bytes are ours. explicit_bzero is not optimized away before a free.
    explicit_bzero(memory, SecretBytes.byteCount)
    memory.deallocate()
  }

  /// Lends the 32 bytes; the pointer must not outlive the closure.
  func withBytes<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
    // The object must live until `body` has returned, or it would read wiped memory.
    withExtendedLifetime(self) { body(memory) }
  }
}

extension [UInt8] {
  /// Overwrites the elements in place, for arrays that have held a secret.
  mutating func wipe() {
    // Safe: the buffer's own count.
    withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
    }
    removeAll()
  }
}
