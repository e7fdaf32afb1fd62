// CBORRuleTests.swift: each rule of the encoding, by hand: what it lets through and what it
// refuses, and at which byte.
import DAGCBOR
import TestKit
import Testing

/// Encoded bytes and what the strict reader says about them.
struct CBORVector: CustomTestStringConvertible, Sendable {
  var input: [UInt8]
  var error: CBORError?

  static func good(_ text: String) -> CBORVector { CBORVector(input: bytes(hexWords: text)) }

  static func bad(_ text: String, _ rule: CBORError.Rule, at offset: Int = 0) -> CBORVector {
    CBORVector(input: bytes(hexWords: text), error: CBORError(rule, at: offset))
  }

  var testDescription: String {
    hex(input.prefix(48)) + (error.map { " (\($0.rule) at \($0.offset))" } ?? "")
  }
}

/// Hexadecimal digits with spaces between them for the eye.
func bytes(hexWords text: String) -> [UInt8] { bytes(hex: text.filter { $0 != " " }) }

enum CBORVectors {
  static let digest = String(repeating: "5a", count: 32)
  static let link = "d82a582500 01711220" + digest

  static let accepted: [CBORVector] = [
    "00", "17", "1818", "18ff", "190100", "19ffff", "1a00010000", "1affffffff",
    "1b0000000100000000", "1b7fffffffffffffff", "20", "37", "3818", "38ff", "390100",
    "3a00010000", "3b0000000100000000", "3b7fffffffffffffff",
    "f4", "f5", "f6", "40", "4100", "60", "6161", "80", "8100", "a0", "a16000",
    // Order is by length first: "z" before "aa"; then by unsigned bytes.
    "a2 617a 00 626161 01", "a2 6161 00 6162 01", "a2 617a 00 62c3a9 01",
    "a3 60 00 6161 00 626161 00", "a2 67 61616161616161 00 68 6161616161616161 00",
    // Ends of each length of UTF-8.
    "62c280", "62dfbf", "63e0a080", "63ed9fbf", "63ee8080", "63efbfbf", "64f0908080", "64f48fbfbf",
    "6100", "617f",
    link, "d82a582500 01551220" + digest, "82" + link + "f6",
    // Well-formed links that are not blessed: another codec, another hash, a short identity.
    "d82a582500 01701220" + digest, "d82a582500 01711b20" + digest, "d82a46 00 01550001 2a",
    "d82a45 00 01550000",
    "98 18" + String(repeating: "00", count: 24),
    "78 18" + String(repeating: "61", count: 24), "58 18" + String(repeating: "00", count: 24),
    "59 0100" + String(repeating: "00", count: 256),
  ].map(CBORVector.good)

  static let heads: [CBORVector] = [
    .bad("", .truncated), .bad("0000", .trailingBytes, at: 1), .bad("f6f6", .trailingBytes, at: 1),
    .bad("1800", .notMinimal), .bad("1817", .notMinimal), .bad("190000", .notMinimal),
    .bad("1900ff", .notMinimal), .bad("1a0000ffff", .notMinimal),
    .bad("1b00000000ffffffff", .notMinimal), .bad("3817", .notMinimal), .bad("5800", .notMinimal),
    .bad("7800", .notMinimal), .bad("9800", .notMinimal), .bad("b800", .notMinimal),
    .bad("da0000002a 40", .notMinimal), .bad("8118 00", .notMinimal, at: 1),
    .bad("18", .truncated), .bad("19ff", .truncated), .bad("1a000100", .truncated),
    .bad("1bffffffffffffff", .truncated), .bad("81", .truncated), .bad("a1", .truncated),
    .bad("a161", .truncated), .bad("8218", .truncated), .bad("8119ff", .truncated, at: 1),
    .bad("41", .truncated), .bad("61", .truncated), .bad("5818", .truncated),
    .bad("1c", .reservedHead), .bad("3d", .reservedHead), .bad("5e", .reservedHead),
    .bad("7c", .reservedHead), .bad("9d", .reservedHead), .bad("be", .reservedHead),
    .bad("dc", .reservedHead), .bad("fc", .reservedHead), .bad("fe", .reservedHead),
    .bad("5f4100ff", .indefiniteLength), .bad("7f6161ff", .indefiniteLength),
    .bad("9f00ff", .indefiniteLength), .bad("bf616100ff", .indefiniteLength),
    .bad("ff", .indefiniteLength), .bad("1f", .indefiniteLength),
    .bad("81ff", .indefiniteLength, at: 1),
  ]

