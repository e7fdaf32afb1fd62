// CBORTargets.swift: any bytes as DAG-CBOR: the two readers agree, and one value has one encoding.
import DAGCBOR

extension FuzzTarget {
  static let cborTargets = [
    FuzzTarget(name: "cbor", seeds: { try CBORSeeds.all() }, run: checkCBOR)
  ]

  private static func checkCBOR(_ bytes: [UInt8]) {
    let isValid = attempt { try CBOR.validate(bytes) } != nil
    let value = attempt { try CBOR.decode(bytes) }
    require(isValid == (value != nil), "validate says \(isValid), decode says \(value != nil)")
    guard let value else { return }
    require(attempt { try CBOR.encode(value) } == bytes, "re-encoding changes the bytes")
    require(
      attempt { try CBOR.validateItem(in: bytes + [0], at: 0) } == bytes.count,
      "an item does not end where it ends")
    checkJSON(of: value)
  }

  /// A value of the data model survives JSON, unless it has a map that imitates a link or bytes.
  static func checkJSON(of value: CBORValue) {
    let text = JSONForm.encode(value)
    let plain = attempt { try JSONForm.decode(text, as: .plain) }
    require(plain != nil || text.count > Limits.jsonByteCountMax || value.isDeep, "JSON is refused")
    guard let read = attempt({ try JSONForm.decode(text) }), !value.imitates else { return }
    require(read == value, "JSON changes the value")
  }
}

extension CBORValue {
  /// Whether links and bytes, which JSON writes as objects, may nest too deep for plain JSON.
  fileprivate var isDeep: Bool { depth >= Limits.nestingMax }

  private var depth: Int {
    switch self {
    case .array(let values): 1 + (values.map(\.depth).max() ?? 0)
    case .map(let map): 1 + (map.map(\.1.depth).max() ?? 0)
    case .link, .foreignLink, .bytes: 1
    case .null, .bool, .integer, .string: 0
    }
  }

  /// Whether a map in it has a key that JSON reserves.
  fileprivate var imitates: Bool {
    switch self {
    case .array(let values): values.contains(where: \.imitates)
    case .map(let map):
      map.contains { $0.0 == "$link" || $0.0 == "$bytes" || $0.1.imitates }
    case .link, .foreignLink, .bytes, .null, .bool, .integer, .string: false
    }
  }
}

enum CBORSeeds {
  static let values: [CBORValue] = [
    .null, .bool(true), .integer(0), .integer(-1), .integer(.max), .integer(.min), .string("é🙂"),
    .bytes([0, 255]), .link(CID(of: [1])),
    [
      "$type": "app.example.note", "text": "hello", "n": 500,
      "blob": .link(CID(of: [2], codec: .raw)), "list": [.null, [], [:], true],
    ],
    .array((0..<30).map { .integer(Int64(1) << Int64($0 * 2)) }),
    (0..<31).reduce(CBORValue.null) { value, _ in .array([value]) },
  ]

  static func all() throws -> [[UInt8]] {
    try values.map { try CBOR.encode($0) } + [
      // Not canonical: long heads, order, repeats, floats, indefinite, other tags, deep.
      [0x18, 0x01], [0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x02],
      [0xa2, 0x61, 0x61, 1, 0x61, 0x61, 2],
      [0xf9, 0, 0], [0xfb, 0, 0, 0, 0, 0, 0, 0, 0], [0x9f, 0xff], [0xc1, 0x00], [0xf7],
      [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x62, 0xc3, 0x28],
      [UInt8](repeating: 0x81, count: 1000), [0x9b, 0x7f, 255, 255, 255, 255, 255, 255, 255],
      [0xd8, 0x2a, 0x45, 0x00, 0x01, 0x55, 0x00, 0x00],
    ]
  }
}
