// MethodCall+Write.swift: com.atproto.repo: writing records.
//
// What writes amount to is the store's (WriteEffect); here they are read from their JSON, aimed at
// the tree that their collections live in, and answered. One batch writes one tree.
// Spec: lexicon com.atproto.repo.*, https://atproto.com/specs/repository
import ATSyntax
import DAGCBOR
import Lexicon
import RepoStore

extension MethodCall {
  /// `createRecord`.
  func createRecord() async throws(XRPCError) -> Answer {
    let input = try json()
    let did = try writer(of: input)
    let collection: NSID = try input.required("collection")
    let rkey = try givenKey(input)
    let path = RecordPath(collection: collection, rkey: rkey)
    let write = RecordWrite(path, .create(try input.object("record")))
    return try await written(write, input, of: did)
  }

  /// `putRecord`: the same record again changes nothing, and there is no commit.
  func putRecord() async throws(XRPCError) -> Answer {
    let input = try json()
    let did = try writer(of: input)
    let path = RecordPath(
      collection: try input.required("collection"), rkey: try input.required("rkey"))
    let write = RecordWrite(
      path, .put(try input.object("record")), swapRecord: try swapRecord(input))
    return try await written(write, input, of: did)
  }

  /// `deleteRecord`: one that is not there is as good as deleted.
  func deleteRecord() async throws(XRPCError) -> Answer {
    let input = try json()
    let did = try writer(of: input)
    let path = RecordPath(
      collection: try input.required("collection"), rkey: try input.required("rkey"))
    let write = RecordWrite(path, .deleteIfPresent, swapRecord: try swapRecord(input))
    let receipt = try await commit([write], of: did, input)
    var answer: CBORMap = [:]
    answer["commit"] = receipt.commit
    return .json(.map(answer))
  }

  /// `applyWrites`: all or none, in one commit.
  func applyWrites() async throws(XRPCError) -> Answer {
    let input = try json()
    let did = try writer(of: input)
    var writes: [RecordWrite] = []
    for value in try input.list("writes") { writes.append(try write(of: value)) }
    let mode = try validationMode(input)
    var statuses: [CBORValue?] = []
    for write in writes { statuses.append(try validated(write, mode)) }
    let receipt = try await commit(writes, of: did, input)
    var results: [CBORValue] = []
    for (index, write) in writes.enumerated() {
      results.append(.map(result(write, receipt.results[index], statuses[index], of: did)))
    }
    var answer: CBORMap = ["results": .array(results)]
    answer["commit"] = receipt.commit
    return .json(.map(answer))
  }
}

extension MethodCall {
  private static let batch = "com.atproto.repo.applyWrites"

  private func write(of value: CBORValue) throws(XRPCError) -> RecordWrite {
    guard case .map(let map) = value else { throw .invalidRequest("a write is no object") }
    let input = JSONInput(map: map)
    let type: String = try input.required("$type")
    let collection: NSID = try input.required("collection")
    switch type {
    case "\(MethodCall.batch)#create":
      let rkey = try givenKey(input)
      return RecordWrite(
        RecordPath(collection: collection, rkey: rkey), .create(try input.object("value")))
    case "\(MethodCall.batch)#update":
      return RecordWrite(
        RecordPath(collection: collection, rkey: try input.required("rkey")),
        .update(try input.object("value")))
    case "\(MethodCall.batch)#delete":
      return RecordWrite(
        RecordPath(collection: collection, rkey: try input.required("rkey")), .delete)
    default:
      throw .invalidRequest(
        "a write's $type is none of \(MethodCall.batch)#create, #update and #delete")
    }
  }

  private func result(
    _ write: RecordWrite, _ result: WriteResult, _ status: CBORValue?, of did: DID
  ) -> CBORMap {
    let kind: String
    switch write.action {
    case .create: kind = "createResult"
    case .put, .update: kind = "updateResult"
    case .delete, .deleteIfPresent: kind = "deleteResult"
    }
    var map: CBORMap = ["$type": .string("\(MethodCall.batch)#\(kind)")]
    guard kind != "deleteResult" else { return map }
    map["uri"] = .string("\(ATURI(authority: .did(did), path: write.path))")
    map["cid"] = result.cid.map { .string("\($0)") }
    map["validationStatus"] = status
    return map
  }

  /// The account that `repo` names, which must be the one that calls, and active.
  private func writer(of input: JSONInput) throws(XRPCError) -> DID {
    let login = try login()
    let status = try ownStatus(of: login.did)
    let isOwn =
      switch try input.required("repo", as: ATIdentifier.self) {
      case .did(let did): did == login.did
      case .handle(let handle): handle == status.handle
      }
    guard isOwn else {
      throw XRPCError(
        .authenticationRequired, status: .unauthorized, "repo is not the one of \(login.did)")
    }
    switch status.status {
    case .active, .desynchronized, .throttled: return login.did
    case .takendown, .suspended:
      throw XRPCError(.accountTakedown, status: .unauthorized, "the account is taken down")
    case .deactivated, .deleted, .other:
      throw XRPCError(.accountDeactivated, status: .unauthorized, "the account is deactivated")
    }
  }

