// CBORMutationTests.swift: valid encodings, damaged: each is refused with a typed error, or is the
// one encoding of another value. Validation and decoding are two programs and must agree on every
// one.
import DAGCBOR
import Foundation
import TestKit
import Testing
import ValueKit

/// What became of some bytes, and whether the two readers agree on it.
private enum Verdict: Equatable {
  case accepted
  case refused
  case wrong(String)

  init(_ bytes: [UInt8]) {
    let validated: CBORError?
    do throws(CBORError) {
      try CBOR.validate(bytes)
      validated = nil
    } catch {
      validated = error
    }
    do throws(CBORError) {
      let value = try CBOR.decode(bytes)
      let again = try CBOR.encode(value)
      if let validated {
        self = .wrong("only decoding accepts; validation: \(String(describing: validated))")
      } else {
        self = again == bytes ? .accepted : .wrong("encodes to \(hex(again.prefix(64)))")
      }
    } catch {
      self =
        error == validated
        ? .refused : .wrong("decoding: \(error); validation: \(String(describing: validated))")
    }
  }
}

/// Counts verdicts and reports the first few wrong ones with their bytes.
private struct Tally {
  var accepted = 0
  var refused = 0
  var wrong = 0

  mutating func count(_ bytes: [UInt8]) {
    switch Verdict(bytes) {
    case .accepted: accepted += 1
    case .refused: refused += 1
    case .wrong(let reason):
      wrong += 1
      if wrong <= 5 { Issue.record("\(hex(bytes.prefix(200))): \(reason)") }
    }
  }

  /// Every byte replaced by each of the 255 others.
  mutating func countMutations(of bytes: [UInt8]) {
    var mutant = bytes
    for index in bytes.indices {
      for delta in 1...255 as ClosedRange<UInt8> {
        mutant[index] = bytes[index] ^ delta
        count(mutant)
      }
      mutant[index] = bytes[index]
    }
  }
}

@Suite("Damaged encodings")
struct CBORMutationTests {
  /// A record, a tree node and a value of all kinds.
  private static let samples: [CBORValue] = [
    [
      "text": "Grüße, мир 😀", "$type": "app.bsky.feed.post", "langs": ["en", "de"],
      "createdAt": "2024-01-01T00:00:00.000Z", "reply": .null,
    ],
    [
      "l": .null,
      "e": [
        [
          "k": .bytes(Array("app.bsky.feed.post/3ke6kg4qepja2".utf8)), "p": 0,
          "t": .null, "v": .link(CIDs.one),
        ],
        ["k": .bytes(Array("b3".utf8)), "p": 22, "t": .link(CIDs.two), "v": .link(CIDs.one)],
      ],
    ],
    [
      .integer(.min), .integer(.max), -24, -25, 255, 65_536, true, false, .bytes([0, 1]),
      .link(CID(digest: CIDs.one.digest, codec: .raw)), ["": [], "é": [:]],
      .foreignLink(ForeignCID(binary: [0x01, 0x55, 0x00, 0x03, 1, 2, 3])!),
      .string(String(repeating: "0123456789", count: 26)),
    ],
  ]

  private enum CIDs {
    static let one = CID(of: [1])
    static let two = CID(of: [2])
  }

  @Test("each one-byte change is an error or another canonical value", arguments: 0..<3)
  func mutations(sample: Int) throws {
    let bytes = try CBOR.encode(Self.samples[sample])
    var tally = Tally()
    tally.countMutations(of: bytes)
    #expect(tally.wrong == 0)
    #expect(tally.accepted > 0 && tally.refused > 0, "both verdicts are exercised")
    #expect(tally.accepted + tally.refused == 255 * bytes.count)
  }

  @Test("each shortened encoding is truncated, each lengthened one has trailing bytes")
  func lengths() throws {
    for sample in Self.samples {
      let bytes = try CBOR.encode(sample)
      for count in 0..<bytes.count {
        let short = [UInt8](bytes[..<count])
        #expect(Verdict(short) == .refused)
        #expect { try CBOR.validate(short) } throws: { ($0 as? CBORError)?.rule == .truncated }
      }
      for byte in [0x00, 0x60, 0xa0, 0xff] as [UInt8] {
        let expected = CBORError(.trailingBytes, at: bytes.count)
        #expect(throws: expected) { try CBOR.validate(bytes + [byte]) }
        #expect(throws: expected) { try CBOR.decode(bytes + [byte]) }
      }
    }
  }

