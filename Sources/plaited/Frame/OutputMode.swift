// OutputMode.swift: for whom output is made.

enum OutputMode: Equatable {
  /// A person at a terminal.
  case human
  /// A pipe: the same columns, tab-separated, nothing shortened.
  case plain
  /// One object.
  case json
  /// An object for each row.
  case ndjson
}
