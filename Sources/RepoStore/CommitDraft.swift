// CommitDraft.swift: a commit from its tree to its event: signed, checked and framed once.
//
// What is too much for an event goes out as a pack, and a `#sync` says that the commit is the state
// now. Drafting changes the tree and needs the one before it; signing does not. So the commit that
// comes next can be drafted while this one is signed, by whoever gets to it first.
// INV-11: an event is checked before it is written: undoing its operations on the blocks that it
// carries leads to the tree before it.
// Spec: https://atproto.com/specs/sync
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import Synchronization

/// The blocks of a commit as a CAR in the making: the root is filled in when the commit is signed.
struct CommitBlocks: Sendable {
  private(set) var car: [UInt8]
  private(set) var blocks: [DraftedBlock] = []
  /// How many of them are new, the rest is there to prove something. Set when all of them are in.
  private(set) var newCount = 0
  private var names: Set<Digest> = []
  private let repo: RepoID
  private let headerByteCount: Int

  init(of repo: RepoID) {
    self.repo = repo
    car = CARWriter.header(roots: [MST.emptyRoot])
    headerByteCount = car.count
    car.reserveCapacity(8 << 10)
    names.reserveCapacity(24)
    blocks.reserveCapacity(24)
  }

  /// Adds a block unless it is there.
  mutating func append(_ cid: CID, _ block: RawSpan) {
    guard names.insert(cid.digest).inserted else { return }
    CARWriter.appendSection(cid: cid, block: block, to: &car)
    let byteCount = CID.byteCount + block.byteCount
    blocks.append(
      DraftedBlock(
        key: BlockKey(repo: repo, digest: cid.digest), offset: car.count - byteCount,
        byteCount: byteCount))
  }

  /// Says that everything so far is new against the tree before.
  mutating func endNew() { newCount = blocks.count }

  /// The bytes of the block at `index`.
  func bytes(at index: Int) -> [UInt8] {
    let block = blocks[index]
    return Array(car[block.offset + CID.byteCount..<block.offset + block.byteCount])
  }

  /// The bytes that the CAR will have with a commit of this size.
  func byteCount(withCommitOf byteCount: Int) -> Int {
    car.count + CARWriter.sectionByteCount(blockByteCount: byteCount)
  }

  /// Adds the commit and names it as the root.
  mutating func close(_ commit: CID, _ block: [UInt8]) {
    append(commit, block.span.bytes)
    car.replaceSubrange(..<headerByteCount, with: CARWriter.header(roots: [commit]))
  }

  /// Whether a block is in it.
  func contains(_ cid: CID) -> Bool { names.contains(cid.digest) }
}

/// What a commit's CAR holds, for the self-check: found by going along where there is little, by a
/// table where there is much.
private struct EnclosedBlocks: BlockReader {
  private let blocks: CommitBlocks
  private let places: [Digest: Int]
  private static let scannedCountMax = 32

  init(_ blocks: CommitBlocks) {
    self.blocks = blocks
    var places: [Digest: Int] = [:]
    if blocks.blocks.count > EnclosedBlocks.scannedCountMax {
      places.reserveCapacity(blocks.blocks.count)
      for (index, block) in blocks.blocks.enumerated() { places[block.key.digest] = index }
    }
    self.places = places
  }

  func block(_ cid: CID) -> [UInt8]? {
    let index =
      places.isEmpty
      ? blocks.blocks.firstIndex { $0.key.digest == cid.digest } : places[cid.digest]
    return index.map { blocks.bytes(at: $0) }
  }
}

/// How a commit's blocks get into the log.
enum CommitCarriage: Sendable {
  /// In its own event, as subscribers need them.
  case event
  /// In a pack of their own.
  case pack(StoreLog)

  var isEvent: Bool { if case .event = self { true } else { false } }
}

/// A commit that has its tree and waits for its signature.
final class CommitDraft: Sendable {
  let repo: RepoID
  let stream: EventStream
  let unsigned: UnsignedCommit
  /// The net effect, in key order.
  let ops: [RepoOp]
  /// The commit before, as subscribers are told of it; nil for the first.
  let previous: (rev: TID, data: CID)?
  /// What stands before the commit's own event, valid only together with it.
  let prefix: EntryRun
  /// What it will add to the log, about.
  let byteCount: Int
  private let key: PrivateKey
  private let checks: Bool
  private let carriage: CommitCarriage
  private let state: Mutex<State>

  private enum State {
    case drafted(CommitBlocks)
    case finished(Result<Finished, StoreError>)
  }

  struct Finished: Sendable {
    var signed: Commit
    /// Its CID.
    var commit: CID
    var run: EntryRun
    /// The pack that the run attaches, if it does.
    var pack: StoreState.PackMark?
  }

