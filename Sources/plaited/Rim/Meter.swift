// Meter.swift: how far something that takes long has come.
//
// On a terminal one line that is written over, at most ten times a second; otherwise a line every
// ten seconds; nothing for what ends within a second, and nothing where `--quiet` was said.
import Synchronization

final class Meter: Sendable {
  private struct State: Sendable {
    var shownAt: Int64
    var hasLine = false
    /// Why `passed` could not write.
    var failure: (any Error)?
  }

  private static let second: Int64 = 1_000_000

  private let deed: String
  private let unit: String
  private let desk: Desk
  private let isQuiet: Bool
  private let startedAt: Int64
  private let state: Mutex<State>

  /// - Parameters:
  ///   - deed: what is done, such as `importing`.
  ///   - unit: what is counted, such as `records`.
  init(_ deed: String, _ unit: String, for job: Job) {
    self.deed = deed
    self.unit = unit
    desk = job.desk
    isQuiet = job.common.quiet
    startedAt = desk.now()
    state = Mutex(State(shownAt: desk.now()))
  }

  private var isTerminal: Bool { desk.terminal.ends.contains(.errors) }

  /// Says that `count` are done, of `total` where that is known.
  func reached(_ count: Int, of total: Int? = nil) throws {
    guard !isQuiet else { return }
    let now = desk.now()
    let pause = isTerminal ? Meter.second / 10 : 10 * Meter.second
    let isDue = state.withLock { state in
      guard now - startedAt >= Meter.second, now - state.shownAt >= pause else { return false }
      state.shownAt = now
      state.hasLine = true
      return true
    }
    guard isDue else { return }
    let text = line(count, of: total, at: now)
    if isTerminal {
      let width = desk.terminal.columnCount - 1
      try desk.err.append(Array("\r\u{1b}[K\(text.fitted(to: width, .end))".utf8))
    } else {
      try desk.err.append(line: text)
    }
    try desk.err.flush()
  }

  /// As `reached`, for work that cannot be broken off: what goes wrong is thrown at the end.
  func passed(_ count: Int) {
    do {
      try reached(count)
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  /// Takes the line away that was written over.
  func finish() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    guard isTerminal, state.withLock({ $0.hasLine }) else { return }
    try desk.err.append(Array("\r\u{1b}[K".utf8))
    try desk.err.flush()
  }

  private func line(_ count: Int, of total: Int?, at now: Int64) -> String {
    let elapsed = max(1, now - startedAt)
    let rate = Int(Int64(count) * Meter.second / elapsed)
    let share = total.map { " of \(Amount.grouped($0)) (\($0 == 0 ? 100 : count * 100 / $0) %)" }
    return "\(deed): \(Amount.grouped(count))\(share ?? "") \(unit), \(Amount.grouped(rate))/s"
  }
}
