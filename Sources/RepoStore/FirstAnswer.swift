// FirstAnswer.swift: an answer that is waited for once and may come from two sides.
//
// The log gives it when it grows, and whoever gives up waiting gives another; the first counts.
import Synchronization

/// The place in the log that a task waits for.
final class FirstAnswer: Sendable {
  private enum State {
    case asked
    case waiting(CheckedContinuation<LSN, Never>)
    case given(LSN)
  }

  private let state = Mutex(State.asked)

  func wait(_ continuation: CheckedContinuation<LSN, Never>) {
    let given = state.withLock { state -> LSN? in
      if case .given(let lsn) = state { return lsn }
      state = .waiting(continuation)
      return nil
    }
    if let given { continuation.resume(returning: given) }
  }

  func give(_ lsn: LSN) {
    let waiting = state.withLock { state -> CheckedContinuation<LSN, Never>? in
      switch state {
      case .asked:
        state = .given(lsn)
        return nil
      case .waiting(let continuation):
        state = .given(lsn)
        return continuation
      case .given: return nil
      }
    }
    waiting?.resume(returning: lsn)
  }
}
