// StoreDoor.swift: the store that a command works on, opened once and closed when it ends.
//
// Not here: which folder that is (StorePlace), which repo in it (RepoChoice).
import Glibc
import RepoStore
import Synchronization

/// What a command wants of its store beside the defaults.
struct StoreWish: Equatable {
  var createsIfMissing = false
  var durability = Durability.full
  /// Microseconds since 1970 that stand still; nil for the machine's clock.
  var clock: UInt64?

  var options: StoreOptions {
    var options = StoreOptions()
    options.createsIfMissing = createsIfMissing
    options.durability = durability
    if let clock { options.clock = FixedClock(microseconds: clock) }
    return options
  }
}

final class StoreDoor: Sendable {
  private let open = Mutex<RepoStore?>(nil)
  /// A store that was open before and stays so.
  private let lent: RepoStore?

  /// What the store asks about records, and what commands ask about schemas.
  let schemas: SchemaShelf

  init(lending store: RepoStore? = nil, schemas: SchemaShelf) {
    lent = store
    self.schemas = schemas
    if let store { schemas.look(in: store) }
  }

  /// Whether a store is open already.
  var hasStore: Bool { lent != nil || open.withLock { $0 != nil } }

  /// The store in `folder`, opened with the first call; whether this was it.
  ///
  /// - Throws: as opening does; a complaint where a store that is open already is to be another
  ///   than it is.
  func store(
    in folder: String, _ wish: StoreWish
  ) throws -> (store: RepoStore, isNew: Bool) {
    if let lent {
      guard wish.clock == nil, wish.durability == .full else { throw StoreDoor.taken }
      return (lent, false)
    }
    return try open.withLock { open in
      if let open { return (open, false) }
      var options = wish.options
      options.validate = schemas.judge
      let store = try StoreDoor.opened(folder, options)
      schemas.look(in: store)
      open = store
      return (store, true)
    }
  }

  /// After anything but a clean close opening writes a little, which a full disk does not take:
  /// what is there can be read all the same.
  private static func opened(_ folder: String, _ options: StoreOptions) throws -> RepoStore {
    do throws(StoreError) {
      return try RepoStore.open(folder, options)
    } catch {
      guard case .disk(let cause) = error, cause.code == ENOSPC, Folder.isThere("\(folder)/log")
      else { throw error }
      var reading = options
      reading.isReadOnly = true
      reading.createsIfMissing = false
      return try RepoStore.open(folder, reading)
    }
  }

  private static let taken = Complaint(
    .unavailable, "StoreServed", what: "the command needs the store for itself",
    why: "another clock or durability is chosen when a store is opened, and it is being served",
    remedy: "end plaited serve and run the command again")

  /// Closes what was opened; called once, when the command has done its work.
  func close() throws {
    let store = open.withLock { open in
      defer { open = nil }
      return open
    }
    try store?.close()
  }
}

extension Job {
  /// Closes the store of a command that failed.
  /// - Throws: what closing says, where that explains more than `error`: nothing does, so far.
  func close(after error: any Error) throws {
    do {
      try door.close()
    } catch {
      try note("the store was not closed cleanly: \(Complaint(error).why)")
    }
  }

  /// The store of this command. That it is damaged is told whatever the command is about: what it
  /// answers may be less than what was written.
  func store(_ wish: StoreWish = StoreWish()) throws -> RepoStore {
    let startedAt = desk.now()
    let (store, isNew) = try door.store(in: folder, wish)
    guard isNew else { return store }
    if common.verbose {
      try note("opened \(folder) in \(Amount.duration(microseconds: Int(desk.now() - startedAt)))")
    }
    if store.damage == nil, store.status.readOnlyReason != nil {
      try note("the disk is full: the store is open for reading only")
    }
    if let damage = store.damage {
      try note("the store is damaged, and open for reading only: \(damage)")
      try note("plaited store check says more")
    }
    return store
  }

  /// What a command took, and how much it said.
  func tellEffort(since startedAt: Int64, named name: String) throws {
    let time = Amount.duration(microseconds: Int(desk.now() - startedAt))
    let rows = printer.rowCount == 0 ? "" : ", \(Amount.grouped(printer.rowCount)) row(s)"
    try note("\(name): \(time)\(rows)")
  }
}