  static let kinds: [CBORVector] = [
    .bad("1b8000000000000000", .integerRange), .bad("1bffffffffffffffff", .integerRange),
    .bad("3b8000000000000000", .integerRange), .bad("3bffffffffffffffff", .integerRange),
    .bad("f90000", .float), .bad("f97e00", .float), .bad("fa7fc00000", .float),
    .bad("fb3ff0000000000000", .float), .bad("fb", .float), .bad("81f9", .float, at: 1),
    .bad("f7", .simpleValue), .bad("e0", .simpleValue), .bad("f3", .simpleValue),
    .bad("f8ff", .simpleValue), .bad("f814", .simpleValue), .bad("f8", .simpleValue),
    .bad("c000", .tag), .bad("c11a00010000", .tag), .bad("d82b41 00", .tag), .bad("d74100", .tag),
    .bad("db000000010000002a 40", .tag),
    .bad("810000", .trailingBytes, at: 2),
  ]

  static let links: [CBORVector] = [
    .bad("d82a", .truncated), .bad("d82a00", .link), .bad("d82a60", .link), .bad("d82af6", .link),
    .bad("d82ad82a40", .link), .bad("d82a40", .link), .bad("d82a4100", .link),
    .bad("d82a4101", .link), .bad("81d82a4100", .link, at: 1),
    .bad("d82a4600", .truncated), .bad("d82a585f", .truncated), .bad("d82a5805", .notMinimal),
    .bad("d82a5f", .indefiniteLength),
    // Without the zero; version 0 and 2; a digest one short, one long; a padded varint.
    .bad("d82a5824 01711220" + digest, .link), .bad("d82a582500 00711220" + digest, .link),
    .bad("d82a582500 02711220" + digest, .link), .bad("d82a582300 1220" + digest, .link),
    .bad("d82a582400 01711220" + digest.dropLast(2), .link),
    .bad("d82a582600 01711220" + digest + "00", .link),
    .bad("d82a582600 01f1001220" + digest, .link),
    .bad("d82a5866 00 01 55 00 61" + String(repeating: "00", count: 97), .link),
  ]

  static let texts: [CBORVector] =
    [
      "6180", "61ff", "61c3", "62c328", "62c080", "62c1bf", "63e08080", "63e09fbf", "63eda080",
      "63edbfbf", "64f0808080", "64f08fbfbf", "64f4908080", "64f5808080", "62e282", "63f09f98",
      "63e28228", "64f09f9828", "6a6161616161616161 6180", "69 8061616161616161 61",
    ].map { .bad($0, .utf8) } + [
      .bad("8261616180", .utf8, at: 3), .bad("a1618000", .utf8, at: 1),
    ]

  static let maps: [CBORVector] = [
    .bad("a10000", .mapKeyType, at: 1), .bad("a1416100", .mapKeyType, at: 1),
    .bad("a1f600", .mapKeyType, at: 1), .bad("a18000", .mapKeyType, at: 1),
    .bad("a1d82a4000", .mapKeyType, at: 1), .bad("a1f90000", .mapKeyType, at: 1),
    .bad("a2 6161 00 6161 00", .mapKeyRepeated, at: 4),
    .bad("a2 60 00 60 00", .mapKeyRepeated, at: 3),
    .bad("a2 6162 00 6161 00", .mapKeyOrder, at: 4),
    .bad("a2 626161 00 617a 00", .mapKeyOrder, at: 5),
    .bad("a2 62c3a9 00 627a7a 00", .mapKeyOrder, at: 5),
    .bad("a3 6161 00 6162 00 6161 00", .mapKeyOrder, at: 7),
    // The order of an inner map is its own, and the outer one's goes on after it.
    .bad("a2 6162 a1 6161 00 6162 00", .mapKeyRepeated, at: 7),
    .bad("a1 7f00", .indefiniteLength, at: 1), .bad("a1 7c 00", .reservedHead, at: 1),
    .bad("a1 781700", .notMinimal, at: 1),
    .bad("a1 792001" + String(repeating: "61", count: 8193) + "00", .mapKeyTooLong, at: 1),
    .bad("a1 7bffffffffffffffff", .mapKeyTooLong, at: 1),
  ]

  static let sizes: [CBORVector] = [
    .bad("5bffffffffffffffff", .itemTooLarge), .bad("5b8000000000000000", .itemTooLarge),
    .bad("7b7fffffffffffffff", .itemTooLarge), .bad("7a00500001", .itemTooLarge),
    .bad("7a00500000", .truncated), .bad("9bffffffffffffffff", .containerTooLarge),
    .bad("bb8000000000000000", .containerTooLarge), .bad("9a00020001", .containerTooLarge),
    .bad("9a00020000", .truncated), .bad("ba00020000", .truncated), .bad("a2 6161 00", .truncated),
    // Items still owed to the outer array count: three bytes cannot hold two and two more.
    .bad("83 82 000000", .truncated, at: 1),
    .bad("d9d9f7 a0", .tag),
  ]

