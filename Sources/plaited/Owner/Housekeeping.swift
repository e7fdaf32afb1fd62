// Housekeeping.swift: what an owner does for its store by itself, while it serves.
//
// History that is not to be kept goes a few segments at a time, on a thread of its own: nobody who
// commits or reads waits for it. Not here: what is to be kept (Retention).
import Logging
import RepoStore

struct Housekeeping: Sendable {
  /// Between two rounds.
  static let pauseSeconds = 3_600

  let store: RepoStore
  let logger: Logger

  /// Works until the task is cancelled; the first time after a pause, when what comes with a start
  /// is over.
  func run() async {
    while true {
      do { try await Task.sleep(for: .seconds(Housekeeping.pauseSeconds)) } catch { return }
      await round()
    }
  }

  /// Lets go of a few old segments.
  func round() async {
    do throws(StoreError) {
      let report = try await store.compact(segmentCountMax: StoreLimits.compactedSegmentCountMax)
      if !report.isIdle {
        logger.info(
          "history was let go of", metadata: ["segments": "\(report.removedSegmentCount)"])
      }
    } catch {
      logger.warning("history could not be let go of", metadata: ["error": "\(error)"])
    }
  }
}
