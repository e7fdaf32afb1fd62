// CARWriter.swift: CAR v1, written section by section into a buffer of the caller's.
//
// Not here: which blocks belong in a file and in which order, or whether they hash to their CIDs.
// Spec: https://ipld.io/specs/transport/car/carv1

/// Writes CAR v1. A file is `header(roots:)` and then a section for each block.
public enum CARWriter {
  /// The most roots that a header within `Limits.carHeaderByteCountMax` holds.
  public static var rootCountMax: Int { CARHeader.rootCountMax }

  /// The first section: length and payload.
  /// - Precondition: `roots` are at most `rootCountMax`.
  public static func header(roots: [CID]) -> [UInt8] {
    var payload: [UInt8] = []
    CARHeader.append(roots: roots, to: &payload)
    var section: [UInt8] = []
    section.reserveCapacity(sectionByteCount(payloadByteCount: payload.count))
    Varint.append(UInt64(payload.count), to: &section)
    section.append(contentsOf: payload)
    return section
  }

  /// The bytes that a block takes in a file, so that a buffer can be made as large as needed.
  public static func sectionByteCount(blockByteCount: Int) -> Int {
    sectionByteCount(payloadByteCount: CID.byteCount + blockByteCount)
  }

  private static func sectionByteCount(payloadByteCount: Int) -> Int {
    let bitCount = max(1, Int.bitWidth - payloadByteCount.leadingZeroBitCount)
    return (bitCount + 6) / 7 + payloadByteCount
  }

  /// Appends one block, which is copied once and not hashed. Readers of ours refuse a block of more
  /// than `Limits.carBlockByteCountMax` bytes.
  public static func appendSection(cid: CID, block: [UInt8], to file: inout [UInt8]) {
    appendSection(cid: cid, block: block.span.bytes, to: &file)
  }

  public static func appendSection(cid: CID, block: RawSpan, to file: inout [UInt8]) {
    Varint.append(UInt64(CID.byteCount + block.byteCount), to: &file)
    cid.append(to: &file)
    block.withUnsafeBytes { file.append(contentsOf: $0) }
  }

  /// A whole file, in one allocation.
  public static func file(
    roots: [CID], blocks: some Collection<(cid: CID, bytes: [UInt8])>
  ) -> [UInt8] {
    let header = header(roots: roots)
    var file: [UInt8] = []
    file.reserveCapacity(
      blocks.reduce(header.count) { $0 + sectionByteCount(blockByteCount: $1.bytes.count) })
    file.append(contentsOf: header)
    for block in blocks { appendSection(cid: block.cid, block: block.bytes, to: &file) }
    return file
  }
}
