// RepoWriter.swift: the writer of one repo: it drafts commits in order, each on the tree of the one
// before, durable or not.
//
// The head that drafts start from is speculative: it may still fall with the disk. So whatever is
// concluded from it, refusals and no-ops included, is told only when it is durable, and concluded
// again if it falls.
// Not here: the effect of writes on a tree (WriteEffect), or the order between repos (CommitQueue).
import ATCrypto
import ATSyntax
import DAGCBOR
import MST
import Synchronization

/// What a repo's writer needs of its store.
struct WriterSetting: Sendable {
  var log: StoreLog
  var queue: CommitQueue
  var door: RecordDoor
  var checksCommits: Bool
  /// Whether the clock is followed whatever it says.
  var acceptsClock: Bool
  /// A commit with more bytes of blocks goes out as a pack.
  var eventByteCountMax: Int
}

final class RepoWriter: Sendable {
  let id: RepoID
  let name: RepoName
  private let setting: WriterSetting
  private let key: PrivateKey
  private let blocks: StoreBlocks
  private let speculative: Mutex<Speculative?>
  /// Whether the repo's deletion is on its way, after which there is nothing to draft.
  private let isRetired = Atomic(false)
  /// Why drafts fell that were not written: what was drafted on them falls with them.
  private let falls = Mutex<[StoreError]>([])
  /// What waits to be drafted while somebody else moves the head; nil while nobody does. Changed
  /// under the lock of `speculative`.
  private let held = Mutex<[Held]?>(nil)

  private struct Held: Sendable {
    var writes: [RecordWrite]
    var swapCommit: CID?
    var pending: PendingCommit
  }

  /// The head that the next draft starts from.
  private struct Speculative {
    var tree: MST
    /// Commits drafted since the tree was last let go of.
    var draftCount = 0
    var rev: TID
    var data: CID
    /// The last draft, where its commit may not be durable yet.
    var last: (draft: CommitDraft, pending: PendingCommit)?
    var clock: TIDClock
    /// How many drafts had fallen when this began.
    var fallenCount: Int
  }

  init(
    _ status: RepoStatus, key: PrivateKey, blocks: StoreBlocks, setting: WriterSetting
  ) {
    id = status.id
    name = status.name
    self.key = key
    self.blocks = blocks
    self.setting = setting
    speculative = Mutex(nil)
  }

  /// Refuses every later draft. Those that were made are in the queue when this returns.
  func retire() {
    speculative.withLock { _ in isRetired.store(true, ordering: .relaxed) }
  }

  /// Drafts nothing until `release`. Everything drafted before is decided when this returns.
  func hold() {
    let last = speculative.withLock { speculative in
      held.withLock { $0 = [] }
      return speculative?.last?.pending
    }
    if let last { setting.queue.finish(until: { last.outcome != nil }) }
  }

  /// Goes on from the head as it is now, with what came meanwhile.
  func release() {
    let waiting = speculative.withLock { speculative in
      speculative = nil
      return held.withLock { $0.take() } ?? []
    }
    for commit in waiting {
      enqueue(commit.writes, swapCommit: commit.swapCommit, as: commit.pending)
    }
    if !waiting.isEmpty { setting.queue.driveBeside() }
  }

  /// Drafts a commit and puts it into the queue.
  ///
  /// - Returns: at once; the outcome follows, also where the writes are refused.
  func enqueue(_ writes: [RecordWrite], swapCommit: CID?) -> PendingCommit {
    let pending = PendingCommit()
    enqueue(writes, swapCommit: swapCommit, as: pending)
    return pending
  }

  private func enqueue(_ writes: [RecordWrite], swapCommit: CID?, as pending: PendingCommit) {
    let drafted = speculative.withLock { speculative -> Drafted in
      let isHeld = held.withLock { held in
        held?.append(Held(writes: writes, swapCommit: swapCommit, pending: pending))
        return held != nil
      }
      if isHeld { return .queued }
      do throws(StoreError) {
        return try draft(writes, swapCommit, from: &speculative, as: pending)
      } catch {
        return .answer(.failure(error), after: speculative?.last?.pending)
      }
    }
    switch drafted {
    case .queued: pending.refuse(nil)
    case .answer(let outcome, let predecessor):
      if case .failure(let error) = outcome { pending.refuse(error) }
      guard let predecessor else { return pending.finish(outcome) }
      predecessor.whenDone { [self] told in
        switch told {
        case .success(let receipt): pending.finish(outcome.map { $0.after(receipt) })
        case .failure: enqueue(writes, swapCommit: swapCommit, as: pending)
        }
      }
    }
  }

