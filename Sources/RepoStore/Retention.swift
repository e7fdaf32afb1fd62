// Retention.swift: how long a store keeps history and shows events, and what it looks back to.
//
// History is what the log holds behind the heads; replay is what a subscriber's cursor may ask for.
// Both are the owner's choice and kept in the log. Not here: letting go (Compaction).
import MST

/// How long a store keeps what was.
public struct Retention: Hashable, Sendable {
  /// How long history is kept, in seconds; nil: for ever; 0: no longer than replay needs it.
  public var historySeconds: UInt64?
  /// How old an event may be that a subscriber's cursor can still ask for, in seconds.
  public var replaySeconds: UInt64

  /// 30 days of history, 72 hours of replay.
  public init(historySeconds: UInt64? = 30 * 86_400, replaySeconds: UInt64 = 72 * 3_600) {
    self.historySeconds = historySeconds
    self.replaySeconds = replaySeconds
  }

  /// The moment before which nothing need be kept, both in microseconds since 1970; nil: there is
  /// none.
  func cut(now: UInt64) -> UInt64? {
    historySeconds.map { Retention.moment(max($0, replaySeconds), before: now) }
  }

  func replayCut(now: UInt64) -> UInt64 { Retention.moment(replaySeconds, before: now) }

  private static func moment(_ seconds: UInt64, before now: UInt64) -> UInt64 {
    let (microseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflows || microseconds > now ? 0 : now - microseconds
  }
}

extension RepoStore {
  /// How long this store keeps what was.
  public var retention: Retention { log.read { $0.state.retention } }

  /// Changes how long history is kept and events are replayed; what goes by it goes with the next
  /// compaction.
  public func setRetention(_ retention: Retention) async throws(StoreError) {
    if let readOnlyReason { throw .readOnly(reason: readOnlyReason) }
    let record = ControlRecord.retention(retention)
    var run = EntryRun(drafts: [], changes: [])
    run.append(.control(record), .control(record))
    let whole = run
    try await creations.run { () throws(StoreError) in
      _ = try write({ whole }, of: .none)
    }
  }

  /// The last entry that replay does not show any more: what came after it is in the log, and young
  /// enough.
  ///
  /// Cost: a few reads, more of them the longer the log.
  public func replayStart() throws(StoreError) -> LSN {
    let cut = log.read { $0.state.retention }.replayCut(now: surroundings.clock.now())
    for segment in try log.segmentsNewestFirst() {
      let entries = try log.entries(of: segment)
      guard let first = entries.first, try log.read(first, in: segment.number).header.time < cut
      else { continue }
      var (low, high) = (1, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if try log.read(entries[middle], in: segment.number).header.time < cut {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return LSN(rawValue: segment.firstLSN.rawValue + UInt64(low) - 1)
    }
    return LSN(rawValue: log.firstLSN.rawValue - 1)
  }
}

/// Why a repo's log begins where it does.
public enum HistoryBeginning: Hashable, Sendable {
  /// What was before was let go of, by age.
  case retention
  /// What was before was purged.
  case purge
}

extension Repo {
  /// Why nothing is told from before `oldest`, the first commit that is kept; nil where there was
  /// nothing.
  public func beginning(with oldest: CommitSummary) throws(StoreError) -> HistoryBeginning? {
    if try status.purged?.commit == oldest.head.commit { return .purge }
    return oldest.previousData == nil ? nil : .retention
  }
}
