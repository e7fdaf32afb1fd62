// AccountStore.swift: private.sqlite: what only its owner and the server may know of an account.
//
// One connection writes and reads, behind a lock; a call is durable when it returns. The file and
// its companions are closed to everyone else. Nothing here knows the time or makes up chance: both
// are given. What a repo's log says (handle, status, records) is not kept here a second time.
// Not here: tokens as clients see them (Tokens), who may do what (XRPC).
import ATSyntax
import DAGCBOR
import Dispatch
import Glibc
import Synchronization

/// An open database of accounts. Blocking calls, any thread.
public final class AccountStore: Sendable {
  let chance: Chance
  let cost: HashCost
  /// Keeps the memory of hashing bounded.
  let hashing = DispatchSemaphore(value: AccountLimits.hashingCountMax)
  private let database: Database
  private let lock = Mutex(())

  /// Opens the database at `path`, or makes one there.
  ///
  /// - Throws: `.fileTooOpen` for a file that others may read; `.foreign`, `.version`, `.database`
  ///   for one that is not what this program can use.
  public init(
    _ path: String, chance: Chance = .ofSystem, cost: HashCost = .standard
  ) throws(AccountError) {
    try AccountStore.claim(path)
    database = try Database(path)
    try database.migrate(path)
    self.chance = chance
    self.cost = cost
  }

  /// Makes the file with its mode, or checks that of the one that is there.
  ///
  /// One that is there is not opened: closing it would let go of the locks that SQLite holds on it
  /// for another connection of this process.
  private static func claim(_ path: String) throws(AccountError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw .file(operation: "open", path: path, code: errno)
    }
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw .file(operation: "lstat", path: path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
      throw .fileTooOpen(path: path, mode: status.st_mode & 0o7777)
    }
  }

  /// One transaction.
  @discardableResult
  func write<Value: Sendable>(
    _ body: (Database) throws(AccountError) -> Value
  ) throws(AccountError) -> Value {
    try lock.withLock { _ throws(AccountError) in try database.transaction(body) }
  }

  /// Reads; each statement by itself.
  func read<Value: Sendable>(
    _ body: (Database) throws(AccountError) -> Value
  ) throws(AccountError) -> Value {
    try lock.withLock { _ throws(AccountError) in try body(database) }
  }

  /// A random name: 128 bits in base32.
  func randomName() -> String { Base32.encode(chance.bytes(16)) }
}
