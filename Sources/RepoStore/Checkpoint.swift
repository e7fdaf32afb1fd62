// Checkpoint.swift: a store's state as an entry's payload, so that older segments may go.
import ATSyntax
import DAGCBOR
import MST

extension StoreState {
  /// Everything but where blocks are.
  var checkpoint: CBORValue {
    [
      "next": .integer(Int64(nextLSN.rawValue)),
      "nextSeq": .integer(Int64(nextSeq)),
      "nextRepo": .integer(Int64(nextRepoID)),
      "repos": .array(repos.values.sorted { $0.id < $1.id }.map(\.value)),
      "deleted": .array(
        deletedRevs.sorted { $0.key.did < $1.key.did }.map { name, rev in
          [
            "did": .string(name.did.description), "space": .string(name.space.rawValue),
            "rev": .string(rev.description),
          ]
        }),
      "packs": .array(packs.map(\.value)),
      "lastPack": .integer(Int64(lastPack)),
      "segments": .array(sealed.map(\.value)),
      "retention": retention.value,
    ]
  }

  init(checkpoint value: CBORValue, identity: StoreIdentity) throws(FieldFault) {
    let fields = Fields(value)
    self.init(identity: identity)
    nextLSN = LSN(rawValue: try fields.unsigned("next"))
    nextSeq = try fields.unsigned("nextSeq")
    nextRepoID = try fields.number("nextRepo")
    lastPack = try fields.number("lastPack")
    for value in try fields.array("repos") {
      let repo = try RepoStatus(value)
      repos[repo.id] = repo
      names[repo.name] = repo.id
    }
    for value in try fields.array("deleted") {
      let fields = Fields(value)
      deletedRevs[try fields.name()] = try fields.tid("rev")
    }
    for value in try fields.array("packs") { packs.append(try PackMark(value)) }
    for value in try fields.array("segments") { sealed.append(try SegmentMark(value)) }
    let retention = fields.valueIfAny("retention")
    if retention != .null { self.retention = try Retention(retention) }
  }
}

extension RepoStatus {
  fileprivate var value: CBORValue {
    [
      "repo": .number(id), "did": .string(name.did.description),
      "space": .string(name.space.rawValue),
      "handle": handle.map { .string($0.description) } ?? .null,
      "status": status.name.map { .string($0) } ?? .null, "active": .bool(status == .active),
      "key": signingKey.map { .string($0) } ?? .null, "policy": policy.value,
      "head": head?.value ?? .null, "purged": purged?.value ?? .null,
    ]
  }

  fileprivate init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    id = try fields.repo("repo")
    name = try fields.name()
    if let text = fields.optionalString("handle") {
      do throws(SyntaxError) {
        handle = try Handle(text)
      } catch {
        throw FieldFault(field: "handle: \(error)")
      }
    }
    status = AccountStatus(
      name: fields.optionalString("status"), isActive: try fields.value("active") == true)
    signingKey = fields.optionalString("key")
    policy = try RepoPolicy(fields.value("policy"))
    let head = try fields.value("head")
    self.head = head == .null ? nil : try RepoHead(head)
    let purged = fields.valueIfAny("purged")
    self.purged = purged == .null ? nil : try RepoHead(purged)
  }
}

extension RepoHead {
  var value: CBORValue {
    [
      "commit": .link(commit), "data": .link(data), "rev": .string(rev.description),
      "lsn": .integer(Int64(lsn.rawValue)), "seq": .integer(Int64(seq?.rawValue ?? 0)),
    ]
  }

  init(_ value: CBORValue) throws(FieldFault) {
    let fields = Fields(value)
    let seq = try fields.unsigned("seq")
    self.init(
      commit: try fields.cid("commit"), data: try fields.cid("data"), rev: try fields.tid("rev"),
      lsn: LSN(rawValue: try fields.unsigned("lsn")),
      seq: seq == 0 ? nil : Seq(rawValue: seq))
  }
}
