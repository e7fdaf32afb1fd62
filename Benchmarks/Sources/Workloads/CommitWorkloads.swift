// CommitWorkloads.swift: the tree's part of W2 and W3: changes, sealed, with the proof of them.
//
// Blocks go to a buffer in memory, as they would go to a log. Records are not encoded here and no
// frame is made.
import ATCrypto
import ATSyntax
import DAGCBOR
import Input
import MST
import World

extension Workload {
  static func committing(_ records: Int) -> [Workload] {
    let shapes = [
      CommitShape(order: .random, recordCount: 1), CommitShape(order: .time, recordCount: 1),
      CommitShape(order: .random, recordCount: CommitShape.batchCount),
      CommitShape(order: .time, recordCount: CommitShape.batchCount),
    ]
    return shapes.flatMap { [insert($0, records), hash($0, records)] } + [
      Workload("draft/insert-and-proof/\(size(records))", operations: RepoWorld.heldOutCount) {
        worlds in
        let repo = try worlds.repo(records)
        return repo.pass(CommitShape(order: .random, recordCount: 1), proves: true)
      }
    ]
  }

  private static func insert(_ shape: CommitShape, _ records: Int) -> Workload {
    Workload("insert/\(shape.name)/\(size(records))", operations: shape.order.entryCount) {
      worlds in
      let repo = try worlds.repo(records)
      return repo.pass(shape, proves: false)
    }
  }

  /// The floor of `insert`: the keys and the very nodes that it makes, only hashed.
  private static func hash(_ shape: CommitShape, _ records: Int) -> Workload {
    Workload("hash/\(shape.name)/\(size(records))", operations: shape.order.entryCount) { worlds in
      let repo = try worlds.repo(records)
      var arena = ByteArena()
      for entry in repo.entries(shape.order) {
        arena.append(entry.key.bytes.span.bytes)
      }
      try repo.commit(shape) { commit in
        for entry in commit { try repo.tree.insert(entry.key, entry.value) }
        repo.tree.seal { arena.append($1) }
      }
      try repo.restore(repo.entries(shape.order))
      return Pass { arena.hash() }
    }
  }

  static func signing(_ records: Int) -> Workload {
    Workload("commit/insert-proof-sign/\(size(records))", operations: RepoWorld.heldOutCount) {
      worlds in
      let repo = try worlds.repo(records)
      let author = try Author()
      return Pass(
        {
          var tray = BlockTray()
          for index in repo.heldOut.indices {
            let root = try repo.draft(repo.heldOut[index...index], proves: true, &tray)
            let block = author.commit(root).encoded
            tray.append(block.span.bytes)
            use(CID(of: block))
          }
        }, restore: { try repo.restore(repo.heldOut) })
    }
  }
}

extension RepoWorld {
  /// Puts records into the tree, commit by commit, each sealed.
  fileprivate func pass(_ shape: CommitShape, proves: Bool) -> Pass {
    Pass(
      {
        var tray = BlockTray()
        try self.commit(shape) { use(try self.draft($0, proves: proves, &tray)) }
      }, restore: { try self.restore(self.entries(shape.order)) })
  }

  /// One commit's change of the tree: inserts, the seal, and the covering proof if it is wanted.
  func draft(
    _ entries: ArraySlice<MSTEntry>, proves: Bool, _ tray: inout BlockTray
  ) throws -> CID {
    tray.empty()
    for entry in entries { try tree.insert(entry.key, entry.value) }
    let root = tree.seal { tray.append($1) }
    if proves { try tree.coveringProof(of: entries.map(\.key)) { tray.append($1) } }
    return root
  }
}

/// Who signs: the common input's key and DID.
struct Author {
  let key: PrivateKey
  let did: DID
  let rev: TID

  /// - Parameter number: 0 is the common input's own author, up to 31 are others by the same key.
  init(number: Int = 0) throws {
    key = try PrivateKey(curve: .k256, bytes: CommonInput.signingKey)
    let digits = Array("234567abcdefghijklmnopqrstuvwxyz")
    did = try DID(String(CommonInput.did.dropLast()) + String(digits[number]))
    rev = try TID(CommonInput.rev(count: 0))
  }

  func commit(_ root: CID) -> Commit {
    UnsignedCommit(did: did, rev: rev, data: root).signed { key.sign($0) }
  }
}
