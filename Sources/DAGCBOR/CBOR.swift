// CBOR.swift: is this DAG-CBOR? The strict check of bytes, by hand, for the hot paths.
//
// What is accepted here is what `CBOR.decode` accepts and `CBOR.encode` writes: one encoding for one
// value. The walk itself is in CBORValidator.
// Spec: https://atproto.com/specs/data-model, section "Data Encoding"

/// DAG-CBOR (DRISL), strictly: every rule of `CBORError.Rule` is enforced on everything read.
public enum CBOR {
  /// Checks that `bytes` is exactly one item, of any kind.
  ///
  /// - Complexity: one pass, about 0.3 ns per byte for a record; no allocation, no recursion.
  /// - Throws: the first violation, with its offset. Over `Limits.itemByteCountMax` bytes nothing is
  ///   read and the error is `.itemTooLarge` at 0.
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
    var validator = CBORValidator(bytes, at: 0)
    let end = try validator.validateItem()
    guard end == bytes.count else { throw CBORError(.trailingBytes, at: end) }
  }

  package static func validateItem(
    in bytes: UnsafeRawBufferPointer, at offset: Int
  ) throws(CBORError) -> Int {
    // No item may reach beyond the window, so that a small one in front of gigabytes stays cheap.
    let window = window(on: bytes, at: offset)
    var validator = CBORValidator(window, at: offset)
    do {
      return try validator.validateItem()
    } catch {
      throw error.seen(through: window, on: bytes, at: offset)
    }
  }

  /// `bytes` up to where an item at `offset` has to end.
  static func window(
    on bytes: UnsafeRawBufferPointer, at offset: Int
  ) -> UnsafeRawBufferPointer {
    guard bytes.count - offset > Limits.itemByteCountMax else { return bytes }
    return UnsafeRawBufferPointer(rebasing: bytes[..<(offset + Limits.itemByteCountMax)])
  }
}

extension CBORError {
  /// Where the window and not the input ended, the item is too large rather than truncated.
  func seen(
    through window: UnsafeRawBufferPointer, on bytes: UnsafeRawBufferPointer, at offset: Int
  ) -> CBORError {
    rule == .truncated && window.count < bytes.count ? CBORError(.itemTooLarge, at: offset) : self
  }
}
