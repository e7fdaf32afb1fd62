// CommitEventTests.swift: true commit events are believed, and lies are named.
import ATSyntax
import DAGCBOR
import MST
import TestKit
import Testing

@Suite("Commit events")
struct CommitEventTests {
  static let seed: UInt64 = {
    var random = SplitMix64.printed("commit events")
    return random.next()
  }()

  @Test("of random repos are true, from the first commit on, and after a journey as frames")
  func truths() throws {
    for number in 0..<UInt64(scaled(150)) {
      let seed = CommitEventTests.seed &+ number
      var world = try EventWorld(seed: seed)
      for step in 0..<12 {
        let event = try world.next()
        #expect((event.prevData == nil) == (step == 0))
        let frame = DraftedFrame(.commit(event)).bytes(seq: UInt64(step), time: SlowFrame.time)
        guard case .message(_, _, .commit(let read)) = try StreamFrame(frame) else {
          Issue.record("seed \(seed), step \(step): read as something else")
          return
        }
        let (commit, blocks) = try read.checked()
        #expect(commit.unsigned.data == world.data, "seed \(seed), step \(step)")
        #expect(commit.cid == event.commit && commit.unsigned.rev == world.rev)
        #expect(Set(blocks.blocks.keys) == Set(try event.sections().map(\.cid)))
      }
    }
  }

  @Test(
    "of the official proofs are true",
    .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
  func officialProofs() throws {
    for vector in try CommitProofVector.all.get() {
      let value = try #require(CID(vector.leafValue))
      let before = try #require(CID(vector.rootBeforeCommit))
      var tree = MST()
      for text in vector.keys + vector.adds { _ = try tree.insert(key(text), value) }
      for text in vector.dels { _ = try tree.remove(key(text)) }
      let root = tree.seal()
      let ops =
        try vector.adds.map { RepoOp(try key($0), .create(value)) }
        + vector.dels.map { RepoOp(try key($0), .delete(previous: value)) }
      let proof = try emitted { try tree.coveringProof(of: ops.map(\.key), emit: $0) }
      let (did, rev) = (try DID("did:web:a.test"), try TID("3n74wodl22222"))
      let commit = EventWorld.commit(UnsignedCommit(did: did, rev: rev, data: root))
      let car = CARWriter.file(
        roots: [commit.cid], blocks: proof + [(cid: commit.cid, bytes: commit.encoded)])
      let event = CommitEvent(
        did: did, rev: rev, since: rev, commit: commit.cid, blocks: car, ops: ops,
        prevData: before)
      #expect(try event.checked().commit == commit, "\(vector.comment)")
      #expect(
        event.with(prevData: root).refusal
          == .tree(.proof(.inversion(expected: root, found: before))))
    }
  }

  @Test("that lie about their commit are refused with what was said and what is")
  func commitLies() throws {
    var world = try EventWorld(seed: 1)
    _ = try world.next()
    let event = try world.next()
    let other = try DID("did:web:b.test")
    #expect(event.with(did: other).refusal == .did(event: other, commit: event.did))
    let rev = TID(rawValue: event.rev.rawValue + 1)
    #expect(event.with(rev: rev).refusal == .rev(event: rev, commit: event.rev))
    #expect(
      event.with(commit: record(1)).refusal == .root(event.commit, commit: record(1)))