  private enum Drafted {
    case queued
    /// Nothing is to be written; the answer holds once the predecessor is durable.
    case answer(PendingCommit.Outcome, after: PendingCommit?)
  }

  private func draft(
    _ writes: [RecordWrite], _ swapCommit: CID?, from speculative: inout Speculative?,
    as pending: PendingCommit
  ) throws(StoreError) -> Drafted {
    guard !isRetired.load(ordering: .relaxed),
      let status = setting.log.read({ $0.state.repos[id] }), let head = status.head
    else {
      throw .noRepo(name.did, name.space)
    }
    // Taken out: a second reference to the tree's nodes would keep them from being changed in
    // place.
    var current = speculative.take() ?? start(from: head)
    defer { speculative = current }
    if let failure = setting.log.read({ $0.failure }) {
      throw .outcomeUnknown(rev: nil, cause: failure)
    }
    try setting.queue.admit()
    letGo(of: &current)
    let policy = setting.log.read { $0.state.policy(of: name.did) }
    let effect = try WriteEffect(
      of: writes, on: current.tree, door: setting.door, policy: policy, space: name.space)
    if effect.isNoOp {
      let receipt = CommitReceipt(
        head: head, effect.preview, opCount: 0, isNoOp: true)
      return .answer(.success(receipt), after: current.last?.pending)
    }
    try effect.checkSwaps()
    if let swapCommit { try check(swapCommit, against: current, durable: head) }
    let draft = try commit(effect, on: &current)
    current.last = (draft, pending)
    let (opCount, preview) = (effect.ops.count, effect.preview)
    let fallenBefore = current.fallenCount
    setting.queue.enqueue(
      QueuedRun(
        repo: id, byteCount: draft.byteCount,
        finish: { () throws(StoreError) in try draft.finish().run },
        fault: { [self] in fallen(since: fallenBefore) },
        done: { [self] placed in
          settle(pending, draft, placed, preview, opCount: opCount)
        }))
    return .queued
  }

  private func start(from head: RepoHead) -> Speculative {
    Speculative(
      tree: MST(root: head.data, in: blocks), rev: head.rev, data: head.data,
      clock: TIDClock(clockID: setting.log.surroundings.clock.clockID),
      fallenCount: falls.withLock { $0.count })
  }

  /// Lets go of the loaded nodes when they may be too many and everything drafted is durable; what
  /// is needed of them is read again.
  private func letGo(of current: inout Speculative) {
    let nodesPerDraft = 12
    guard current.draftCount * nodesPerDraft > StoreLimits.loadedNodeCountMax,
      current.last?.pending.outcome != nil
    else { return }
    current.tree = MST(root: current.data, in: blocks)
    current.draftCount = 0
  }

  private func check(
    _ swapCommit: CID, against current: Speculative, durable head: RepoHead
  ) throws(StoreError) {
    let found = try current.last?.draft.finish().commit ?? head.commit
    guard found == swapCommit else {
      throw .headMoved(name.did, expected: swapCommit, found: found)
    }
  }

  /// Puts the effect into the tree and makes a draft of it. After a throw the tree is as it was.
  private func commit(
    _ effect: WriteEffect, on current: inout Speculative
  ) throws(StoreError) -> CommitDraft {
    var blocks = CommitBlocks(of: id)
    for record in effect.records { blocks.append(record.cid, record.bytes.span.bytes) }
    var clock = current.clock
    let rev = try next(&clock, after: current.rev)
    let unsigned: UnsignedCommit
    do throws(StoreError) {
      let data = try effect.apply(to: &current.tree, blocks: &blocks)
      unsigned = UnsignedCommit(did: name.did, rev: rev, data: data)
    } catch {
      undo(effect, on: &current)
      throw error
    }
    let isLarge =
      blocks.byteCount(withCommitOf: unsigned.encoded.count + 70) > setting.eventByteCountMax
    let draft = CommitDraft(
      repo: id, stream: EventStream(name.space), unsigned: unsigned, ops: effect.ops,
      previous: (current.rev, current.data), blocks: blocks,
      signing: CommitSigning(
        key: key, checksCommits: setting.checksCommits,
        carriage: isLarge ? .pack(setting.log) : .event))
    current.rev = rev
    current.clock = clock
    current.data = unsigned.data
    current.draftCount += 1
    return draft
  }

