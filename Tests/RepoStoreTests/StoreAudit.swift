// StoreAudit.swift: what must hold of every open store, whatever was done to it before.
//
// Each head's tree passes `MST.verify` and its records are there; each commit is signed by its
// repo's key; events come in order, chained by `since` and `prevData`, each true by itself, and
// numbered without gaps.
import ATCrypto
import ATSyntax
import DAGCBOR
import MST

@testable import RepoStore

/// What a check found wrong: thrown, because a random test has one reason to stop.
struct Wrong: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

func require(_ isRight: Bool, _ message: @autoclosure () -> String) throws {
  if !isRight { throw Wrong(message()) }
}

struct StoreAudit {
  /// Who signs for whom; every DID of the store must be here.
  var keys: [DID: PublicKey]
  /// Frames that were found true before.
  private var checked: [LSN: Digest] = [:]

  init(_ keys: [DID: PublicKey]) { self.keys = keys }

  /// What a repo holds: record CIDs by path.
  typealias Records = [String: CID]

  /// Checks everything of `store` and returns its events, of all streams, oldest first.
  mutating func run(on store: RepoStore) throws -> [LogEvent] {
    for status in store.repos { _ = try records(of: try store.repo(status.did, status.space)) }
    try checkNumbers(of: store)
    return try events(of: store)
  }

  /// The records of a repo's head, after its tree and its commit were verified.
  func records(of repo: Repo) throws -> Records {
    let snapshot = try repo.snapshot()
    var records: Records = [:]
    try MST.verify(root: snapshot.head.data, in: snapshot.blocks) { key, cid in
      records[key.description] = cid
    }
    for (path, cid) in records {
      try require(try snapshot.block(cid) != nil, "\(path) (\(cid)) is not there")
    }
    guard case .current(let commit) = try CommitBlock(try snapshot.commitBlock()) else {
      throw Wrong("a commit of version 2")
    }
    try require(commit.unsigned.data == snapshot.head.data, "the commit names another root")
    try require(commit.unsigned.rev == snapshot.head.rev, "the commit names another rev")
    try check(commit, of: repo.did)
    return records
  }

  private func check(_ commit: Commit, of did: DID) throws {
    guard let key = keys[did] else { throw Wrong("nobody signs for \(did)") }
    try require(commit.unsigned.did == did, "a commit of \(commit.unsigned.did) for \(did)")
    try require(
      key.verify(commit.signature, commit.unsigned.digest), "\(commit.cid) is not signed by its key"
    )
  }

  /// Numbers are dense over all entries, those included that readers do not see any more.
  private func checkNumbers(of store: RepoStore) throws {
    var nextLSN = store.firstLSN.rawValue
    // Where history was let go of, numbering begins with what is left.
    var nextSeq: UInt64? = nextLSN == 1 ? 1 : nil
    for segment in try store.log.segmentsNewestFirst().reversed() {
      try require(segment.firstLSN.rawValue == nextLSN, "segment \(segment) after \(nextLSN)")
      for entry in try store.log.entries(of: segment) {
        nextLSN += 1
        guard entry.seq != 0 else { continue }
        try require(entry.seq == nextSeq ?? entry.seq, "seq \(entry.seq), expected \(nextSeq ?? 0)")
        nextSeq = entry.seq + 1
      }
    }
    try require(store.lastLSN.rawValue + 1 == nextLSN, "the log ends at \(store.lastLSN)")
    if let nextSeq {
      try require(store.status.lastSeq.rawValue + 1 == nextSeq, "seq ends at \(nextSeq - 1)")
    }
  }

  private mutating func events(of store: RepoStore) throws -> [LogEvent] {
    var events: [LogEvent] = []
    var last: [RepoID: (rev: TID, data: CID)] = [:]
    var reader = store.events(after: .zero, streams: [.public, .private])
    while let event = try reader.next() {
      if let before = events.last {
        try require(event.lsn > before.lsn, "\(event.lsn) after \(before.lsn)")
      }
      events.append(event)
      guard case .message(let number, _, let body) = try StreamFrame(event.frame) else {
        throw Wrong("entry \(event.lsn) is no message")
      }
      let shown = event.seq?.rawValue ?? event.lsn.rawValue
      try require(UInt64(number) == shown, "frame \(number) at \(shown)")
      switch body {
      case .commit(let commit):
        // The first one that is kept may stand on one that is not.
        if last[event.repo] != nil || store.firstLSN.rawValue == 1 {
          try require(commit.since == last[event.repo]?.rev, "since of \(event.lsn)")
          try require(commit.prevData == last[event.repo]?.data, "prevData of \(event.lsn)")
        }
        last[event.repo] = (commit.rev, try data(of: commit, at: event))
      case .sync: last[event.repo] = try state(of: event)
      case .identity, .account: continue
      }
    }
    for status in store.repos where last[status.id] != nil || store.firstLSN.rawValue == 1 {
      try require(
        last[status.id]?.data == status.head?.data, "the head of \(status.did) has no event")
    }
    return events
  }

  /// What a `#sync` event says that the state is.
  private func state(of event: LogEvent) throws -> (rev: TID, data: CID) {
    guard let commit = try FramePayload(event.frame).commit else {
      throw Wrong("no commit in the #sync at \(event.lsn)")
    }
    try check(commit, of: commit.unsigned.did)
    return (commit.unsigned.rev, commit.unsigned.data)
  }

  /// The root after a commit event that was found true.
  private mutating func data(of event: CommitEvent, at place: LogEvent) throws -> CID {
    let digest = Digest(of: place.frame)
    if checked[place.lsn] == digest {
      let frame = try FramePayload(place.frame)
      guard let commit = frame.commit else { throw Wrong("no commit at \(place.lsn)") }
      return commit.unsigned.data
    }
    let (commit, blocks) = try event.checked()
    try check(commit, of: event.did)
    for case let cid? in event.ops.map(\.value) {
      try require(blocks.block(cid) != nil, "the event at \(place.lsn) lacks record \(cid)")
    }
    checked[place.lsn] = digest
    return commit.unsigned.data
  }
}