    let sections = try event.sections()
    let withoutRoots = CARWriter.file(roots: [], blocks: sections)
    #expect(event.with(blocks: withoutRoots).refusal == .root(nil, commit: event.commit))
    let withoutCommit = CARWriter.file(
      roots: [event.commit], blocks: sections.filter { $0.cid != event.commit })
    #expect(event.with(blocks: withoutCommit).refusal == .commitMissing(event.commit))
    #expect(event.with(blocks: []).refusal == .car(CARError(.truncated, at: 0)))
  }

  @Test("whose commit is none, or an old one, are refused", arguments: [false, true])
  func notCommits(isLegacy: Bool) throws {
    var world = try EventWorld(seed: 2)
    let event = try world.next()
    let block = isLegacy ? CommitForm.legacy.bytes : [0xa0]
    let car = CARWriter.file(roots: [CID(of: block)], blocks: [(cid: CID(of: block), bytes: block)])
    let refusal = event.with(commit: CID(of: block), blocks: car).refusal
    guard case .commit(let error) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(isLegacy == (error.rule == .version(2)))
  }

  @Test("that lie about their operations are refused")
  func operationLies() throws {
    for number in 0..<UInt64(scaled(150)) {
      let seed = CommitEventTests.seed &- number
      var world = try EventWorld(seed: seed)
      for _ in 0..<6 {
        let event = try world.next()
        for (name, lie) in try lies(about: event, with: &world.random) {
          guard case .tree = lie.refusal else {
            Issue.record("seed \(seed), \(name): \(String(describing: lie.refusal))")
            return
          }
        }
      }
    }
  }

  private func lies(
    about event: CommitEvent, with random: inout SplitMix64
  ) throws -> [(String, CommitEvent)] {
    let extra = RepoOp(try key("lie.lie.lie/\(random.next())"), .create(record(1)))
    var lies = [
      ("another root before", event.with(prevData: record(1_000))),
      ("an operation that was not", event.with(ops: event.ops + [extra])),
    ]
    if event.prevData != nil, event.prevData != MST.emptyRoot {
      lies.append(("nothing before", event.with(prevData: nil)))
    }
    guard !event.ops.isEmpty else { return lies }
    let index = Int.random(in: 0..<event.ops.count, using: &random)
    let op = event.ops[index]
    lies.append(("an operation twice", event.with(ops: event.ops + [op])))
    var others = event.ops
    others.remove(at: index)
    if op.value != op.previous {
      lies.append(("an operation less", event.with(ops: others)))
    }
    let changed: RepoOp.Action =
      switch op.action {
      case .create(let value): .update(value, previous: record(1_000))
      case .update(let value, _): .update(value, previous: record(1_000))
      case .delete: .delete(previous: record(1_000))
      }
    lies.append(("another record before", event.with(ops: others + [RepoOp(op.key, changed)])))
    return lies
  }

  @Test("with a block less are refused, or not concerned by it")
  func missingBlocks() throws {
    var refusedCount = 0
    for number in 0..<UInt64(scaled(100)) {
      var world = try EventWorld(seed: CommitEventTests.seed ^ number)
      for _ in 0..<4 {
        let event = try world.next()
        let sections = try event.sections()
        let data = try event.checked().commit.unsigned.data
        for index in sections.indices {
          var rest = sections
          let cid = rest.remove(at: index).cid
          let lie = event.with(blocks: CARWriter.file(roots: [event.commit], blocks: rest))
          guard let refusal = lie.refusal else {
            #expect(cid != data || event.ops.isEmpty)
            continue
          }
          refusedCount += 1
          let isNamed = refusal == .commitMissing(cid) || refusal == .tree(.proof(.incomplete(cid)))
          #expect(isNamed, "\(refusal)")
        }
      }
    }
    #expect(refusedCount > 0)
  }

  @Test("with one byte of their blocks altered are refused, or say the same")
  func mutations() throws {
    var world = try EventWorld(seed: 3)
    for _ in 0..<3 { _ = try world.next() }
    let event = try world.next()
    let truth = try event.checked()
    for index in event.blocks.indices {
      for change in [1, 0x20, 0x80, 0xff] as [UInt8] {
        var blocks = event.blocks
        blocks[index] ^= change
        do throws(CommitEventError) {
          let read = try event.with(blocks: blocks).checked()
          #expect(read.commit == truth.commit, "byte \(index) ^ \(change)")
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }
}

extension CommitEvent {
  /// Why `checked` refuses it; nil where it does not.
  var refusal: CommitEventError? {
    do throws(CommitEventError) {
      _ = try checked()
      return nil
    } catch {
      return error
    }
  }
}
