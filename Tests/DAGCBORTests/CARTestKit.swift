// CARTestKit.swift: reading a whole file for tests, and small files to read.
import DAGCBOR

/// A file's content, or the error that reading it came to.
struct CARContent: Equatable {
  var roots: [CID]
  var blocks: [(cid: CID, bytes: [UInt8])]

  static func == (a: CARContent, b: CARContent) -> Bool {
    a.roots == b.roots && a.blocks.elementsEqual(b.blocks) { $0 == $1 }
  }

  var file: [UInt8] { CARWriter.file(roots: roots, blocks: blocks) }
}

/// Feeds `file` in chunks of `chunkByteCount`, alternating the two ways to append, and checks that
/// each block is where the reader says.
func readCAR(
  _ file: [UInt8], chunkByteCount: Int = .max
) -> Result<CARContent, CARError> {
  var reader = CARReader()
  var content: CARContent?
  do throws(CARError) {
    var offset = 0
    while offset < file.count {
      let end = offset + min(chunkByteCount, file.count - offset)
      let chunk = Array(file[offset..<end])
      if offset % 2 == 0 { reader.append(chunk) } else { reader.append(chunk.span.bytes) }
      while let item = try reader.next() {
        switch item {
        case .header(let roots):
          precondition(content == nil, "a second header")
          content = CARContent(roots: roots, blocks: [])
        case .block(let cid, let bytes, let blockOffset):
          precondition(Array(file[Int(blockOffset)...].prefix(bytes.count)) == bytes, "misplaced")
          content!.blocks.append((cid, bytes))
        }
      }
      offset = end
    }
    try reader.finish()
  } catch {
    return .failure(error)
  }
  return .success(content!)
}

extension CARContent {
  /// Two roots and four blocks: dag-cbor, raw, empty, and the first one again; 19 + 82 + … bytes.
  static let small: CARContent = {
    let record: [UInt8] = [0xa1, 0x61, 0x61, 0x01]
    let blob: [UInt8] = [0xde, 0xad]
    let first = (cid: CID(of: record), bytes: record)
    let second = (cid: CID(of: blob, codec: .raw), bytes: blob)
    let empty = (cid: CID(of: [], codec: .raw), bytes: [UInt8]())
    return CARContent(roots: [first.cid, second.cid], blocks: [first, second, empty, first])
  }()
}

func varint(_ value: UInt64) -> [UInt8] {
  var bytes: [UInt8] = []
  Varint.append(value, to: &bytes)
  return bytes
}

/// A section of any payload, sound or not.
func section(_ payload: [UInt8]) -> [UInt8] { varint(UInt64(payload.count)) + payload }
