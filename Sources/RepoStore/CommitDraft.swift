// CommitDraft.swift: a commit from its tree to its event: signed, checked and framed once.
//
// Drafting changes the tree and needs the one before it; signing does not. So the commit that comes
// next can be drafted while this one is signed, by whoever gets to it first.
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
    return index.map { index in
      let block = blocks.blocks[index]
      return Array(blocks.car[block.offset + CID.byteCount..<block.offset + block.byteCount])
    }
  }
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
  private let key: PrivateKey
  private let checks: Bool
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
    let event = CommitEvent(
      did: unsigned.did, rev: unsigned.rev, since: previous?.rev, commit: cid,
      blocks: blocks.car, ops: ops, prevData: previous?.data)
    var run = prefix
    run.drafts.append(
      EntryDraft(
        repo: repo, kind: .frame, stream: stream,
        body: .frame(
          DraftedFrame(.commit(event)), blocks: blocks.blocks, rev: unsigned.rev)))
    run.changes.append(.head(repo, commit: cid, data: unsigned.data, rev: unsigned.rev))
    return Finished(signed: commit, commit: cid, run: run)
  }
}

/// Who signs a repo's commits, and whether they are checked.
struct CommitSigning: Sendable {
  var key: PrivateKey
  var checksCommits: Bool
}
