// StreamTargets.swift: any bytes as a frame: what is read is well formed, is written as the same
// event, and has its CAR where the index looks for it; what a commit event says is checked.
import ATSyntax
import DAGCBOR
import MST

extension FuzzTarget {
  static let streamTargets = [
    FuzzTarget(name: "frame", seeds: { try frameSeeds() }, run: checkFrame),
    FuzzTarget(
      name: "commit-event", seeds: { [try commitEvent().blocks, try commitEvent(0).blocks] },
      run: checkCommitEvent),
  ]

  private static let time = "2026-11-20T09:08:07.654Z"

  private static func frameSeeds() throws -> [[UInt8]] {
    let commit = try commitEvent()
    let did = commit.did
    let key = try MSTKey("app.example.note/1")
    let ops = [
      RepoOp(key, .update(CID(of: [1]), previous: CID(of: [2]))),
      RepoOp(key, .delete(previous: CID(of: [2]))),
    ]
    let changes = CommitEvent(
      did: did, rev: commit.rev, since: commit.rev, commit: CID(of: []), blocks: [1, 2, 3],
      ops: ops, prevData: CID(of: [3], codec: .raw))
    let events: [StreamEvent] = [
      .commit(commit), .commit(changes), .sync(SyncEvent(did: did, rev: commit.rev, blocks: [0])),
      .identity(IdentityEvent(did: did, handle: try Handle("a.test"))),
      .account(AccountEvent(did: did, status: .active)),
      .account(AccountEvent(did: did, status: .throttled)),
    ]
    return events.map { DraftedFrame($0).bytes(seq: 70_000, time: time) } + [
      StreamFrame.infoFrame(name: "OutdatedCursor", message: "a"),
      StreamFrame.errorFrame(name: "FutureCursor", message: nil),
      [0xa2, 0x61, 0x74, 0x61, 0x23, 0x62, 0x6f, 0x70, 0x02, 0xf6],
    ]
  }

  private static func checkFrame(_ frame: [UInt8]) {
    let range = frame.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
    if let range { require(range.upperBound <= frame.count, "blocks beyond the frame") }
    guard let read = attempt({ try StreamFrame(frame) }) else { return }
    let payload = attempt { try CBOR.validateItem(in: frame, at: 0) }
    let end = payload.flatMap { start in attempt { try CBOR.validateItem(in: frame, at: start) } }
    require(end == frame.count, "a frame is not two items")
    switch read {
    case .message(let seq, _, let event): checkEvent(event, seq: UInt64(seq), frame, range)
    case .info(let name, let message):
      let written = StreamFrame.infoFrame(name: name, message: message)
      require(attempt { try StreamFrame(written) } == read, "info is written as something else")
    case .error(let name, let message):
      let written = StreamFrame.errorFrame(name: name, message: message)
      require(attempt { try StreamFrame(written) } == read, "an error is written otherwise")
    case .unknown: break
    }
  }

  private static func checkEvent(
    _ event: StreamEvent, seq: UInt64, _ frame: [UInt8], _ range: Range<Int>?
  ) {
    let draft = DraftedFrame(event)
    let written = draft.bytes(seq: seq, time: time)
    require(written.count == draft.byteCount(seq: seq), "a frame has another size")
    let place = written.withUnsafeBytes { StreamFrame.blocksRange(inFrame: $0) }
    require(place?.lowerBound == draft.blocksOffset(seq: seq), "the CAR is elsewhere")
    require(range.map { frame[$0] } == place.map { written[$0] }, "another CAR is written")
    guard case .message(Int64(seq), _, event) = attempt({ try StreamFrame(written) }) else {
      fail("an event is written as something else")
    }
  }

  /// A first commit of `count` records.
  private static func commitEvent(_ count: Int = 5) throws -> CommitEvent {
    let did = try DID("did:plc:z72i7hdynmk6r22z27h6tvur")
    let rev = try TID("3jzfcijpj2z2a")
    var tree = MST()
    var ops: [RepoOp] = []
    for number in 0..<count {
      let key = try MSTKey("app.example.note/\(number)")
      _ = try tree.insert(key, CID(of: key.bytes))
      ops.append(RepoOp(key, .create(CID(of: key.bytes))))
    }
    var blocks: [(cid: CID, bytes: [UInt8])] = []
    let root = tree.seal { cid, bytes in
      blocks.append((cid, bytes.withUnsafeBytes { Array($0) }))
    }
    guard let signature = Signature([UInt8](repeating: 1, count: 64)) else {
      fail("64 bytes are no signature")
    }
    let unsigned = UnsignedCommit(did: did, rev: rev, data: root)
    let commit = Commit(unsigned, signature: signature)
    blocks.append((commit.cid, commit.encoded))
    return CommitEvent(
      did: did, rev: rev, since: nil, commit: commit.cid,
      blocks: CARWriter.file(roots: [commit.cid], blocks: blocks), ops: ops, prevData: nil)
  }

  /// Any bytes as the CAR of an event that is otherwise true.
  private static func checkCommitEvent(_ car: [UInt8]) {
    guard let truth = attempt({ try commitEvent() }) else { fail("no event to start from") }
    var header: CID?
    var reader = CARReader()
    reader.append(car)
    if case .header(let roots) = attempt({ try reader.next() }) ?? nil { header = roots.first }
    let event = CommitEvent(
      did: truth.did, rev: truth.rev, since: nil, commit: header ?? truth.commit, blocks: car,
      ops: truth.ops, prevData: nil)
    guard let (commit, blocks) = attempt({ try event.checked() }) else { return }
    require(commit.cid == event.commit, "another commit is returned")
    require(blocks.block(commit.cid) == commit.encoded, "the commit's block is not returned")
    let before = attempt {
      try commitEvent().checked().commit.unsigned.data
    }
    require(commit.unsigned.data == before, "the operations lead to another tree")
  }
}
