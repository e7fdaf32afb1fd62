// RandomValue.swift: random values of the data model, for tests and for the differential tool.
//
// Sizes and integers are drawn near the places where their heads grow, keys and texts from one to
// four bytes a character. Same seed, same values.
import DAGCBOR
import TestKit

public struct RandomValue {
  /// Whether links of other than the blessed form may come.
  public var hasForeignLinks: Bool
  private var random: SplitMix64

  public init(_ random: SplitMix64, hasForeignLinks: Bool = true) {
    self.random = random
    self.hasForeignLinks = hasForeignLinks
  }

  /// A value of any kind, at most `depth` containers deep and usually much less.
  public mutating func value(depth: Int = 6) -> CBORValue {
    switch Int.random(in: 0..<(depth > 0 ? 14 : 10), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2, 3: .integer(integer())
    case 4, 5, 6: .string(text(count: count()))
    case 7: .bytes(bytes(count: count()))
    case 8: .link(CID(of: bytes(count: 8), codec: Bool.random(using: &random) ? .raw : .dagCBOR))
    case 9: foreignLink() ?? .null
    case 10, 11: .array((0..<elementCount()).map { _ in value(depth: depth - 1) })
    default: .map(map(depth: depth - 1))
    }
  }

  /// A value that is a map at the top, as records are.
  public mutating func map(depth: Int = 6) -> CBORMap {
    CBORMap((0..<elementCount()).map { _ in (text(count: keyCount()), value(depth: depth)) })
  }

  private mutating func integer() -> Int64 {
    let edges: [Int64] = [0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, .max]
    let near = edges.randomElement(using: &random)!
    let value = Bool.random(using: &random) ? near : Int64.random(in: 0...near, using: &random)
    return Bool.random(using: &random) ? value : ~value
  }

  private mutating func count() -> Int {
    switch Int.random(in: 0..<40, using: &random) {
    case 0: Int.random(in: 250...260, using: &random)
    case 1: Int.random(in: 65_530...65_540, using: &random)
    case 2...5: Int.random(in: 20...28, using: &random)
    default: Int.random(in: 0...12, using: &random)
    }
  }

  private mutating func keyCount() -> Int {
    switch Int.random(in: 0..<60, using: &random) {
    case 0: Int.random(in: 250...260, using: &random)
    case 1...4: Int.random(in: 20...28, using: &random)
    default: Int.random(in: 0...6, using: &random)
    }
  }

  private mutating func elementCount() -> Int {
    switch Int.random(in: 0..<50, using: &random) {
    case 0: Int.random(in: 22...26, using: &random)
    default: Int.random(in: 0...5, using: &random)
    }
  }

  /// Text of `count` characters, most of them ASCII.
  private mutating func text(count: Int) -> String {
    let isASCII = Int.random(in: 0..<3, using: &random) > 0
    var text = String.UnicodeScalarView()
    for _ in 0..<count { text.append(isASCII ? scalar(in: 0...0x7f) : scalar()) }
    return String(text)
  }

  private mutating func scalar() -> Unicode.Scalar {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x7f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff, 0x1_0000...0x10_ffff,
    ]
    return scalar(in: ranges.randomElement(using: &random)!)
  }

  private mutating func scalar(in range: ClosedRange<UInt32>) -> Unicode.Scalar {
    let edge = Int.random(in: 0..<8, using: &random)
    let value =
      edge == 0
      ? range.lowerBound : edge == 1 ? range.upperBound : .random(in: range, using: &random)
    // Safe: no range above holds a surrogate.
    return Unicode.Scalar(value)!
  }

  private mutating func bytes(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private mutating func foreignLink() -> CBORValue? {
    guard hasForeignLinks else { return nil }
    let heads: [[UInt8]] = [
      [0x01, 0x70, 0x12, 0x20], [0x01, 0x71, 0x1b, 0x20], [0x01, 0x85, 0x01, 0x12, 0x20],
      [0x01, 0x55, 0x00, 0x05],
    ]
    let head = heads.randomElement(using: &random)!
    return ForeignCID(binary: head + bytes(count: Int(head.last!))).map { .foreignLink($0) }
  }
}
