// MethodCall+Sync.swift: com.atproto.sync: repos as CARs, proofs, heads, and which repos there are.
//
// Not here: subscribeRepos, which is no call (Firehose).
import ATSyntax
import DAGCBOR
import RepoStore
import Synchronization

extension MethodCall {
  /// `getRepo`: the whole repo, or what came after `since`; where that rev is not known, the whole.
  func getRepo() throws(XRPCError) -> Answer {
    let repo = try repo()
    let since = try parameters.optional("since", as: TID.self)
    let car = try inStore { () throws(StoreError) in
      let now = try repo.snapshot()
      return try now.car(since: since.flatMap { rev throws(StoreError) in try repo.known(at: rev) })
    }
    let source = OneReader(car)
    return .carStream { try source.next() }
  }

  /// `sync.getRecord`: the proof of a record, or that there is none.
  func getRecordProof() throws(XRPCError) -> Answer {
    let repo = try repo()
    let path = try recordPath()
    return .car(try inStore { () throws(StoreError) in try repo.snapshot().proof(of: path) })
  }

  /// `getLatestCommit`.
  func getLatestCommit() throws(XRPCError) -> Answer {
    let repo = try repo()
    let head = try inStore { () throws(StoreError) in try repo.head }
    return .json(["cid": .string("\(head.commit)"), "rev": .string("\(head.rev)")])
  }

  /// `getRepoStatus`: of any repo, shown or not.
  func getRepoStatus() throws(XRPCError) -> Answer {
    let (repo, status) = try anyRepo(of: parameters.required("did"))
    var answer: CBORMap = ["did": .string("\(repo.did)")]
    answer.take(status)
    if status.isShown, let head = status.head { answer["rev"] = .string("\(head.rev)") }
    return .json(.map(answer))
  }

  /// `listRepos`: by DID.
  func listRepos() throws(XRPCError) -> Answer {
    let limit = try parameters.integer("limit", in: 1...ServerLimits.repoPageMax, default: 500)
    let cursor = try parameters.optional("cursor", as: DID.self)
    let page = site.store.repos.lazy
      .filter { status in status.space == .public && (cursor.map { $0 < status.did } ?? true) }
      .prefix(limit + 1)
    let found = Array(page)
    let repos = found.prefix(limit).compactMap { status -> CBORValue? in
      guard let head = status.head else { return nil }
      var entry: CBORMap = [
        "did": .string("\(status.did)"), "head": .string("\(head.commit)"),
        "rev": .string("\(head.rev)"),
      ]
      entry.take(status)
      return .map(entry)
    }
    var answer: CBORMap = ["repos": .array(repos)]
    if found.count > limit { answer["cursor"] = .string("\(found[limit - 1].did)") }
    return .json(.map(answer))
  }

  /// `getBlocks`: blocks that the head reaches, each once. History is not asked by CID.
  func getBlocks() throws(XRPCError) -> Answer {
    let repo = try repo()
    let cids = try parameters.all("cids", as: CID.self)
    guard !cids.isEmpty else {
      throw .invalidRequest("parameter cids is missing: expected \(CID.expectation)")
    }
    let snapshot = try inStore { () throws(StoreError) in try repo.snapshot() }
    let reached = try inStore { () throws(StoreError) in try snapshot.reached(of: Set(cids)) }
    let missing = cids.filter { !reached.contains($0) }
    guard missing.isEmpty else {
      let names = missing.prefix(10).map(\.description).joined(separator: ", ")
      throw .named(.blockNotFound, "the repo of \(repo.did) does not hold \(names)")
    }
    let source = OneReader(BlockList(snapshot, cids))
    return .carStream { try source.next() }
  }
}

extension Repo {
  /// The repo at a commit of the past, or nil where it is not known any more.
  fileprivate func known(at rev: TID) throws(StoreError) -> RepoSnapshot? {
    do throws(StoreError) {
      return try snapshot(at: rev)
    } catch .noSuchRev {
      return nil
    }
  }
}

extension RepoStatus {
  fileprivate var isShown: Bool { XRPCError(self) == nil }
}

extension CBORMap {
  /// `active`, and why not.
  fileprivate mutating func take(_ status: RepoStatus) {
    self["active"] = .bool(status.isShown)
    self["status"] = status.status.name.map { .string($0) }
  }
}

/// Something that is read piece by piece.
private protocol PieceSource: Sendable {
  mutating func next() throws(StoreError) -> [UInt8]?
}

extension CARExport: PieceSource {}

/// A CAR without roots, of a few blocks.
private struct BlockList: PieceSource {
  private let snapshot: RepoSnapshot
  private var rest: ArraySlice<CID>
  private var sent: Set<CID> = []

  init(_ snapshot: RepoSnapshot, _ cids: [CID]) {
    self.snapshot = snapshot
    rest = cids[...]
  }

  mutating func next() throws(StoreError) -> [UInt8]? {
    var piece = sent.isEmpty ? CARWriter.header(roots: []) : []
    while let cid = rest.popFirst() {
      guard sent.insert(cid).inserted else { continue }
      guard let block = try snapshot.block(cid) else {
        throw .blockMissing(cid, repo: snapshot.did)
      }
      CARWriter.appendSection(cid: cid, block: block, to: &piece)
      return piece
    }
    return nil
  }
}

/// A source that goes from thread to thread, with one reader at a time.
private final class OneReader<Source: PieceSource>: Sendable {
  private let source: Mutex<Source>

  init(_ source: Source) { self.source = Mutex(source) }

  func next() throws -> [UInt8]? { try source.withLock { source in try source.next() } }
}