  static let refused: [CBORVector] = heads + kinds + links + texts + maps + sizes
}

@Suite("The rules of DAG-CBOR")
struct CBORRuleTests {
  @Test("what is canonical is accepted", arguments: CBORVectors.accepted)
  func accepts(vector: CBORVector) throws {
    try CBOR.validate(vector.input)
  }

  @Test("what is not is refused by its rule, at its head", arguments: CBORVectors.refused)
  func refuses(vector: CBORVector) throws {
    #expect(throws: try #require(vector.error)) { try CBOR.validate(vector.input) }
  }

  @Test("containers may be 32 deep and not 33")
  func nesting() throws {
    let limit = Limits.nestingMax
    try CBOR.validate([UInt8](repeating: 0x81, count: limit - 1) + [0x80])
    try CBOR.validate([UInt8](repeating: 0x81, count: limit) + [0x00])
    let deep = [UInt8](repeating: 0x81, count: limit) + [0x80]
    #expect(throws: CBORError(.nesting, at: limit)) { try CBOR.validate(deep) }
    let maps = [[UInt8]](repeating: [0xa1, 0x60], count: limit).flatMap { $0 }
    try CBOR.validate(maps + [0x00])
    #expect(throws: CBORError(.nesting, at: 2 * limit)) { try CBOR.validate(maps + [0xa0]) }
  }

  @Test("a hundred thousand open containers are refused where the limit is")
  func nestingBomb() {
    for head: [UInt8] in [[0x81], [0xa1, 0x60], [0x82, 0x00]] {
      let bomb = [[UInt8]](repeating: head, count: 100_000).flatMap { $0 }
      let expected = CBORError(.nesting, at: Limits.nestingMax * head.count)
      #expect(throws: expected) { try CBOR.validate(bomb) }
    }
  }

  @Test("a container may hold 131 072 elements and not one more")
  func containerCount() throws {
    let limit = Limits.containerCountMax
    try CBOR.validate([0x9a, 0x00, 0x02, 0x00, 0x00] + [UInt8](repeating: 0xf6, count: limit))
    let over = [0x9a, 0x00, 0x02, 0x00, 0x01] + [UInt8](repeating: 0xf6, count: limit + 1)
    #expect(throws: CBORError(.containerTooLarge, at: 0)) { try CBOR.validate(over) }
  }

  @Test("an item may be 5 MiB and not one byte more")
  func itemByteCount() throws {
    let room = Limits.itemByteCountMax - 5
    let item = { (count: Int) in
      [0x5a] + withUnsafeBytes(of: UInt32(count).bigEndian) { [UInt8]($0) }
        + [UInt8](repeating: 0, count: count)
    }
    try CBOR.validate(item(room))
    #expect(throws: CBORError(.itemTooLarge, at: 0)) { try CBOR.validate(item(room + 1)) }
    #expect(try CBOR.validateItem(in: [0xf6] + item(room) + [0xf6], at: 1) == room + 6)
    #expect(throws: CBORError(.itemTooLarge, at: 1)) {
      try CBOR.validateItem(in: [0xf6] + item(room + 1) + [0xf6], at: 1)
    }
  }

  @Test("an object is a map at the top")
  func object() throws {
    try CBOR.validateObject([0xa0])
    for other: [UInt8] in [[0x80], [0x00], [0x60], [0xf6]] {
      #expect(throws: CBORError(.unexpected, at: 0)) { try CBOR.validateObject(other) }
    }
    #expect(throws: CBORError(.truncated, at: 0)) { try CBOR.validateObject([UInt8]()) }
    #expect(throws: CBORError(.trailingBytes, at: 1)) { try CBOR.validateObject([0xa0, 0xa0]) }
  }

  @Test("one of several items is checked where it stands")
  func items() throws {
    let frame = bytes(hexWords: "a1 626f70 01 a1 61 61 f6")
    let end = try CBOR.validateItem(in: frame, at: 0)
    #expect(end == 5)
    #expect(try CBOR.validateItem(in: frame, at: end) == frame.count)
    #expect(throws: CBORError(.truncated, at: 9)) { try CBOR.validateItem(in: frame, at: 9) }
    #expect(throws: CBORError(.truncated, at: 50)) { try CBOR.validateItem(in: frame, at: 50) }
    let second = bytes(hexWords: "f6 a2 6162 f6 6161 f6 00")
    #expect(throws: CBORError(.mapKeyOrder, at: 5)) { try CBOR.validateItem(in: second, at: 1) }
  }
}
