// MethodCall+Repo.swift: com.atproto.repo: reading records.
import ATSyntax
import DAGCBOR
import Identity
import RepoStore

extension MethodCall {
  /// `describeRepo`: whose it is, and its collections.
  func describeRepo() throws(XRPCError) -> Answer {
    let (repo, status) = try namedRepo()
    var collections = try inStore { () throws(StoreError) in
      try repo.snapshot().collectionNames()
    }
    if principal.did == repo.did { collections += try privateCollections(of: repo.did) }
    return .json([
      "handle": .string((status.handle ?? .invalid).description),
      "did": .string(repo.did.description),
      "didDoc": try document(of: status),
      "collections": .array(collections.map { .string($0.description) }),
      // The document names it; whether the handle names the document is for resolvers to find.
      "handleIsCorrect": .bool(status.handle != nil),
    ])
  }

  /// What the private tree holds; nothing where there is none.
  private func privateCollections(of did: DID) throws(XRPCError) -> [NSID] {
    do throws(StoreError) {
      return try site.store.repo(did, .private).snapshot().collectionNames()
    } catch .noRepo {
      return []
    } catch {
      throw XRPCError(error)
    }
  }

  /// What this server knows of a DID, in the form of its document.
  func document(of status: RepoStatus) throws(XRPCError) -> CBORValue {
    let methods = status.signingKey.map {
      DIDDocument.VerificationMethod(
        id: "\(status.did)#atproto", type: "Multikey", controller: status.did.description,
        publicKeyMultibase: $0)
    }
    let service = DIDDocument.Service(
      id: "#atproto_pds", type: PLCService.pdsType, endpoint: "\(site.origin)")
    let document = DIDDocument(
      id: status.did, alsoKnownAs: status.handle.map { ["at://\($0)"] } ?? [],
      verificationMethods: methods.map { [$0] } ?? [], services: [service])
    return try document.value
  }

  /// `getRecord`: one record, with its CID.
  func getRecord() throws(XRPCError) -> Answer {
    let path = try recordPath()
    let repo = try namedRepo(holding: path.collection)
    let wanted = try parameters.optional("cid", as: CID.self)
    let record = try inStore { () throws(StoreError) in try repo.snapshot().record(at: path) }
    guard let record else {
      throw .named(.recordNotFound, "there is no record \(path) of \(repo.did)")
    }
    if let wanted, wanted != record.cid {
      throw .named(.recordNotFound, "\(path) of \(repo.did) is \(record.cid), not \(wanted)")
    }
    return .json(.map(try entry(record, of: repo.did)))
  }

  /// `listRecords`: a page of a collection, newest key first unless `reverse`.
  ///
  /// A page ends early where its records are large; then, as after a full one, there is a cursor.
  func listRecords() throws(XRPCError) -> Answer {
    let collection: NSID = try parameters.required("collection")
    let repo = try namedRepo(holding: collection)
    var query = RecordQuery(collection)
    let limit = try parameters.integer("limit", in: 1...ServerLimits.recordPageMax, default: 50)
    query.limit = limit
    query.cursor = try parameters.optional("cursor")
    if try parameters.optional("reverse", as: Bool.self) ?? false { query.order = .ascending }
    let (records, isFull) = try inStore { () throws(StoreError) in
      try page(of: repo.snapshot().records(query), limit: limit)
    }
    var answer: CBORMap = [:]
    var entries: [CBORValue] = []
    for record in records { entries.append(.map(try entry(record, of: repo.did))) }
    answer["records"] = .array(entries)
    if isFull, let last = records.last { answer["cursor"] = .string("\(last.path.rkey)") }
    return .json(.map(answer))
  }

  private func page(
    of scan: RecordScan, limit: Int
  ) throws(StoreError) -> (records: [StoredRecord], isFull: Bool) {
    var scan = scan
    var records: [StoredRecord] = []
    var byteCount = 0
    while byteCount < ServerLimits.recordPageByteCountMax, let record = try scan.next() {
      byteCount += record.bytes.count
      records.append(record)
    }
    return (records, records.count == limit || byteCount >= ServerLimits.recordPageByteCountMax)
  }

  /// `{uri, cid, value}`.
  private func entry(_ record: StoredRecord, of did: DID) throws(XRPCError) -> CBORMap {
    let value: CBORValue
    do throws(CBORError) {
      value = try record.value
    } catch {
      var failure = XRPCError.internalServerError
      failure.cause = "\(record.path) of \(did): \(error)"
      throw failure
    }
    return [
      "uri": .string("\(ATURI(authority: .did(did), path: record.path))"),
      "cid": .string("\(record.cid)"), "value": value,
    ]
  }
}
