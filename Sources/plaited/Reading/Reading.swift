// Reading.swift: a repo that can be read: a commit in the store, or a CAR file.
//
// Commands that only read ask this and need not know which it is. A CAR is checked before anything
// of it is believed: every hash, the commit's form, the whole tree as far as it is there.
import ATSyntax
import DAGCBOR
import MST
import RepoStore

struct Reading: Sendable {
  /// Where it comes from, for messages: a DID, or a file's name.
  var name: String
  var did: DID
  var handle: Handle?
  /// Which of the account's trees; nil for a CAR.
  var space: Space?
  var commit: CID
  /// The root of the tree.
  var data: CID
  /// nil only in CARs of version 2.
  var rev: TID?
  /// Where the commit stands in the store's log; nil for a CAR.
  var lsn: LSN?
  var seq: Seq?
  var tree: MST
  /// Parts of the tree are not there, as in a proof.
  var isPartial = false
  var blocks: Blocks

  enum Blocks: Sendable {
    case store(RepoSnapshot)
    case car(CARFile)
  }

  init(_ snapshot: RepoSnapshot, handle: Handle?) {
    name = snapshot.did.description
    did = snapshot.did
    self.handle = handle
    space = snapshot.name.space
    commit = snapshot.head.commit
    data = snapshot.head.data
    rev = snapshot.head.rev
    lsn = snapshot.head.lsn
    seq = snapshot.head.seq
    tree = snapshot.tree
    blocks = .store(snapshot)
  }

  /// - Throws: `InvalidCAR` where there is no commit or the tree is not what its root says.
  init(_ car: CARFile) throws {
    let (cid, commit) = try car.commit()
    name = car.name
    did = commit.did
    self.commit = cid
    data = commit.data
    if case .current(let current) = commit { rev = current.unsigned.rev }
    blocks = .car(car)
    let root = commit.data
    do throws(MSTError) {
      try MST.verify(root: root, in: car)
      tree = MST(root: root, in: car)
    } catch .blockMissing {
      tree = try car.refusing { () throws(MSTError) in
        try MST.verified(root: root, in: car, absent: .opaque)
      }
      isPartial = true
    } catch {
      throw Complaint.tree(car.name, error)
    }
  }

  /// The bytes of a block that the tree names.
  func block(_ cid: CID) throws(StoreError) -> [UInt8] {
    switch blocks {
    case .store(let snapshot):
      if let bytes = try snapshot.block(cid) { return bytes }
    case .car(let car):
      do throws(BlockReadFailure) {
        if let bytes = try car.block(cid) { return bytes }
      } catch {
        throw .tree(.readFailed(cid, reason: error.reason))
      }
    }
    throw .blockMissing(cid, repo: did)
  }

  func commitBlock() throws(StoreError) -> [UInt8] { try block(commit) }

  func record(at path: RecordPath) throws -> StoredRecord? {
    guard let cid = try tree.value(of: MSTKey(path)) else { return nil }
    return StoredRecord(path: path, cid: cid, bytes: try block(cid))
  }

  func records(_ query: RecordQuery) -> RecordScan {
    switch blocks {
    case .store(let snapshot): snapshot.records(query)
    case .car: RecordScan(query, in: tree) { cid throws(StoreError) in try block(cid) }
    }
  }

  /// The collections with their counts, in order.
  func collections() throws -> [CollectionCount] {
    if case .store(let snapshot) = blocks { return try snapshot.collections() }
    var counts: [CollectionCount] = []
    var walk = tree.walk()
    while let path = try walk.next()?.path {
      if counts.last?.collection == path.collection {
        counts[counts.count - 1].count += 1
      } else {
        counts.append(CollectionCount(collection: path.collection, count: 1))
      }
    }
    return counts
  }

  func uri(of path: RecordPath) -> ATURI { ATURI(authority: .did(did), path: path) }
}

extension CARFile {
  /// The commit that the first root names.
  func commit() throws -> (cid: CID, commit: CommitBlock) {
    guard let root = roots.first, roots.count == 1 else {
      throw Complaint.notARepo(name, "it names \(roots.count) roots, expected one: the commit")
    }
    guard let block = try block(root) else {
      throw Complaint.notARepo(name, "its root \(root) is not in it")
    }
    do throws(CommitError) {
      return (root, try CommitBlock(block))
    } catch {
      throw Complaint.notARepo(name, "its root \(root) is no commit: \(error)")
    }
  }

  /// Runs `body`, whose errors are about this file.
  func refusing<R>(_ body: () throws(MSTError) -> R) throws -> R {
    do throws(MSTError) {
      return try body()
    } catch {
      throw Complaint.tree(name, error)
    }
  }
}

extension Complaint {
  static func notARepo(_ name: String, _ why: String) -> Complaint {
    Complaint(
      .negative, "InvalidCAR", what: "\(name) holds no repo", why: why,
      remedy: "name a CAR that was made by plaited repo export or com.atproto.sync.getRepo")
  }

  static func tree(_ name: String, _ error: MSTError) -> Complaint {
    Complaint(
      .negative, "InvalidTree", what: "the tree in \(name) is not to be believed",
      why: "\(error)", remedy: "plaited repo verify \(name)")
  }
}
