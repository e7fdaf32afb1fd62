// RandomEvent.swift: events of every kind and size, true in form only.
import ATSyntax
import DAGCBOR
import MST
import TestKit

enum RandomEvent {
  static let statuses: [AccountStatus] = [
    .active, .takendown, .suspended, .deleted, .deactivated, .desynchronized, .throttled,
  ]

  static func drawn(with random: inout SplitMix64) throws -> StreamEvent {
    let did = try did(with: &random)
    switch random.next() % 6 {
    case 0: return .sync(SyncEvent(did: did, rev: rev(&random), blocks: bytes(300, &random)))
    case 1:
      let handle = try random.next() % 2 == 0 ? nil : Handle("a\(random.next() % 1_000_000).test")
      return .identity(IdentityEvent(did: did, handle: handle))
    case 2:
      // Safe: the list is not empty.
      return .account(
        AccountEvent(did: did, status: statuses.randomElement(using: &random)!))
    default: return .commit(try commit(of: did, with: &random))
    }
  }

  private static func commit(
    of did: DID, with random: inout SplitMix64
  ) throws -> CommitEvent {
    let counts = [0, 1, 1, 1, 2, 23, 24, 200]
    // Safe: the lists are not empty.
    let count = counts.randomElement(using: &random)!
    let size = [0, 1, 23, 24, 255, 256, 4_096, 65_536, 70_000].randomElement(using: &random)!
    var ops: [RepoOp] = []
    for _ in 0..<count { ops.append(try op(with: &random)) }
    return CommitEvent(
      did: did, rev: rev(&random), since: random.next() % 4 == 0 ? nil : rev(&random),
      commit: cid(&random), blocks: bytes(size, &random), ops: ops,
      prevData: random.next() % 4 == 0 ? nil : cid(&random))
  }

  private static func op(with random: inout SplitMix64) throws -> RepoOp {
    let tail = String(repeating: "k", count: Int(random.next() % 300))
    let key = try MSTKey("app.example.note/\(random.next())\(tail)")
    return switch random.next() % 3 {
    case 0: RepoOp(key, .create(cid(&random)))
    case 1: RepoOp(key, .update(cid(&random), previous: cid(&random)))
    default: RepoOp(key, .delete(previous: cid(&random)))
    }
  }

  private static func did(with random: inout SplitMix64) throws -> DID {
    let tail = String(repeating: "d", count: Int(random.next() % 40))
    return try DID("did:web:a\(random.next() % 100_000)\(tail).test")
  }

  private static func rev(_ random: inout SplitMix64) -> TID { TID(rawValue: random.next() >> 1) }

  private static func cid(_ random: inout SplitMix64) -> CID {
    CID(of: Array(String(random.next()).utf8), codec: random.next() % 8 == 0 ? .raw : .dagCBOR)
  }

  private static func bytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
