// CARHeader.swift: the header of a CAR file, by hand: its DAG-CBOR has one shape.
//
//   a2                          a map of two
//     65 "roots"   80…          an array of links, each d8 2a 58 25 00 and 36 bytes of CID
//     67 "version" 01
//
// Canonical bytes and nothing else, so reading is comparing with constants.

/// The payload of the first section, read from left to right.
struct CARHeader {
  private static let opening: [UInt8] = [0xa2, 0x65] + Array("roots".utf8)
  private static let linkHead: [UInt8] = [0xd8, 0x2a, 0x58, 0x25, 0x00]
  private static let versionKey: [UInt8] = [0x67] + Array("version".utf8)
  private static let rootByteCount = linkHead.count + CID.byteCount

  private var rest: ArraySlice<UInt8>
  private let origin: Int
  private let fileOffset: UInt64

  init(bytes: ArraySlice<UInt8>, fileOffset: UInt64) {
    rest = bytes
    origin = bytes.startIndex
    self.fileOffset = fileOffset
  }

  mutating func roots() throws(CARError) -> [CID] {
    try take(CARHeader.opening)
    let count = try arrayCount()
    guard count <= rest.count / CARHeader.rootByteCount else { throw error(.header) }
    var roots: [CID] = []
    roots.reserveCapacity(count)
    for _ in 0..<count { roots.append(try link()) }
    try take(CARHeader.versionKey)
    guard rest.first == 1 else { throw error(rest.isEmpty ? .header : .version) }
    rest.removeFirst()
    guard rest.isEmpty else { throw error(.header) }
    return roots
  }

  private mutating func link() throws(CARError) -> CID {
    let start = self
    try take(CARHeader.linkHead)
    guard let cid = CID(binary: Array(rest.prefix(CID.byteCount))) else {
      throw start.error(.unsupportedCID)
    }
    rest.removeFirst(CID.byteCount)
    return cid
  }

  /// The head of an array, in its shortest form. More than 65 535 roots are over the size limit.
  private mutating func arrayCount() throws(CARError) -> Int {
    let start = self
    switch rest.popFirst() {
    case .some(let head) where (0x80...0x97).contains(head): return Int(head - 0x80)
    case 0x98:
      if let count = rest.popFirst(), count >= 24 { return Int(count) }
    case 0x99:
      if let high = rest.popFirst(), high > 0, let low = rest.popFirst() {
        return Int(high) << 8 | Int(low)
      }
    default: break
    }
    throw start.error(.header)
  }

  private mutating func take(_ token: [UInt8]) throws(CARError) {
    guard rest.starts(with: token) else { throw error(.header) }
    rest.removeFirst(token.count)
  }

  private func error(_ rule: CARError.Rule) -> CARError {
    CARError(rule, at: fileOffset + UInt64(rest.startIndex - origin))
  }
}

extension CARHeader {
  /// The most roots that a header within its size limit holds.
  static let rootCountMax =
    (Limits.carHeaderByteCountMax - opening.count - 3 - versionKey.count - 1) / rootByteCount

  /// Appends the header's payload.
  /// - Precondition: `roots` are at most `rootCountMax`.
  static func append(roots: [CID], to bytes: inout [UInt8]) {
    precondition(roots.count <= rootCountMax, "\(roots.count) roots, at most \(rootCountMax)")
    bytes.append(contentsOf: opening)
    switch roots.count {
    case 0..<24: bytes.append(0x80 | UInt8(roots.count))
    case 24..<256: bytes.append(contentsOf: [0x98, UInt8(roots.count)])
    default: bytes.append(contentsOf: [0x99, UInt8(roots.count >> 8), UInt8(roots.count & 0xff)])
    }
    for root in roots {
      bytes.append(contentsOf: linkHead)
      root.append(to: &bytes)
    }
    bytes.append(contentsOf: versionKey)
    bytes.append(1)
  }
}

extension CID {
  /// Appends the 36-byte binary form without an array of its own.
  func append(to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: CID.byteCount, alignment: 1) { binary in
      binary[0] = 0x01
      binary[1] = codec.rawValue
      binary[2] = 0x12
      binary[3] = 0x20
      // Safe: the 32 bytes of the digest fill what follows offset 4.
      digest.write(to: binary.baseAddress! + 4)
      bytes.append(contentsOf: binary)
    }
  }
}
