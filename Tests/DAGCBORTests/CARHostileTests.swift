// CARHostileTests.swift: files that are cut, changed, or made to be expensive.
import TestKit
import Testing

@testable import DAGCBOR

@Suite("Hostile CAR files")
struct CARHostileTests {
  static let header = CARWriter.header(roots: [])
  static let cid = CID(of: [0xa0])

  @Test(
    "a file cut at any byte is truncated, unless whole sections are left, in chunks of any size")
  func truncation() {
    let content = CARContent.small
    var ends = [CARWriter.header(roots: content.roots).count]
    for block in content.blocks {
      ends.append(ends.last! + CARWriter.sectionByteCount(blockByteCount: block.bytes.count))
    }
    let file = content.file
    #expect(ends.last == file.count)
    for count in 0...file.count {
      let cut = Array(file.prefix(count))
      let sectionStart = ends.last { $0 <= count } ?? 0
      let expected: Result<CARContent, CARError>
      if let blockCount = ends.firstIndex(of: count) {
        let blocks = Array(content.blocks.prefix(blockCount))
        expected = .success(CARContent(roots: content.roots, blocks: blocks))
      } else {
        expected = .failure(CARError(.truncated, at: UInt64(sectionStart)))
      }
      for chunkByteCount in 1...max(1, count) {
        guard readCAR(cut, chunkByteCount: chunkByteCount) != expected else { continue }
        Issue.record("\(count) bytes in chunks of \(chunkByteCount)")
      }
    }
  }

  @Test(
    "each one-byte mutation is refused, or changes only a CID's digest in the header or a codec")
  func mutations() {
    let content = CARContent.small
    let file = content.file
    var acceptedCount = 0
    for index in file.indices {
      for byte in UInt8.min...UInt8.max where byte != file[index] {
        var mutant = file
        mutant[index] = byte
        guard case .success(let read) = readCAR(mutant) else { continue }
        acceptedCount += 1
        #expect(read.file == mutant)
        #expect(read.blocks.map(\.bytes) == content.blocks.map(\.bytes))
        #expect(read.blocks.map(\.cid.digest) == content.blocks.map(\.cid.digest))
      }
    }
    // Each byte of two root digests, the codec of two roots and of four blocks.
    #expect(acceptedCount == 2 * 32 * 255 + 2 + 4)
  }

  @Test(
    "a section length that is huge, too long or not minimal is refused before its bytes come",
    arguments: [
      ("ffffffffffffffff7f", .blockTooLarge), ("80808080808080808001", .sectionLength),
      ("ffffffffffffffffff01", .sectionLength), ("8080808080808080807f", .sectionLength),
      ("8000", .sectionLength), ("a500", .sectionLength), ("00", .sectionTooShort),
      ("01", .sectionTooShort), ("23", .sectionTooShort), ("a5808001", .blockTooLarge),
    ] as [(String, CARError.Rule)])
  func lengths(length: String, rule: CARError.Rule) {
    let file = Self.header + bytes(hex: length)
    #expect(readCAR(file) == .failure(CARError(rule, at: UInt64(Self.header.count))))
    #expect(
      readCAR(file, chunkByteCount: 1) == .failure(CARError(rule, at: UInt64(Self.header.count))))
  }

  @Test("a section at its limit is waited for")
  func lengthAtTheLimit() {
    let file = Self.header + varint(UInt64(CID.byteCount + Limits.carBlockByteCountMax))
    #expect(readCAR(file) == .failure(CARError(.truncated, at: UInt64(Self.header.count))))
  }

  @Test("zeros and other bytes after the last section are no section")
  func trailing() {
    let file = CARContent.small.file
    let place = UInt64(file.count)
    #expect(readCAR(file + [0]) == .failure(CARError(.sectionTooShort, at: place)))
    #expect(readCAR(file + [0x80]) == .failure(CARError(.truncated, at: place)))
    #expect(
      readCAR(file + [UInt8](repeating: 0x41, count: 80))
        == .failure(CARError(.unsupportedCID, at: place)))
  }

  @Test(
    "a block under a CID of another kind is refused as unsupported",
    arguments: [
      "0170", "0155", "1220", "0071", "0271",
    ])
  func unsupportedCIDs(prefix: String) {
    var payload = bytes(hex: prefix) + Self.cid.binary.dropFirst(2) + [0xa0]
    if prefix == "0155" { payload[2] = 0x1b }
    let expected = CARError(.unsupportedCID, at: UInt64(Self.header.count))
    #expect(readCAR(Self.header + section(payload)) == .failure(expected))
  }

  @Test("a second block under the same CID with other bytes is refused by its hash")
  func otherBytes() {
    let good = section(Self.cid.binary + [0xa0])
    let file = Self.header + good + good + section(Self.cid.binary + [0xa1])
    let place = UInt64(Self.header.count + 2 * good.count)
    #expect(readCAR(file) == .failure(CARError(.hash, at: place)))
    #expect(
      readCAR(Self.header + section(Self.cid.binary))
        == .failure(CARError(.hash, at: UInt64(Self.header.count))))
  }

  @Test("after an error the reader keeps nothing and repeats the error")
  func poisoned() throws {
    var reader = CARReader()
    reader.append(Self.header + [0] + [UInt8](repeating: 1, count: 10_000))
    #expect(try reader.next() == .header(roots: []))
    let expected = CARError(.sectionTooShort, at: UInt64(Self.header.count))
    #expect(throws: expected) { try reader.next() }
    #expect(reader.bufferCapacity == 0)
    reader.append(section(Self.cid.binary + [0xa0]))
    reader.append(section(Self.cid.binary + [0xa0]).span.bytes)
    #expect(reader.bufferCapacity == 0)
    #expect(throws: expected) { try reader.next() }
    #expect(throws: expected) { try reader.finish() }
  }

  @Test("ending while a whole section waits to be taken is truncation too, and final")
  func notTaken() throws {
    var reader = CARReader()
    reader.append(Self.header)
    let expected = CARError(.truncated, at: 0)
    #expect(throws: expected) { try reader.finish() }
    #expect(throws: expected) { try reader.next() }
  }

  @Test("random bytes, and random bytes after a header, are refused or truncated")
  func noise() {
    var random = SplitMix64.printed("CAR noise")
    for _ in 0..<scaled(5_000) {
      let noise = (0..<random.next() % 200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for file in [noise, Self.header + noise] where !noise.isEmpty {
        if case .success = readCAR(file, chunkByteCount: 17) {
          Issue.record("accepted \(hex(file))")
        }
      }
    }
  }
}

