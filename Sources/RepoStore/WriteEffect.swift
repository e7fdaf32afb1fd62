// WriteEffect.swift: what writes amount to on a tree, before anything is changed.
//
// The writes of one commit are judged in order, each on what those before it leave; what is left at
// the end is the net effect: one operation a path, none where a record ends as it was. A commit
// without operations is still a commit, unless every write was one that asks for a state rather
// than a change.
// Spec: com.atproto.repo.applyWrites, protocol: one op per path.
import ATSyntax
import DAGCBOR
import MST

struct WriteEffect: Sendable {
  /// The net effect, in key order.
  private(set) var ops: [RepoOp] = []
  /// What came of each write.
  private(set) var results: [WriteResult] = []
  /// What was found of the schema of what each write writes.
  private(set) var schemas: [ValidationStatus] = []
  var preview: WritePreview { WritePreview(results: results, schemas: schemas) }
  /// The records of the operations, each once.
  private(set) var records: [EncodedRecord] = []
  /// Whether every write asked for what is there: then there is no commit, whatever else was asked.
  private(set) var isNoOp = false

  private var states: [PathState] = []
  /// Where the state of a key is, kept where there are too many to go along.
  private var places: [MSTKey: Int] = [:]
  private static let scannedCountMax = 8
  /// The first `swapRecord` that does not hold; told only where something would change.
  private var failedSwap: StoreError?

  private struct PathState {
    var key: MSTKey
    var before: CID?
    var now: CID?
    var record: EncodedRecord?
  }

  /// - Throws: what is wrong with the first write that cannot be done.
  init(
    of writes: [RecordWrite], on tree: MST, door: RecordDoor, policy: RepoPolicy, space: Space
  ) throws(StoreError) {
    guard writes.count <= StoreLimit.writesPerCommit.rawValue else {
      throw .limit(.writesPerCommit, found: writes.count)
    }
    isNoOp = !writes.isEmpty
    for write in writes {
      let collection = write.path.collection
      guard policy.space(of: collection) == space else {
        throw .wrongSpace(collection, belongsTo: policy.space(of: collection))
      }
      try judge(write, on: tree, door, isAppendOnly: policy.isAppendOnly(collection))
    }
    states.sort { $0.key < $1.key }
    for state in states {
      switch (state.before, state.now) {
      case (nil, let new?): ops.append(RepoOp(state.key, .create(new)))
      case (let old?, let new?) where old != new:
        ops.append(RepoOp(state.key, .update(new, previous: old)))
      case (let old?, nil): ops.append(RepoOp(state.key, .delete(previous: old)))
      case (_?, _?), (nil, nil): continue
      }
      if let record = state.record { records.append(record) }
    }
  }

  private mutating func judge(
    _ write: RecordWrite, on tree: MST, _ door: RecordDoor, isAppendOnly: Bool
  ) throws(StoreError) {
    let place = try place(of: MSTKey(write.path), in: tree)
    var state = states[place]
    let found = state.now
    var schema = ValidationStatus.absent
    checkSwap(write, found)
    switch (write.action, found) {
    case (.create, _?): throw .recordExists(write.path)
    case (.update, nil), (.delete, nil): throw .noRecord(write.path)
    case (.delete, let old?), (.deleteIfPresent, let old?):
      if isAppendOnly { throw .appendOnly(write.path) }
      state.now = nil
      state.record = nil
      results.append(.deleted(previous: old))
    case (.deleteIfPresent, nil): results.append(.unchanged(nil))
    case (.create(let value), nil), (.put(let value), _), (.update(let value), _?):
      let record = try door.encode(value, at: write.path, write.validation)
      schema = record.schema
      if let found, found != record.cid, isAppendOnly { throw .appendOnly(write.path) }
      state.now = record.cid
      state.record = record
      results.append(WriteEffect.result(of: record.cid, over: found))
    }
    states[place] = state
    schemas.append(schema)
    if case .unchanged? = results.last, write.action.isIdempotent { return }
    isNoOp = false
  }

  /// Where the state of `key` is, which begins with what the tree says.
  private mutating func place(of key: MSTKey, in tree: MST) throws(StoreError) -> Int {
    if states.count <= WriteEffect.scannedCountMax {
      if let index = states.firstIndex(where: { $0.key == key }) { return index }
    } else if let index = places[key] {
      return index
    }
    let found = try inTree { () throws(MSTError) in try tree.value(of: key) }
    states.append(PathState(key: key, before: found, now: found, record: nil))
    if states.count == WriteEffect.scannedCountMax + 1 {
      for (index, state) in states.enumerated() { places[state.key] = index }
    } else if states.count > WriteEffect.scannedCountMax {
      places[key] = states.count - 1
    }
    return states.count - 1
  }

  private static func result(of cid: CID, over found: CID?) -> WriteResult {
    guard let found else { return .created(cid) }
    return found == cid ? .unchanged(cid) : .updated(cid, previous: found)
  }

  private mutating func checkSwap(_ write: RecordWrite, _ found: CID?) {
    let expected: CID?
    switch write.swapRecord {
    case .any: return
    case .absent: expected = nil
    case .cid(let cid): expected = cid
    }
    guard expected != found, failedSwap == nil else { return }
    failedSwap = .recordMoved(write.path, expected: expected, found: found)
  }

  /// - Throws: `.recordMoved` for the first condition on a record that does not hold.
  func checkSwaps() throws(StoreError) {
    if let failedSwap { throw failedSwap }
  }

  /// Changes the tree, seals it, and adds every block that subscribers need: the new nodes and the
  /// covering proof. Returns the new root.
  func apply(
    to tree: inout MST, blocks: inout CommitBlocks
  ) throws(StoreError) -> CID {
    try inTree { () throws(MSTError) in
      for op in ops {
        if let value = op.value {
          try tree.insert(op.key, value)
        } else {
          try tree.remove(op.key)
        }
      }
      let root = tree.seal { blocks.append($0, $1) }
      blocks.endNew()
      let sealed = blocks
      try tree.coveringProof(of: ops.map(\.key), unless: { sealed.contains($0) }) {
        blocks.append($0, $1)
      }
      return root
    }
  }

  /// Gives every path of the operations what it held before, whether or not all were applied.
  /// Returns the root.
  func undo(on tree: inout MST) throws(StoreError) -> CID {
    try inTree { () throws(MSTError) in
      for op in ops.reversed() {
        if let value = op.previous {
          try tree.insert(op.key, value)
        } else {
          try tree.remove(op.key)
        }
      }
      return tree.seal()
    }
  }
}

extension RecordWrite.Action {
  /// Whether asking for it twice is the same as once.
  fileprivate var isIdempotent: Bool {
    switch self {
    case .put, .deleteIfPresent: true
    case .create, .update, .delete: false
    }
  }
}
