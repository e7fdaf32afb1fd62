// CBOR.swift: is this DAG-CBOR? The strict check of bytes, by hand, for the hot paths.
//
// What is accepted here is what `CBOR.decode` accepts and `CBOR.encode` writes: one encoding for
// one value. The walk itself is in CBORValidator.
// Spec: https://atproto.com/specs/data-model, section "Data Encoding"

/// DAG-CBOR (DRISL), strictly: every rule of `CBORError.Rule` is enforced on everything read.
public enum CBOR {
  /// Checks that `bytes` is exactly one item, of any kind.
  ///
  /// - Complexity: one pass, about 0.3 ns per byte for a record; no allocation, no recursion.
  /// - Throws: the first violation, with its offset. Over `Limits.itemByteCountMax` bytes nothing
  ///   is read and the error is `.itemTooLarge` at 0.
  public static func validate(_ bytes: RawSpan) throws(CBORError) {
    try bytes.withUnsafeBytes { (buffer) throws(CBORError) in try validate(buffer) }
  }

  /// The same for an array.
  public static func validate(_ bytes: [UInt8]) throws(CBORError) {
    try validate(bytes.span.bytes)
  }

  /// Checks that `bytes` is exactly one item and that it is a map, as a record, a commit and every
  /// other top-level object of the data model is (§ "Data Model"). `.unexpected` at 0 if it is not.
  public static func validateObject(_ bytes: RawSpan) throws(CBORError) {
    try bytes.withUnsafeBytes { (buffer) throws(CBORError) in
      guard buffer.first.map({ CBORMajor(initial: $0) == .map }) ?? true else {
        throw CBORError(.unexpected, at: 0)
      }
      try validate(buffer)
    }
  }

  /// The same for an array.
  public static func validateObject(_ bytes: [UInt8]) throws(CBORError) {
    try validateObject(bytes.span.bytes)
  }

  /// Checks the one item that begins at `offset`, whatever follows it: an event-stream frame is two
  /// items, one after the other.
  ///
  /// - Returns: the offset of the first byte after the item, at most `bytes.byteCount`.
  /// - Throws: the first violation, its offset counted from the start of `bytes`.
  /// - Precondition: `offset` is not negative. At or beyond the end the error is `.truncated`.
  public static func validateItem(in bytes: RawSpan, at offset: Int) throws(CBORError) -> Int {
    try bytes.withUnsafeBytes { (buffer) throws(CBORError) in
      try validateItem(in: buffer, at: offset)
    }
  }

  /// The same for an array.
  public static func validateItem(in bytes: [UInt8], at offset: Int) throws(CBORError) -> Int {
    try validateItem(in: bytes.span.bytes, at: offset)
  }

  package static func validate(_ bytes: UnsafeRawBufferPointer) throws(CBORError) {
    guard bytes.count <= Limits.itemByteCountMax else { throw CBORError(.itemTooLarge, at: 0) }
    let end = try CBORValidator(bytes).validateItem()
    guard end == bytes.count else { throw CBORError(.trailingBytes, at: end) }
  }

  package static func validateItem(
    in bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(CBORError) -> Int {
    let window = window(on: bytes, at: offset)
    do throws(CBORError) {
      return offset + (try CBORValidator(window).validateItem())
    } catch {
      throw error.seen(through: window, on: bytes, at: offset)
    }
  }

  /// The bytes that an item at `offset` may reach: however many follow it, its cost is bounded.
  static func window(
    on bytes: UnsafeRawBufferPointer, at offset: Int
  ) -> UnsafeRawBufferPointer {
    precondition(offset >= 0, "an item at \(offset)")
    let start = min(offset, bytes.count)
    let end = start + min(Limits.itemByteCountMax, bytes.count - start)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }
}

extension CBORError {
  /// The error as the caller counts offsets. Where the window ended and not the input, the item was
  /// too large rather than truncated.
  func seen(
    through window: UnsafeRawBufferPointer, on bytes: UnsafeRawBufferPointer, at start: Int
  ) -> CBORError {
    if rule == .truncated, start + window.count < bytes.count {
      return CBORError(.itemTooLarge, at: start)
    }
    return CBORError(rule, at: start + offset)
  }
}
