// BlobReferences.swift: which blobs records refer to.
//
// Found in the blocks as they lie in packs and events: whatever is no record refers to nothing.
// Spec: https://atproto.com/specs/data-model#blob-type
import DAGCBOR

struct BlobReferences: Sendable {
  private(set) var blobs: Set<CID> = []

  init() {}

  init(inBlock block: [UInt8]) { collect(fromBlock: block) }

  init(inEvent payload: [UInt8]) { collect(fromEvent: payload) }

  /// Takes in the records that an event carries.
  mutating func collect(fromEvent payload: [UInt8]) {
    do throws(FieldFault) {
      for section in try FramePayload(payload).sections {
        collect(fromBlock: Array(payload[section.block]))
      }
    } catch {
      return  // an event that cannot be read refers to nothing that could be found
    }
  }

  mutating func collect(fromBlock block: [UInt8]) {
    do throws(CBORError) {
      collect(from: try CBOR.decode(block))
    } catch {
      return  // no record
    }
  }

  private mutating func collect(from value: CBORValue) {
    switch value {
    case .map(let map):
      if map["$type"] == "blob", case .link(let cid)? = map["ref"] { blobs.insert(cid) }
      // The older form has the CID as text.
      if map["mimeType"] != nil, let cid = map["cid"]?.stringValue.flatMap({ CID($0) }) {
        blobs.insert(cid)
      }
      for (_, member) in map { collect(from: member) }
    case .array(let values): for value in values { collect(from: value) }
    case .null, .bool, .integer, .string, .bytes, .link, .foreignLink: return
    }
  }
}