  init(
    repo: RepoID, stream: EventStream, unsigned: UnsignedCommit, ops: [RepoOp],
    previous: (rev: TID, data: CID)?, prefix: EntryRun = EntryRun(drafts: [], changes: []),
    blocks: CommitBlocks, signing: CommitSigning
  ) {
    self.repo = repo
    self.stream = stream
    self.unsigned = unsigned
    self.ops = ops
    self.previous = previous
    self.prefix = prefix
    key = signing.key
    checks = signing.checksCommits
    carriage = signing.carriage
    // A commit block, the operations, and what is around them in an event.
    byteCount = 1_024 + 128 * ops.count + (carriage.isEvent ? blocks.car.count : 0)
    state = Mutex(.drafted(blocks))
  }

  /// Signs, checks and frames the commit, unless that is done. Cost: a signature, and the undoing
  /// of the operations; a second caller waits for the first.
  func finish() throws(StoreError) -> Finished {
    let result = state.withLock { state -> Result<Finished, StoreError> in
      switch state {
      case .finished(let result): return result
      case .drafted(let blocks):
        let result = Result { () throws(StoreError) in try finished(blocks) }
        state = .finished(result)
        return result
      }
    }
    return try result.get()
  }

  private func finished(_ drafted: consuming CommitBlocks) throws(StoreError) -> Finished {
    var blocks = drafted
    let commit = unsigned.signed { key.sign($0) }
    let block = commit.encoded
    let cid = CID(of: block)
    blocks.close(cid, block)
    if checks {
      let nodes = EnclosedBlocks(blocks)
      try inTree { () throws(MSTError) in
        try MST.checkInversion(
          of: ops, root: unsigned.data, previous: previous?.data ?? MST.emptyRoot,
          trusting: nodes)
      }
    }
    var finished = Finished(signed: commit, commit: cid, run: prefix)
    switch carriage {
    case .event: finished.run.append(event(cid, blocks), .head(repo, commit))
    case .pack(let log):
      let mark = try pack(blocks, in: log)
      var attached = EntryDraft.own(.attach, Attachment([mark]).value)
      attached.flags.insert(.more)
      finished.run.append(attached, .attach(Attachment([mark])))
      finished.run.append(.sync(commit, repo, stream), .head(repo, commit))
      finished.pack = mark
    }
    return finished
  }

  private func event(_ commit: CID, _ blocks: CommitBlocks) -> EntryDraft {
    let event = CommitEvent(
      did: unsigned.did, rev: unsigned.rev, since: previous?.rev, commit: commit,
      blocks: blocks.car, ops: ops, prevData: previous?.data)
    return EntryDraft(
      repo: repo, kind: .frame, stream: stream,
      body: .frame(DraftedFrame(.commit(event)), blocks: blocks.blocks, rev: unsigned.rev))
  }

  /// Lays what is new down in the order of an export, durable, and takes it into the index.
  private func pack(
    _ blocks: CommitBlocks, in log: StoreLog
  ) throws(StoreError) -> StoreState.PackMark {
    var places: [CID: Int] = [:]
    for index in 0..<blocks.newCount {
      places[CID(digest: blocks.blocks[index].key.digest)] = index
    }
    var walk = MST(root: unsigned.data, in: EnclosedBlocks(blocks)).blockWalk(
      only: Set(places.keys))
    let mark = try log.layDown(of: repo) { writer throws(StoreError) in
      while let block = try inTree({ () throws(MSTError) in try walk.next() }) {
        let cid =
          switch block {
          case .node(let cid, _), .record(_, let cid): cid
          }
        // What is not new is where it was; what stands under two paths is laid down once.
        guard let index = places.removeValue(forKey: cid) else { continue }
        try onDisk { () throws(DiskError) in try writer.append(cid, blocks.bytes(at: index)) }
      }
    }
    precondition(places.isEmpty, "INV-4: \(places.count) new blocks that no root reaches")
    do throws(StoreError) {
      try PackReader(mark, in: log.files).add(to: log.index)
    } catch {
      try log.discard(mark)
      throw error
    }
    return mark
  }

  /// Removes the pack of a commit that will not be in the log.
  func discardPack() throws(StoreError) {
    guard case .pack(let log) = carriage else { return }
    let finished = state.withLock { state -> Finished? in
      if case .finished(.success(let finished)) = state { finished } else { nil }
    }
    if let mark = finished?.pack { try log.discard(mark) }
  }
}

/// Who signs a repo's commits, whether they are checked, and how they go out.
struct CommitSigning: Sendable {
  var key: PrivateKey
  var checksCommits: Bool
  var carriage = CommitCarriage.event
}