  @Test("random damage to random values: the readers agree on rule and place")
  func randomDamage() throws {
    var random = SplitMix64.printed("random damage")
    var values = RandomValue(SplitMix64(seed: random.next()))
    var tally = Tally()
    var goal = scaled(400_000)
    while goal > 0 {
      let bytes = try CBOR.encode(values.value())
      guard bytes.count <= 1000 else { continue }
      for _ in 0..<min(goal, 40) { tally.count(damage(bytes, &random)) }
      goal -= 40
    }
    #expect(tally.wrong == 0)
    #expect(tally.accepted > 0 && tally.refused > 0, "both verdicts are exercised")
  }

  private func damage(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0...2, using: &random) {
      let index = Int.random(in: 0...bytes.count, using: &random)
      let byte = UInt8.random(in: 0...255, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where index < bytes.count: bytes[index] = byte
      case 1 where index < bytes.count: bytes.remove(at: index)
      case 2 where index < bytes.count: bytes[index] ^= 1 << (byte & 7)
      default: bytes.insert(byte, at: index)
      }
    }
    return bytes
  }

  @Test("random bytes: the readers agree on rule and place")
  func randomBytes() {
    var random = SplitMix64.printed("random bytes")
    var tally = Tally()
    for _ in 0..<scaled(400_000) {
      let count = Int.random(in: 0...24, using: &random)
      tally.count((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    #expect(tally.wrong == 0 && tally.accepted > 0)
  }

  @Test("every encoding of up to two bytes, and of three that begins a container or a text")
  func small() {
    var tally = Tally()
    for a in 0...255 as ClosedRange<UInt8> {
      tally.count([a])
      for b in 0...255 as ClosedRange<UInt8> {
        tally.count([a, b])
        guard a == 0x62 || a == 0x81 || a == 0xa1 || a == 0x19 || a == 0xd8 else { continue }
        for c in 0...255 as ClosedRange<UInt8> { tally.count([a, b, c]) }
      }
    }
    #expect(tally.wrong == 0)
    // 24 integers of each sign, empty bytes, text, array, map, and three simple values.
    #expect((0...255 as ClosedRange<UInt8>).count { Verdict([$0]) == .accepted } == 55)
  }

  @Test("random values come back from their bytes")
  func roundTrip() throws {
    var values = RandomValue(SplitMix64.printed("round trip"))
    for _ in 0..<scaled(20_000) {
      let value = values.value()
      let bytes = try CBOR.encode(value)
      try CBOR.validate(bytes)
      #expect(try CBOR.decode(bytes) == value)
    }
  }
}

@Suite(
  "Damaged fixtures", .enabled(if: Fixtures.areThere, Comment(rawValue: Fixtures.notice)))
struct CBORFixtureMutationTests {
  @Test("a record from the network, each byte changed")
  func record() throws {
    try check(Fixtures.bytes("indigo/atproto/atdata/testdata/feedpost_record.cbor"))
  }

  @Test("the interop records, each byte changed")
  func interop() throws {
    struct Case: Decodable {
      var cbor: String
      enum CodingKeys: String, CodingKey { case cbor = "cbor_base64" }
    }
    let cases: [Case] = try Fixtures.decoded(
      "atproto-interop-tests/data-model/data-model-fixtures.json")
    #expect(!cases.isEmpty)
    for item in cases { try check(base64(item.cbor)) }
  }

  @Test("the blocks of the CAR fixtures, each byte changed in the short ones")
  func blocks() throws {
    struct File: Decodable {
      struct Block: Decodable { var cid, bytes: String }
      var blocks: [Block]
    }
    let files: [File] = try Fixtures.decoded("atproto/packages/repo/tests/car-file-fixtures.json")
    let blocks = try files.flatMap(\.blocks).map { ($0.cid, try base64($0.bytes)) }
    #expect(!blocks.isEmpty)
    for (cid, bytes) in blocks {
      #expect(CID(of: bytes).description == cid)
      #expect(Verdict(bytes) == .accepted)
    }
    for (_, bytes) in blocks.filter({ $0.1.count <= 300 }).prefix(4) { try check(bytes) }
  }

  private func check(_ bytes: [UInt8]) throws {
    #expect(Verdict(bytes) == .accepted)
    var tally = Tally()
    tally.countMutations(of: bytes)
    #expect(tally.wrong == 0 && tally.refused > 0)
  }

  /// Base64 as the fixtures have it, without padding.
  private func base64(_ text: String) throws -> [UInt8] {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return [UInt8](try #require(Data(base64Encoded: text + padding)))
  }
}