  /// Takes a refused draft's changes back. The nodes of the drafts before it may be in memory
  /// alone, so the tree is changed back rather than read again; where even that fails, it is.
  private func undo(_ effect: WriteEffect, on current: inout Speculative) {
    let root: CID?
    do throws(StoreError) {
      root = try effect.undo(on: &current.tree)
    } catch {
      root = nil
    }
    if root != current.data { current.tree = MST(root: current.data, in: blocks) }
  }

  private func next(_ clock: inout TIDClock, after rev: TID) throws(StoreError) -> TID {
    let source = setting.log.surroundings.clock
    let now = source.now()
    try check(source, now, after: rev)
    return try translate({ () throws(SyntaxError) in try clock.next(after: rev, now: now) }) { _ in
      StoreError.clock(now: now, expected: rev.microseconds)
    }
  }

  /// A clock that was set while running, or is far behind the last rev of a public repo, is not
  /// followed until someone says so: relays refuse revs from the future, and a rev never goes back.
  private func check(_ clock: any StoreClock, _ now: UInt64, after rev: TID) throws(StoreError) {
    guard !setting.acceptsClock, !clock.mayBeBehind else { return }
    let tolerance = StoreLimits.clockToleranceMicroseconds
    let step = clock.stepMicroseconds
    guard abs(step) <= tolerance else {
      throw .clock(now: now, expected: UInt64(clamping: Int64(clamping: now) - step))
    }
    guard name.space == .private || rev.microseconds <= now + UInt64(tolerance) else {
      throw .clock(now: now, expected: rev.microseconds)
    }
  }

  /// Tells the outcome of a draft. If it fell, everything drafted on it falls with it.
  private func settle(
    _ pending: PendingCommit, _ draft: CommitDraft, _ placed: Result<[PlacedEntry], StoreError>,
    _ preview: WritePreview, opCount: Int
  ) {
    switch placed {
    case .success(let entries):
      guard let entry = entries.last else {
        preconditionFailure("INV-10: a run of no entries was written")
      }
      do throws(StoreError) {
        let head = RepoHead(
          commit: try draft.finish().commit, data: draft.unsigned.data, rev: draft.unsigned.rev,
          lsn: entry.header.lsn,
          seq: entry.header.seq == 0 ? nil : Seq(rawValue: entry.header.seq))
        let receipt = CommitReceipt(
          head: head, preview, opCount: opCount, isNoOp: false)
        pending.finish(.success(receipt))
      } catch {
        pending.finish(.failure(error))
      }
    case .failure(.outcomeUnknown(_, let cause)):
      fall(.outcomeUnknown(rev: nil, cause: cause))
      pending.finish(.failure(.outcomeUnknown(rev: draft.unsigned.rev, cause: cause)))
    case .failure(let error):
      fall(error)
      pending.finish(.failure(refusal(error, of: draft)))
    }
  }

  /// Why a draft was not written, once nothing of it is left.
  private func refusal(_ error: StoreError, of draft: CommitDraft) -> StoreError {
    do throws(StoreError) {
      try draft.discardPack()
      return error
    } catch {
      return error
    }
  }

  /// Throws the speculative head away: the next draft begins at the durable one.
  private func fall(_ error: StoreError) {
    speculative.withLock { speculative in
      speculative = nil
      falls.withLock { $0.append(error) }
    }
  }

  /// Why a draft that was made after `count` falls must fall too: the one it stands on did.
  private func fallen(since count: Int) -> StoreError? {
    falls.withLock { $0.count > count ? $0[count] : nil }
  }
}
