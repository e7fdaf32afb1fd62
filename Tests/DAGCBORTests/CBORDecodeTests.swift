// CBORDecodeTests.swift: values from bytes and back, by hand; the same rules as for validation.
import DAGCBOR
import TestKit
import Testing

@Suite("Decoding and encoding DAG-CBOR")
struct CBORDecodeTests {
  static let cid = CID(digest: Digest([UInt8](repeating: 0x5a, count: 32))!)

  /// Encodings and their values, one or more of each kind.
  static let pairs: [(String, CBORValue)] = [
    ("00", 0), ("17", 23), ("1818", 24), ("1903e8", 1000), ("1b7fffffffffffffff", .integer(.max)),
    ("20", -1), ("3903e7", -1000), ("3b7fffffffffffffff", .integer(.min)),
    ("f4", false), ("f5", true), ("f6", .null), ("40", .bytes([])), ("420aff", .bytes([10, 255])),
    ("60", ""), ("63e282ac", "€"), ("64f09f9880", "😀"), ("80", []), ("83010203", [1, 2, 3]),
    ("a0", [:]), ("a2617a0162616102", ["aa": 2, "z": 1]), ("a16161a1616280", ["a": ["b": []]]),
    (CBORVectors.link, .link(cid)),
    (
      "d82a582500 01551220" + CBORVectors.digest,
      .link(CID(digest: cid.digest, codec: .raw))
    ),
    ("d82a45 00 01550000", .foreignLink(ForeignCID(binary: [0x01, 0x55, 0x00, 0x00])!)),
  ]

  @Test("an encoding has one value and a value one encoding", arguments: pairs)
  func oneToOne(text: String, value: CBORValue) throws {
    #expect(try CBOR.decode(bytes(hexWords: text)) == value)
    #expect(try CBOR.encode(value) == bytes(hexWords: text))
  }

  @Test("what validation accepts decodes and encodes to itself", arguments: CBORVectors.accepted)
  func accepts(vector: CBORVector) throws {
    #expect(try CBOR.encode(CBOR.decode(vector.input)) == vector.input)
  }

  @Test("what validation refuses is refused alike", arguments: CBORVectors.refused)
  func refuses(vector: CBORVector) throws {
    #expect(throws: try #require(vector.error)) { try CBOR.decode(vector.input) }
  }

  @Test("containers decode 32 deep and not 33, and a hundred thousand end at the limit")
  func nesting() throws {
    let limit = Limits.nestingMax
    let deepest = [UInt8](repeating: 0x81, count: limit - 1) + [0x80]
    #expect(try CBOR.encode(CBOR.decode(deepest)) == deepest)
    for count in [limit, 100_000] {
      let deep = [UInt8](repeating: 0x81, count: count) + [0x80]
      #expect(throws: CBORError(.nesting, at: limit)) { try CBOR.decode(deep) }
    }
  }

