// BlobsInRecords.swift: the blobs that a record names, found by their shape, wherever they stand.
// Spec: https://atproto.com/specs/data-model#blob-type
import DAGCBOR

/// A blob as a record names it.
struct BlobReference: Hashable, Sendable {
  var cid: CID
  var mimeType: String
  var byteCount: Int64

  /// Nil for anything that is not of the shape.
  init?(_ map: CBORMap) {
    guard map["$type"] == .string("blob"), case .link(let cid)? = map["ref"], cid.codec == .raw,
      let mimeType = map["mimeType"]?.stringValue, let byteCount = map["size"]?.integerValue
    else { return nil }
    self.cid = cid
    self.mimeType = mimeType
    self.byteCount = byteCount
  }

  init(cid: CID, mimeType: String, byteCount: Int) {
    self.cid = cid
    self.mimeType = mimeType
    self.byteCount = Int64(byteCount)
  }

  var value: CBORValue {
    [
      "$type": "blob", "ref": .link(cid), "mimeType": .string(mimeType),
      "size": .integer(byteCount),
    ]
  }

  /// Every blob in a value. No recursion: the value's nesting is a client's.
  static func all(in value: CBORValue) -> [BlobReference] {
    var found: [BlobReference] = []
    var rest = [value]
    while let value = rest.popLast() {
      switch value {
      case .array(let values): rest += values
      case .map(let map):
        if let reference = BlobReference(map) {
          found.append(reference)
        } else {
          for (_, value) in map { rest.append(value) }
        }
      case .null, .bool, .integer, .string, .bytes, .link, .foreignLink: continue
      }
    }
    return found
  }

  /// Whether an encoded record can name a blob: no decoding, and never a wrong no.
  static func mayBe(in record: [UInt8]) -> Bool {
    guard record.count > mark.count else { return false }
    return record.withUnsafeBufferPointer { bytes in
      (0...bytes.count - mark.count).contains { start in
        bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark)
      }
    }
  }

  /// `"$type": "blob"` in DAG-CBOR.
  private static let mark: [UInt8] = [0x65] + Array("$type".utf8) + [0x64] + Array("blob".utf8)
}
