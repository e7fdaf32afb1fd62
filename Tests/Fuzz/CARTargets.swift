// CARTargets.swift: any bytes as CAR: chunks do not matter, every block hashes to its CID, and what
// is read is written back to the same bytes.
import DAGCBOR

extension FuzzTarget {
  static let carTargets = [
    FuzzTarget(
      name: "car",
      seeds: {
        let blocks = [[], [0xa0], [UInt8](repeating: 7, count: 200)].map { (CID(of: $0), $0) }
        let whole = CARWriter.file(
          roots: [blocks[0].0], blocks: blocks.map { (cid: $0.0, bytes: $0.1) })
        let raw = CID(of: [1, 2], codec: .raw)
        return [
          whole, CARWriter.header(roots: []), CARWriter.header(roots: [raw, raw]),
          Array(whole.dropLast()), whole + [0], whole + [0x80, 0x80, 0x80, 0x80, 0x10],
          CARWriter.file(roots: [], blocks: [(cid: raw, bytes: [1, 2])]),
          [255, 255, 255, 255, 255, 255, 255, 255, 127],
        ]
      },
      run: { file in
        let items = attempt { try read(file, chunkByteCount: max(1, file.count)) }
        require(
          attempt { try read(file, chunkByteCount: 1) } == items, "chunks of 1 read otherwise")
        require(attempt { try read(file, chunkByteCount: 37) } == items, "chunks of 37 differ")
        guard let items else { return }
        require(write(items) == file, "writing gives other bytes")
      })
  ]

  private static func read(_ file: [UInt8], chunkByteCount: Int) throws -> [CARItem] {
    var reader = CARReader()
    var items: [CARItem] = []
    for start in stride(from: 0, to: file.count, by: chunkByteCount) {
      reader.append(Array(file[start..<min(start + chunkByteCount, file.count)]))
      while let item = try reader.next() { items.append(item) }
    }
    try reader.finish()
    return items
  }

  private static func write(_ items: [CARItem]) -> [UInt8] {
    var file: [UInt8] = []
    for item in items {
      switch item {
      case .header(let roots): file += CARWriter.header(roots: roots)
      case .block(let cid, let bytes, _):
        require(CID(of: bytes, codec: cid.codec) == cid, "a block does not hash to its CID")
        CARWriter.appendSection(cid: cid, block: bytes, to: &file)
      }
    }
    return file
  }
}