@Suite("Hostile CAR headers")
struct CARHeaderTests {
  static let link = [0xd8, 0x2a, 0x58, 0x25, 0x00] + CID(of: [0xa0]).binary
  static let roots = [0x65] + Array("roots".utf8)
  static let version = [0x67] + Array("version".utf8)

  private func refusal(_ payload: [UInt8]) -> CARError? {
    if case .failure(let error) = readCAR(section(payload)) { error } else { nil }
  }

  @Test("a header that is another map, or no map, is refused where it strays")
  func maps() {
    let (roots, version) = (Self.roots, Self.version)
    #expect(refusal([0xa2] + roots + [0x80] + version + [1]) == nil)
    #expect(refusal([0xa1] + version + [1]) == CARError(.header, at: 1))
    #expect(refusal([0xa1] + roots + [0x80]) == CARError(.header, at: 1))
    #expect(refusal([0xa2] + roots + [0x80] + version + [2]) == CARError(.version, at: 17))
    #expect(refusal([0xa2] + roots + [0x80] + version + [0x18, 1]) == CARError(.version, at: 17))
    #expect(refusal([0xa2] + roots + [0x80] + version) == CARError(.header, at: 17))
    #expect(refusal([0xa2] + roots + [0x80] + version + [1, 0]) == CARError(.header, at: 18))
    #expect(refusal([0xa2] + version + [1] + roots + [0x80]) == CARError(.header, at: 1))
    let extra = [0xa3, 0x61, 0x61, 0x01] + roots + [0x80] + version + [1]
    #expect(refusal(extra) == CARError(.header, at: 1))
    #expect(refusal([0xbf] + roots + [0x80] + version + [1, 0xff]) == CARError(.header, at: 1))
    #expect(refusal([0xb8, 2] + roots + [0x80] + version + [1]) == CARError(.header, at: 1))
    #expect(refusal([0xf6]) == CARError(.header, at: 1))
    #expect(refusal([UInt8](repeating: 0x81, count: 60_000)) == CARError(.header, at: 3))
    #expect(refusal([]) == CARError(.sectionTooShort, at: 0))
  }

  @Test("an array of roots that is not minimal, not definite or longer than the header is refused")
  func arrays() {
    for head in [
      [0x98, 0x01], [0x98, 0x17], [0x99, 0x00, 0x01], [0x9a, 0, 0, 0, 1], [0x9f], [0xf6], [0x60],
      [0x82],
      [0x97], [0x98, 0xff], [0x99, 0xff, 0xff], [0x9a, 0xff, 0xff, 0xff, 0xff],
      [0x9b, 0x80, 0, 0, 0, 0, 0, 0, 0],
    ] as [[UInt8]] {
      let payload = [0xa2] + Self.roots + head + Self.link + Self.version + [1]
      #expect(refusal(payload)?.rule == .header, "\(head)")
    }
    for head in [[], [0x98], [0x99], [0x99, 1]] as [[UInt8]] {
      #expect(refusal([0xa2] + Self.roots + head) == CARError(.header, at: 8))
    }
  }

  @Test("a root that is no link is refused, and one of another kind is unsupported")
  func links() {
    func header(_ link: [UInt8]) -> [UInt8] {
      [0xa2] + Self.roots + [0x81] + link + Self.version + [1]
    }
    #expect(refusal(header(Self.link)) == nil)
    var foreign = Self.link
    foreign[6] = 0x70
    #expect(refusal(header(foreign)) == CARError(.unsupportedCID, at: 9))
    #expect(refusal(header([UInt8](repeating: 0x01, count: 41))) == CARError(.header, at: 9))
    var untagged = Self.link
    untagged[1] = 0x2b
    #expect(refusal(header(untagged)) == CARError(.header, at: 9))
  }

  @Test("a hundred thousand roots, and any header over its limit, are refused at the length")
  func tooLong() {
    let links = [UInt8]((0..<100_000).map { _ in Self.link }.joined())
    let payload = [0xa2] + Self.roots + [0x9a, 0, 1, 0x86, 0xa0] + links + Self.version + [1]
    #expect(refusal(payload) == CARError(.headerTooLong, at: 0))
    #expect(
      readCAR(varint(UInt64(Limits.carHeaderByteCountMax) + 1))
        == .failure(CARError(.headerTooLong, at: 0)))
    #expect(
      readCAR(varint(UInt64(Limits.carHeaderByteCountMax)))
        == .failure(CARError(.truncated, at: 0)))
    #expect(readCAR(varint(1 << 62)) == .failure(CARError(.headerTooLong, at: 0)))
  }
}
