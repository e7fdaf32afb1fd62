// JSONForm.swift: the JSON form of the data model, from text to values and back: the public door.
//
// Not here: the work, which JSONReader and JSONWriter do, or whether a value is a sound record
// (DataModel). Spec: https://atproto.com/specs/data-model, RFC 8259

/// The data model as JSON text. Nothing passes through floating point, nothing is normalised.
public enum JSONForm {
  /// What a reader makes of the objects that stand for what JSON lacks.
  public enum Form: Hashable, Sendable {
    /// `{"$link": "<cid>"}` is a link and `{"$bytes": "<base64>"}` is bytes; an object that holds
    /// one of these keys and is not exactly that is refused.
    case atproto
    /// No key means anything: for DID documents, operation logs and lexicons.
    case plain
  }

  /// Reads one JSON value. Text must be UTF-8 without a byte order mark, keys unique after
  /// unescaping, and every number exactly a signed 64-bit integer: `123.0` and `1e3` are, `1.5` is
  /// not.
  ///
  /// Bounds, of `Limits`: `jsonByteCountMax` bytes, `nestingMax` levels (an object that stands for
  /// a link or bytes is none), `containerCountMax` elements, `mapKeyByteCountMax` bytes of a key.
  /// - Complexity: linear in the text's bytes; n log n in an object's keys that are out of order.
  /// - Throws: the first rule broken, and where. Every rule of `JSONError` can be.
  public static func decode(
    _ text: [UInt8], as form: Form = .atproto
  ) throws(JSONError) -> CBORValue {
    guard text.count <= Limits.jsonByteCountMax else {
      throw JSONError(.textTooLarge, at: Limits.jsonByteCountMax)
    }
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      throw JSONError(.utf8, at: error.byteOffsets.lowerBound)
    }
    var reader = JSONReader(text: text, form: form)
    return try reader.document()
  }

  /// The text of `value`: keys in canonical order; compact, or indented by two spaces a level.
  /// Neither form ends with a line feed.
  ///
  /// Links and bytes become `$link` and `$bytes` (base64 without padding). Escaped are quotes,
  /// backslashes and control characters (C0, delete, C1), so that no text steers a terminal.
  /// A map that itself has a key `$link` or `$bytes` is written as it is, and reading refuses it or
  /// takes it for what it imitates; `DataModel.check` keeps such maps out of new records.
  /// - Complexity: linear in the text's bytes; no recursion, whatever the nesting.
  public static func encode(_ value: CBORValue, indented: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isIndented: indented)
    writer.write(value)
    return writer.text
  }
}
