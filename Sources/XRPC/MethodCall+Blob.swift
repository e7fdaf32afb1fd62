// MethodCall+Blob.swift: blobs in and out: com.atproto.repo.uploadBlob, com.atproto.sync.getBlob…
//
// A blob is its owner's alone until a public record names it. What it says to be is said again with
// headers that let no browser run it. Spec: https://atproto.com/specs/blob
import ATSyntax
import Accounts
import DAGCBOR
import RepoStore

extension MethodCall {
  /// `uploadBlob`: bytes for a reference. Durable before it is answered.
  func uploadBlob() throws(XRPCError) -> Answer {
    guard case .blob(let bytes, let contentType) = input, let did = principal.did else {
      throw .internalServerError
    }
    let status = try ownStatus(of: did).status
    if status == .takendown || status == .suspended {
      throw XRPCError(.accountTakedown, status: .unauthorized, "the account is taken down")
    }
    if site.rates.limiting == .standard {
      try site.rates.take(1, of: RateRules.blobs, by: "\(did)", at: site.now())
    }
    guard !bytes.isEmpty else { throw .invalidRequest("the blob is empty") }
    let type = try BlobType.type(said: contentType, of: bytes)
    let cid = try inStore { () throws(StoreError) in try site.store.blobs.put(bytes) }
    let now = site.now()
    let blob = try inAccounts { () throws(AccountError) in
      try site.accounts.addBlob(
        BlobEntry(cid: cid, mimeType: type, byteCount: bytes.count), of: did, at: now)
      return try site.accounts.blob(cid, of: did)
    }
    let reference = BlobReference(
      cid: cid, mimeType: blob?.mimeType ?? type, byteCount: bytes.count)
    return .json(["blob": reference.value])
  }

  /// `getBlob`: one that a public record names; its owner gets any.
  func getBlob() throws(XRPCError) -> Answer {
    let did: DID = try parameters.required("did")
    let cid: CID = try parameters.required("cid")
    let missing = XRPCError.named(.blobNotFound, "the repo of \(did) names no blob \(cid)")
    if principal.did != did {
      _ = try repo(of: did)
      try site.ledger.settle(did)
      let isNamed = try inAccounts { () throws(AccountError) in
        try site.accounts.isNamed(cid, in: BlobScope(did: did, isPrivate: false))
      }
      guard isNamed else { throw missing }
    }
    let blob = try inAccounts { () throws(AccountError) in try site.accounts.blob(cid, of: did) }
    guard let blob else { throw missing }
    guard let bytes = try inStore({ () throws(StoreError) in try site.store.blobs.bytes(of: cid) })
    else { throw missing }
    return .blob(bytes, type: blob.mimeType, cid: cid)
  }

  /// `listBlobs`: those that public records name.
  func listBlobs() throws(XRPCError) -> Answer {
    let repo = try repo()
    let limit = try parameters.integer("limit", in: 1...ServerLimits.blobPageMax, default: 500)
    let cursor = try parameters.optional("cursor", as: CID.self)
    let since = try parameters.optional("since", as: TID.self)
    try site.ledger.settle(repo.did)
    let found = try inAccounts { () throws(AccountError) in
      try site.accounts.namedBlobs(of: repo.did, after: cursor, since: since, limit: limit + 1)
    }
    let page = found.prefix(limit)
    var answer: CBORMap = ["cids": .array(page.map { .string("\($0)") })]
    if found.count > limit, let last = page.last { answer["cursor"] = .string("\(last)") }
    return .json(.map(answer))
  }

  /// `listMissingBlobs`: those that records name and that are not here.
  func listMissingBlobs() throws(XRPCError) -> Answer {
    let login = try login()
    let limit = try parameters.integer("limit", in: 1...ServerLimits.blobPageMax, default: 500)
    let cursor = try parameters.optional("cursor", as: CID.self)
    try site.ledger.settle(login.did)
    let found = try inAccounts { () throws(AccountError) in
      try site.accounts.missingBlobs(of: login.did, after: cursor, limit: limit + 1)
    }
    let page = found.prefix(limit)
    let blobs = page.map { blob -> CBORValue in
      [
        "cid": .string("\(blob.cid)"),
        "recordUri": .string("\(ATURI(authority: .did(login.did), path: blob.path))"),
      ]
    }
    var answer: CBORMap = ["blobs": .array(blobs)]
    if found.count > limit, let last = page.last { answer["cursor"] = .string("\(last.cid)") }
    return .json(.map(answer))
  }
}

/// What kind of file a blob is.
enum BlobType {
  static let unknown = "application/octet-stream"
  private static let byteCountMax = 255

  /// What the client said, if that is one type; else what the first bytes look like.
  /// - Throws: `InvalidRequest` for what is no type.
  static func type(said: String?, of bytes: [UInt8]) throws(XRPCError) -> String {
    guard let said, said.prefix(while: { $0 != ";" }) != "*/*" else { return guessed(bytes) }
    let isText = said.utf8.allSatisfy { 0x20..<0x7f ~= $0 }
    let main = said.prefix { $0 != ";" }.split(separator: "/", omittingEmptySubsequences: false)
    let isType = main.count == 2 && main.allSatisfy { !$0.isEmpty && $0.allSatisfy(isPart) }
    guard isText, isType, said.utf8.count <= byteCountMax else {
      throw .invalidRequest("the blob's Content-Type is no type: expected type/subtype")
    }
    return said
  }

  private static func isPart(_ character: Character) -> Bool {
    character.isASCII
      && (character.isLetter || character.isNumber || "!#$&^_.+-".contains(character))
  }

  /// By signatures at the beginning alone: nothing is parsed.
  private static func guessed(_ bytes: [UInt8]) -> String {
    let (head, brand) = (bytes.prefix(16), bytes.dropFirst(4).prefix(8))
    for (signature, type) in signatures where head.starts(with: signature) { return type }
    for (signature, type) in brands where brand.starts(with: signature) { return type }
    let isRIFF = head.starts(with: Array("RIFF".utf8))
    if isRIFF, bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) { return "image/webp" }
    if isRIFF, bytes.dropFirst(8).starts(with: Array("WAVE".utf8)) { return "audio/wav" }
    return unknown
  }

  private static let signatures: [([UInt8], String)] = [
    ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "image/png"),
    ([0xff, 0xd8, 0xff], "image/jpeg"), (Array("GIF87a".utf8), "image/gif"),
    (Array("GIF89a".utf8), "image/gif"), (Array("%PDF-".utf8), "application/pdf"),
    ([0x50, 0x4b, 0x03, 0x04], "application/zip"), ([0x1f, 0x8b], "application/gzip"),
    (Array("OggS".utf8), "audio/ogg"), (Array("fLaC".utf8), "audio/flac"),
    (Array("ID3".utf8), "audio/mpeg"), ([0x1a, 0x45, 0xdf, 0xa3], "video/webm"),
  ]

  /// After the four bytes of a box's length.
  private static let brands: [([UInt8], String)] = [
    (Array("ftypavif".utf8), "image/avif"), (Array("ftypheic".utf8), "image/heic"),
    (Array("ftypqt  ".utf8), "video/quicktime"), (Array("ftyp".utf8), "video/mp4"),
  ]
}
