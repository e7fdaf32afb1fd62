// Database.swift: one SQLite connection: statements made once, values bound, rows read.
//
// Statements are literals, so none is ever made of a caller's text. The connection belongs to
// whoever holds the value, one thread at a time: AccountStore keeps it behind a lock.
// Not here: which tables there are (Schema).
import CSQLite

/// A value of a column.
enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  init(_ text: String?) { self = text.map { .text($0) } ?? .null }
  init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

/// An open database.
// Unchecked: used by one thread at a time, under AccountStore's lock.
final class Database: @unchecked Sendable {
  private let connection: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  /// Opens the file, which exists and is closed to others, so that SQLite gives its companions the
  /// same mode.
  ///
  /// WAL with `synchronous=FULL`: what a call has written is durable when it returns.
  init(_ path: String) throws(AccountError) {
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close(opened)
      throw .database(code: code, message: message)
    }
    connection = opened
    sqlite3_busy_timeout(connection, AccountLimits.busyMilliseconds)
    sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, AccountLimits.valueByteCountMax)
    for pragma in Database.pragmas { try execute(pragma) }
  }

  private static let pragmas: [StaticString] = [
    "PRAGMA trusted_schema = OFF", "PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON",
    "PRAGMA cell_size_check = ON", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
  ]

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close(connection)
  }

  /// Runs statements that take and give nothing.
  func execute(_ sql: StaticString) throws(AccountError) {
    guard sqlite3_exec(connection, "\(sql)", nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  /// Runs a statement that gives no rows; returns how many it changed.
  @discardableResult
  func run(_ sql: StaticString, _ values: SQLValue...) throws(AccountError) -> Int {
    try step(sql, values) { _ in }
    return Int(sqlite3_changes(connection))
  }

  /// What `read` makes of each row.
  func rows<Value>(
    _ sql: StaticString, _ values: SQLValue..., as read: (Row) -> Value
  ) throws(AccountError) -> [Value] {
    var found: [Value] = []
    try step(sql, values) { found.append(read($0)) }
    return found
  }

  /// What `read` makes of the first row, or nil.
  func row<Value>(
    _ sql: StaticString, _ values: SQLValue..., as read: (Row) -> Value
  ) throws(AccountError) -> Value? {
    var found: Value?
    try step(sql, values) { row in if found == nil { found = read(row) } }
    return found
  }

  /// Runs `body` as one transaction: all of it is durable on return, or nothing has happened.
  func transaction<Value>(
    _ body: (Database) throws(AccountError) -> Value
  ) throws(AccountError) -> Value {
    try execute("BEGIN IMMEDIATE")
    do throws(AccountError) {
      let value = try body(self)
      try execute("COMMIT")
      return value
    } catch {
      // What failed is what is told; a connection whose transaction is over already refuses this.
      sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  private func step(
    _ sql: StaticString, _ values: [SQLValue], _ read: (Row) -> Void
  ) throws(AccountError) {
    let statement = try statement("\(sql)")
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      guard bind(value, to: Int32(index + 1), of: statement) == SQLITE_OK else { throw failure }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: read(Row(statement: statement))
      case SQLITE_DONE: return
      default: throw failure
      }
    }
  }

  private func statement(_ sql: String) throws(AccountError) -> OpaquePointer {
    if let known = statements[sql] { return known }
    var made: OpaquePointer?
    let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
    guard sqlite3_prepare_v3(connection, sql, -1, flags, &made, nil) == SQLITE_OK, let made else {
      throw failure
    }
    statements[sql] = made
    return made
  }

  private func bind(_ value: SQLValue, to index: Int32, of statement: OpaquePointer) -> Int32 {
    // Safe: -1 is SQLite's own name for "copy the bytes now", which Swift cannot import.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let number): return sqlite3_bind_int64(statement, index, number)
    case .text(let text):
      return sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), copied)
    case .blob(let bytes):
      if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
      return sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copied)
    }
  }

  private var failure: AccountError {
    .database(
      code: sqlite3_extended_errcode(connection),
      message: String(cString: sqlite3_errmsg(connection)))
  }
}

/// A row while it is current.
struct Row {
  fileprivate let statement: OpaquePointer

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  /// The text of a column; empty for null.
  func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    // In this order: asking for the pointer may change the count.
    guard let start = sqlite3_column_blob(statement, column) else { return [] }
    let count = Int(sqlite3_column_bytes(statement, column))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
