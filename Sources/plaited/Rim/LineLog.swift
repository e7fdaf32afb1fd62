// LineLog.swift: a log as lines on standard error.
import Logging

struct LineLog: LogHandler {
  var metadataProvider: Logger.MetadataProvider?
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let out: Outlet

  init(_ out: Outlet, level: Logger.Level) {
    self.out = out
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let context = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    do {
      let text = "\(event.level): \(event.message)\(context)"
      try out.append(line: "\(Instant.text(Desk.wallClock())) \(VisibleText.escaped(text))")
      try out.flush()
    } catch {
      return  // nobody reads the log
    }
  }
}
