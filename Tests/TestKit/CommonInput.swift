// CommonInput.swift: the input that every benchmark and root vector shares,
// `atproto-peer-bench/v1`.
//
// Everything derives from SHA-256 over an ASCII tag and the index as eight big-endian bytes, so
// that any implementation can make it. Record i is the same in a repo of every size.
import DAGCBOR

public enum CommonInput {
  public static let did = "did:plc:peerbenchpeerbenchpeer22"
  public static var signingKey: [UInt8] {
    Digest(of: Array("atproto-peer-bench/v1/signing-key".utf8)).bytes
  }

  private static let keyTag = Array("atproto-peer-bench/v1/key".utf8)
  private static let recordTag = Array("atproto-peer-bench/v1/rec".utf8)
  private static let tidAlphabet = Array("234567abcdefghijklmnopqrstuvwxyz".utf8)

  /// `<collection>/<TID>` of record `index`.
  public static func key(_ index: Int) -> [UInt8] {
    let k = digest(keyTag, index)
    let spread = UInt64(bigEndian: k.dropFirst().prefix(4), count: 4) % 1_000_000
    let micros = 1_700_000_000_000_000 + UInt64(index) * 1_000_003 + spread
    let clock = UInt64(bigEndian: k.dropFirst(5).prefix(2), count: 2) & 0x3ff
    return Array((collection(index) + "/").utf8) + tid(micros: micros, clock: clock)
  }

  public static func collection(_ index: Int) -> String {
    switch digest(keyTag, index)[0] {
    case 0...127: "app.bsky.feed.like"
    case 128...178: "app.bsky.feed.post"
    case 179...204: "app.bsky.feed.repost"
    case 205...250: "app.bsky.graph.follow"
    default: "app.bsky.graph.listitem"
    }
  }

  /// The text of the TID of a clock reading.
  public static func tid(micros: UInt64, clock: UInt64) -> [UInt8] {
    let value = micros << 10 | clock
    return (0..<13).reversed().map { tidAlphabet[Int(value >> UInt64(5 * $0)) & 31] }
  }

  /// The rev of the commit over the first `count` records.
  public static func rev(count: Int) -> String {
    String(decoding: tid(micros: 1_800_000_000_000_000 + UInt64(count), clock: 0), as: UTF8.self)
  }

  /// The DAG-CBOR bytes of record `index`: `{text, $type, langs, createdAt}`.
  public static func record(_ index: Int) -> [UInt8] {
    let r = digest(recordTag, index)
    let text = Array((hex(r) + hex(r.prefix(8 + Int(r[31]) % 25))).utf8)
    let type = Array(collection(index).utf8)
    var bytes: [UInt8] = [0xa4, 0x64] + Array("text".utf8) + [0x78, UInt8(text.count)] + text
    bytes += [0x65] + Array("$type".utf8) + [0x60 | UInt8(type.count)] + type
    bytes += [0x65] + Array("langs".utf8) + [0x81, 0x62] + Array("en".utf8)
    bytes += [0x69] + Array("createdAt".utf8) + [0x78, 24] + Array(createdAt(index).utf8)
    return bytes
  }

  public static func recordCID(_ index: Int) -> CID { CID(of: record(index)) }

  private static func createdAt(_ index: Int) -> String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    let day = padded(1 + (index / 86_400) % 28, 2)
    let (hour, minute) = (padded((index / 3_600) % 24, 2), padded((index / 60) % 60, 2))
    return "2024-01-\(day)T\(hour):\(minute):\(padded(index % 60, 2)).\(padded(index % 1_000, 3))Z"
  }

  private static func digest(_ tag: [UInt8], _ index: Int) -> [UInt8] {
    let suffix = (0..<8).reversed().map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }
    return Digest(of: tag + suffix).bytes
  }
}

extension UInt64 {
  fileprivate init(bigEndian bytes: some Sequence<UInt8>, count: Int) {
    self = bytes.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