  @Test("a value nested too deeply is not encoded")
  func nestingOnWrite() throws {
    var value: CBORValue = []
    for _ in 1..<Limits.nestingMax { value = ["a": value] }
    #expect(try CBOR.decode(CBOR.encode(value)) == value)
    #expect(throws: CBORError(.nesting, at: Limits.nestingMax)) {
      var value: CBORValue = []
      for _ in 0..<Limits.nestingMax { value = [value] }
      return try CBOR.encode(value)
    }
  }

  @Test("a value over a size limit is not encoded")
  func sizesOnWrite() throws {
    let long = String(repeating: "k", count: Limits.mapKeyByteCountMax)
    #expect(try CBOR.decode(CBOR.encode([long: 1])) == [long: 1])
    #expect(throws: CBORError(.mapKeyTooLong, at: 1)) { try CBOR.encode([long + "k": 1]) }
    let many = [CBORValue](repeating: .null, count: Limits.containerCountMax + 1)
    #expect(throws: CBORError(.containerTooLarge, at: 0)) { try CBOR.encode(.array(many)) }
    let large = [UInt8](repeating: 0, count: Limits.itemByteCountMax - 5)
    #expect(try CBOR.encode(.bytes(large)).count == Limits.itemByteCountMax)
    #expect(throws: CBORError.self) { try CBOR.encode(.bytes(large + [0])) }
    #expect(throws: CBORError(.itemTooLarge, at: 0)) {
      try CBOR.encode(.string(String(repeating: "s", count: Limits.itemByteCountMax + 1)))
    }
  }

  @Test("a small value that holds itself many times over ends at the size limit")
  func exponential() {
    var value: CBORValue = .bytes([UInt8](repeating: 7, count: 1000))
    for _ in 1..<Limits.nestingMax { value = [value, value] }
    #expect { try CBOR.encode(value) } throws: { error in
      (error as? CBORError)?.rule == .itemTooLarge
    }
  }

  @Test("counts that the bytes cannot hold reserve nothing, however they are nested")
  func claims() {
    // Every array claims 131 072 elements, which the bytes could hold for the first one alone.
    let head: [UInt8] = [0x9a, 0x00, 0x02, 0x00, 0x00]
    let bomb = [[UInt8]](repeating: head, count: 30).flatMap { $0 }
    let room = [UInt8](repeating: 0xf6, count: Limits.containerCountMax)
    #expect(throws: CBORError(.truncated, at: 5)) { try CBOR.decode(bomb + room) }
    #expect(throws: CBORError(.truncated, at: 5)) { try CBOR.validate(bomb + room) }
  }

  @Test("the two items of a frame are decoded one after the other")
  func items() throws {
    let frame = bytes(hexWords: "a1 626f70 01 a1 6161 f6")
    let (header, end) = try CBOR.decodeItem(in: frame, at: 0)
    #expect(header == ["op": 1] && end == 5)
    let (body, last) = try CBOR.decodeItem(in: frame, at: end)
    #expect(body == ["a": .null] && last == frame.count)
    #expect(throws: CBORError(.truncated, at: 9)) { try CBOR.decodeItem(in: frame, at: last) }
    #expect(throws: CBORError(.truncated, at: 70)) { try CBOR.decodeItem(in: frame, at: 70) }
    #expect(throws: CBORError(.trailingBytes, at: 5)) { try CBOR.decode(frame) }
  }
}

@Suite("Values")
struct CBORValueTests {
  @Test("a map keeps canonical order, and the last of equal keys")
  func order() {
    let map = CBORMap([("aa", 1), ("z", 2), ("", 3), ("z", 4), ("b", 5)])
    #expect(map.map(\.0) == ["", "b", "z", "aa"])
    #expect(map["z"] == 4 && map["a"] == nil && map.count == 4)
    var other = CBORMap()
    for (key, value) in Array(map).reversed() { other[key] = value }
    #expect(other == map)
    other["b"] = nil
    #expect(other != map && other.map(\.0) == ["", "z", "aa"])
  }

  @Test("a hundred thousand keys in the worst order make a map in time that grows with them")
  func manyKeys() {
    let count = scaled(100_000)
    let map = CBORMap((0..<count).reversed().map { (String($0), CBORValue.null) })
    #expect(map.count == count && map["0"] == CBORValue.null)
  }

  @Test("texts that only look alike are two values and two keys")
  func equivalence() throws {
    let composed = "\u{e9}"
    let decomposed = "e\u{301}"
    #expect(composed == decomposed, "Swift's own equality unites them")
    #expect(CBORValue.string(composed) != .string(decomposed))
    let map: CBORMap = [composed: 1, decomposed: 2]
    #expect(map.count == 2 && map[composed] == 1 && map[decomposed] == 2)
    #expect([composed: 1] as CBORMap != [decomposed: 1])
    #expect(try CBOR.decode(CBOR.encode(.map(map))) == .map(map))
  }
}
