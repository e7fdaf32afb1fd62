// CARReaderTests.swift: files that are sound, however they arrive.
import DAGCBOR
import Foundation
import TestKit
import Testing

@Suite("CAR reading and writing")
struct CARReaderTests {
  @Test("a file by hand has the bytes of the specification")
  func bytes() {
    let block: [UInt8] = [0xa0]
    let cid = CID(of: block)
    let header = [0xa2, 0x65] + Array("roots".utf8) + [0x81, 0xd8, 0x2a, 0x58, 0x25, 0x00]
    let payload = header + cid.binary + [0x67] + Array("version".utf8) + [0x01]
    let file = [UInt8(payload.count)] + payload + [37] + cid.binary + block
    #expect(CARWriter.file(roots: [cid], blocks: [(cid, block)]) == file)
    #expect(readCAR(file) == .success(CARContent(roots: [cid], blocks: [(cid, block)])))
  }

  @Test("blocks come in the order of the file, repeated and unrelated ones too, with their places")
  func items() throws {
    let content = CARContent.small
    for chunkByteCount in [1, 2, 3, 7, 64, 1_000] {
      #expect(readCAR(content.file, chunkByteCount: chunkByteCount) == .success(content))
    }
  }

  @Test("a file may have no roots, no blocks, and as many roots as a header holds")
  func roots() {
    #expect(hex(CARWriter.header(roots: [])) == "11a265726f6f7473806776657273696f6e01")
    for count in [0, 1, 23, 24, 255, 256, CARWriter.rootCountMax] {
      let roots = (0..<count).map { CID(of: Array(String($0).utf8)) }
      let content = CARContent(roots: roots, blocks: [])
      #expect(readCAR(content.file) == .success(content))
      #expect(readCAR(content.file, chunkByteCount: 1_000) == .success(content))
      let header = CARWriter.header(roots: roots)
      var start = 0
      _ = header.withUnsafeBytes { Varint.read($0, at: &start) }
      let payload = Array(header[start...])
      #expect(throws: Never.self) { try CBOR.validateObject(payload) }
      #expect(payload.count <= Limits.carHeaderByteCountMax)
    }
  }

  @Test("a section takes as many bytes as its size says")
  func sectionSizes() {
    for count in [0, 1, 91, 92, 16_347, 16_348, 70_000, Limits.carBlockByteCountMax] {
      let block = [UInt8](repeating: 7, count: count)
      let cid = CID(of: block, codec: .raw)
      var bytes: [UInt8] = []
      CARWriter.appendSection(cid: cid, block: block, to: &bytes)
      #expect(bytes.count == CARWriter.sectionByteCount(blockByteCount: count))
      let content = CARContent(roots: [], blocks: [(cid, block)])
      #expect(readCAR(content.file) == .success(content))
    }
  }

  @Test("random files survive random chunks")
  func roundTrip() {
    var random = SplitMix64.printed("CAR round trip")
    for _ in 0..<scaled(500) {
      let blocks = (0..<random.next() % 12).map { _ in
        let bits = UInt64.random(in: 0...12, using: &random)
        let bytes = (0..<random.next() % (1 << bits)).map { _ in
          UInt8(truncatingIfNeeded: random.next())
        }
        let codec: CID.Codec = Bool.random(using: &random) ? .raw : .dagCBOR
        return (cid: CID(of: bytes, codec: codec), bytes: bytes)
      }
      let content = CARContent(roots: blocks.prefix(3).map(\.cid), blocks: blocks)
      let chunkByteCount = Int.random(in: 1...5_000, using: &random)
      #expect(readCAR(content.file, chunkByteCount: chunkByteCount) == .success(content))
    }
  }

  @Test("an array that is appended is not changed by reading on")
  func sharedChunk() throws {
    let file = CARContent.small.file
    let chunk = Array(file.dropLast())
    var reader = CARReader()
    reader.append(chunk)
    while try reader.next() != nil {}
    reader.append(Array(file.suffix(1)))
    while try reader.next() != nil {}
    try reader.finish()
    #expect(chunk == file.dropLast())
  }
}

@Suite(
  "CAR fixtures",
  .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct CARFixtureTests {
  struct Fixture: Decodable {
    struct Block: Decodable {
      var cid: String
      var bytes: String
    }
    var root: String
    var blocks: [Block]
    var car: String
  }

  static let path = "atproto/packages/repo/tests/car-file-fixtures.json"

  @Test("each file has the root and blocks it should, and is written again byte for byte")
  func fixtures() throws {
    let fixtures = try Fixtures.decoded(Self.path, as: [Fixture].self)
    #expect(!fixtures.isEmpty)
    for fixture in fixtures {
      let file = try #require(Base64.decode(fixture.car.utf8, padding: .optional))
      let expected = CARContent(
        roots: [try #require(CID(fixture.root))],
        blocks: try fixture.blocks.map { block in
          let bytes = try #require(Base64.decode(block.bytes.utf8, padding: .optional))
          return (cid: try #require(CID(block.cid)), bytes: bytes)
        })
      #expect(readCAR(file) == .success(expected))
      #expect(expected.file == file)
      #expect(Base64.encode(file) == fixture.car.filter { $0 != "=" })
    }
  }
}