  /// The record key that was given, or one that nobody else gets.
  private func givenKey(_ input: JSONInput) throws(XRPCError) -> RecordKey {
    if let given = try input.optional("rkey", as: RecordKey.self) { return given }
    return try site.nextKey()
  }

  private func swapRecord(_ input: JSONInput) throws(XRPCError) -> RecordWrite.SwapRecord {
    switch try input.nullable("swapRecord", as: CID.self) {
    case .missing: .any
    case .null: .absent
    case .value(let cid): .cid(cid)
    }
  }

  /// What `validate` asks of the schemas of the records.
  private func validationMode(_ input: JSONInput) throws(XRPCError) -> ValidationMode {
    switch try input.flag("validate") {
    case nil: .optimistic
    case true?: .required
    case false?: .off
    }
  }

  /// Holds a record to its schema; nil where there is no record, or nobody asked.
  private func validated(
    _ write: RecordWrite, _ mode: ValidationMode
  ) throws(XRPCError) -> CBORValue? {
    guard case .map(var record)? = write.action.record else { return nil }
    let collection = write.path.collection
    // As the store will fill it in.
    if record["$type"] == nil { record["$type"] = .string("\(collection)") }
    do throws(LexiconError) {
      let status = try site.configuration.schemas.check(
        .map(record), in: collection, key: write.path.rkey, mode: mode)
      return status == .absent ? nil : .string(status.rawValue)
    } catch {
      throw .invalidRequest("\(error)")
    }
  }

  /// Makes the commit in the tree that the writes' collections live in.
  private func commit(
    _ writes: [RecordWrite], of did: DID, _ input: JSONInput
  ) async throws(XRPCError) -> CommitReceipt {
    var writes = writes
    let mode = try validationMode(input)
    for index in writes.indices { writes[index].validation = mode }
    let swapCommit = try input.optional("swapCommit", as: CID.self)
    let space = try space(of: writes, did)
    let repo = try inStore { () throws(StoreError) in try site.store.repo(did, space) }
    try site.rates.take(writes, by: did, at: site.now())
    for write in writes {
      if let record = write.action.record { try site.ledger.check(record, of: did) }
    }
    do throws(StoreError) {
      return try await repo.commit(writes, swapCommit: swapCommit)
    } catch {
      throw XRPCError(writing: error)
    }
  }

  private func space(of writes: [RecordWrite], _ did: DID) throws(XRPCError) -> Space {
    let policy = site.store.policy(of: did)
    guard let first = writes.first?.path.collection else { return .public }
    for write in writes where policy.space(of: write.path.collection) != policy.space(of: first) {
      throw .invalidRequest(
        "\(first) and \(write.path.collection) are kept in different trees, which one commit "
          + "cannot write")
    }
    return policy.space(of: first)
  }

  /// Writes one record and says what came of it.
  private func written(
    _ write: RecordWrite, _ input: JSONInput, of did: DID
  ) async throws(XRPCError) -> Answer {
    let status = try validated(write, try validationMode(input))
    let receipt = try await commit([write], of: did, input)
    var answer: CBORMap = ["uri": .string("\(ATURI(authority: .did(did), path: write.path))")]
    answer["cid"] = receipt.results.first?.cid.map { .string("\($0)") }
    answer["commit"] = receipt.commit
    answer["validationStatus"] = status
    return .json(.map(answer))
  }
}

extension WriteResult {
  /// The record's CID afterwards; nil where there is none.
  fileprivate var cid: CID? {
    switch self {
    case .created(let cid), .updated(let cid, _): cid
    case .unchanged(let cid): cid
    case .deleted: nil
    }
  }
}

extension CommitReceipt {
  /// `{cid, rev}`; nil where nothing changed and no commit was made.
  fileprivate var commit: CBORValue? {
    if isNoOp { return nil }
    return ["cid": .string("\(head.commit)"), "rev": .string("\(head.rev)")]
  }
}

extension RecordWrite.Action {
  fileprivate var record: CBORValue? {
    switch self {
    case .create(let record), .put(let record), .update(let record): record
    case .delete, .deleteIfPresent: nil
    }
  }
}

extension XRPCError {
  /// What the store refuses of a client's writes.
  fileprivate init(writing error: StoreError) {
    switch error {
    case .recordMoved, .headMoved: self = .named(.invalidSwap, "\(error)")
    case .recordExists: self = .named(.recordAlreadyExists, "\(error)")
    case .noRecord, .appendOnly, .wrongSpace, .record, .limit, .tree, .noSigningKey:
      self = .invalidRequest("\(error)")
    case .noStore, .storeExists, .locked, .closed, .readOnly, .noRepo, .repoExists, .noSuchRev,
      .clock, .query, .importRefused, .policy, .disk, .outcomeUnknown, .busy, .corrupt,
      .blockMissing, .snapshotExpired:
      self.init(error)
    }
  }
}
