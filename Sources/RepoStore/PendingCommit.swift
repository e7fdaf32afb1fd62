// PendingCommit.swift: a commit on its way to the disk, and everybody who waits for it.
import ATSyntax
import Synchronization

/// A commit that has been drafted or refused, whose outcome is told when it is durable.
///
/// Letting go of it, or cancelling a task that waits for it, does not cancel the write.
public final class PendingCommit: Sendable {
  typealias Outcome = Result<CommitReceipt, StoreError>

  private enum State {
    case waiting([@Sendable (Outcome) -> Void])
    case done(Outcome)
  }

  private let state = Mutex(State.waiting([]))
  private let refused = Mutex<StoreError?>(nil)

  /// What came of the commit; returns when it is durable.
  ///
  /// - Throws: why it was refused; `.outcomeUnknown` where the disk failed.
  public var durable: CommitReceipt {
    get async throws(StoreError) {
      if let outcome { return try outcome.get() }
      let outcome = await withCheckedContinuation { continuation in
        whenDone { continuation.resume(returning: $0) }
      }
      return try outcome.get()
    }
  }

  /// Why it was refused, at once: `durable` tells the same when the commits are durable that it was
  /// judged on. Nil for one that is on its way. If those commits fall, it is judged again.
  public var refusal: StoreError? { refused.withLock { $0 } }

  func refuse(_ error: StoreError?) { refused.withLock { $0 = error } }

  /// What came of it, where that is known already.
  var outcome: Outcome? {
    state.withLock { if case .done(let outcome) = $0 { outcome } else { nil } }
  }

  func whenDone(_ body: @escaping @Sendable (Outcome) -> Void) {
    let known = state.withLock { state -> Outcome? in
      switch state {
      case .waiting(let bodies):
        state = .waiting(bodies + [body])
        return nil
      case .done(let outcome): return outcome
      }
    }
    if let known { body(known) }
  }

  /// Tells the outcome, once.
  func finish(_ outcome: Outcome) {
    let bodies = state.withLock { state -> [@Sendable (Outcome) -> Void] in
      guard case .waiting(let bodies) = state else { return [] }
      state = .done(outcome)
      return bodies
    }
    for body in bodies { body(outcome) }
  }
}
