// CARReader.swift: CAR v1 as it arrives: bytes go in, checked blocks come out.
//
//   file    = header section, block section …
//   section = varint length | payload         block payload = 36 bytes of CID | block
//
// Not here: what blocks mean, which are reachable from a root, or where bytes come from.
// Spec: https://ipld.io/specs/transport/car/carv1, https://atproto.com/specs/repository

/// What a CAR file is made of.
public enum CARItem: Hashable, Sendable {
  /// The first item, once. `roots` may be empty.
  case header(roots: [CID])
  /// A block that hashes to its CID; `offset` is that of its first byte in the file.
  case block(CID, bytes: [UInt8], offset: UInt64)
}

/// Reads CAR v1 from chunks of any size.
///
/// After each `append` call `next` until it returns nil, and `finish` at the end of the input. Then
/// the reader holds at most one unfinished section beside a chunk, however long the file is.
/// Blocks come in any order and any number of times; what is not in the file is not missed.
/// After an error the reader takes nothing more in, and every further call throws the same error.
public struct CARReader: Sendable {
  private enum Stage: Sendable {
    case header
    case blocks
    case failed(CARError)
  }

  private var stage = Stage.header
  private var buffer: [UInt8] = []
  /// The first byte of `buffer` that no item has taken.
  private var start = 0
  /// The offset of that byte in the file.
  private var position: UInt64 = 0

  public init() {}

  /// Takes the next bytes of the file.
  /// - Complexity: linear in `chunk`, amortised. An array is shared where nothing waits.
  public mutating func append(_ chunk: [UInt8]) {
    if case .failed = stage { return }
    guard start < buffer.count else {
      (buffer, start) = (chunk, 0)
      return
    }
    append(chunk.span.bytes)
  }

  public mutating func append(_ chunk: RawSpan) {
    if case .failed = stage { return }
    dropTaken()
    chunk.withUnsafeBytes { buffer.append(contentsOf: $0) }
  }

  /// Moves the waiting bytes to the front once they are no more than the taken ones before them, so
  /// that each byte taken pays for at most one moved, and at most half of the buffer is waste.
  private mutating func dropTaken() {
    guard start >= buffer.count - start else { return }
    buffer.removeSubrange(0..<start)
    start = 0
  }

  /// The next header or block, or nil until more bytes are appended.
  ///
  /// A section over its limit is refused when its length is read, before its bytes arrive.
  /// - Complexity: linear in the item's bytes: they are hashed and copied once.
  /// - Throws: every rule of `CARError`, but not `.truncated`.
  public mutating func next() throws(CARError) -> CARItem? {
    do throws(CARError) {
      switch stage {
      case .header: return try header()
      case .blocks: return try block()
      case .failed(let error): throw error
      }
    } catch {
      fail(error)
      throw error
    }
  }

  /// Says that no more bytes will come.
  /// - Throws: `.truncated` where no header was read or bytes have not been taken by `next`; the
  ///   error of `next` where there was one.
  public mutating func finish() throws(CARError) {
    if case .failed(let error) = stage { throw error }
    if case .blocks = stage, start == buffer.count { return }
    let error = CARError(.truncated, at: position)
    fail(error)
    throw error
  }

  private mutating func fail(_ error: CARError) {
    stage = .failed(error)
    (buffer, start) = ([], 0)
  }

  /// For tests of the memory bound.
  var bufferCapacity: Int { buffer.capacity }
}

extension CARReader {
  private mutating func header() throws(CARError) -> CARItem? {
    let bounds = Bounds(payload: 1...Limits.carHeaderByteCountMax, excess: .headerTooLong)
    guard let payload = try payload(within: bounds) else { return nil }
    var header = CARHeader(bytes: buffer[payload], fileOffset: fileOffset(of: payload.lowerBound))
    let roots = try header.roots()
    take(through: payload.upperBound)
    stage = .blocks
    return .header(roots: roots)
  }

  private mutating func block() throws(CARError) -> CARItem? {
    let byteCountMax = CID.byteCount + Limits.carBlockByteCountMax
    let bounds = Bounds(payload: CID.byteCount...byteCountMax, excess: .blockTooLarge)
    guard let payload = try payload(within: bounds) else { return nil }
    let block = payload.dropFirst(CID.byteCount)
    // Safe: the payload lies inside of the buffer and is at least as long as a CID.
    let (cid, digest) = buffer.withUnsafeBytes { bytes in
      (
        CID(binary: UnsafeRawBufferPointer(rebasing: bytes[payload.prefix(CID.byteCount)])),
        Digest(of: UnsafeRawBufferPointer(rebasing: bytes[block]))
      )
    }
    guard let cid else { throw CARError(.unsupportedCID, at: position) }
    guard cid.digest == digest else { throw CARError(.hash, at: position) }
    let offset = fileOffset(of: block.lowerBound)
    defer { take(through: payload.upperBound) }
    return .block(cid, bytes: Array(buffer[block]), offset: offset)
  }

  private struct Bounds {
    var payload: ClosedRange<Int>
    var excess: CARError.Rule
  }

  /// Where in the buffer the next section's payload is; nil while it is not all there.
  private func payload(within bounds: Bounds) throws(CARError) -> Range<Int>? {
    var offset = start
    let length: UInt64
    switch buffer.withUnsafeBytes({ Varint.read($0, at: &offset) }) {
    case .value(let value): length = value
    case .incomplete: return nil
    case .tooLong, .notMinimal: throw CARError(.sectionLength, at: position)
    }
    guard length <= bounds.payload.upperBound else { throw CARError(bounds.excess, at: position) }
    guard length >= bounds.payload.lowerBound else {
      throw CARError(.sectionTooShort, at: position)
    }
    let end = offset + Int(length)
    return end <= buffer.count ? offset..<end : nil
  }

  private func fileOffset(of index: Int) -> UInt64 { position + UInt64(index - start) }

  private mutating func take(through end: Int) {
    position = fileOffset(of: end)
    start = end
  }
}
