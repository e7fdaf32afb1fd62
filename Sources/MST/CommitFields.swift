// CommitFields.swift: the bytes of a commit, field by field in canonical order.
//
//   A6  "did" text  "rev" text  "sig" bytes(64)  "data" link  "prev" link | null  "version" uint
//
// One codec for every version: what is signed is the same map without "sig", and version 2 may lack
// "rev". Not here: what the fields mean (Commit).
import DAGCBOR

struct CommitFields {
  var did: String
  var rev: String?
  var data: CID
  var prev: CID?
  var version: UInt64

  /// - Parameter signature: nil for the bytes that are signed.
  func encoded(with signature: Signature?) -> [UInt8] {
    var sink = CBORSink()
    sink.appendMap(count: 4 + (rev == nil ? 0 : 1) + (signature == nil ? 0 : 1))
    sink.appendKey("did")
    sink.appendText(did)
    if let rev {
      sink.appendKey("rev")
      sink.appendText(rev)
    }
    if let signature {
      sink.appendKey("sig")
      sink.appendBytes(signature.bytes)
    }
    sink.appendKey("data")
    sink.appendLink(data)
    sink.appendKey("prev")
    sink.appendLinkOrNull(prev)
    sink.appendKey("version")
    sink.appendInteger(Int64(version))
    return sink.bytes
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CBORError) -> (CommitFields, Signature) {
    var cursor = CBORCursor(bytes)
    let fieldCount = try cursor.readMapCount(max: 6)
    guard fieldCount >= 5 else { throw CBORError(.unexpected, at: 0) }
    try cursor.expectKey("did")
    let did = String(decoding: try cursor.readText(max: 2_048), as: UTF8.self)
    var rev: String?
    if fieldCount == 6 {
      try cursor.expectKey("rev")
      rev = String(decoding: try cursor.readText(max: 13), as: UTF8.self)
    }
    try cursor.expectKey("sig")
    let signatureOffset = cursor.offset
    guard let signature = Signature(try cursor.readBytes(max: Signature.byteCount)) else {
      throw CBORError(.unexpected, at: signatureOffset)
    }
    try cursor.expectKey("data")
    let data = try cursor.readLink()
    try cursor.expectKey("prev")
    let prev = try cursor.readLinkOrNull()
    try cursor.expectKey("version")
    let version = try cursor.readUnsigned()
    try cursor.finish()
    let fields = CommitFields(did: did, rev: rev, data: data, prev: prev, version: version)
    return (fields, signature)
  }
}
