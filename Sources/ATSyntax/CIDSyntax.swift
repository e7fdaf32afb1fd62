// CIDSyntax.swift: the lexicon's string format `cid`, far laxer than the CIDs of repos.
//
// Not here: decoding. A string field may hold a CID of any base, codec and hash, which is carried
// and never followed. Spec: https://atproto.com/specs/lexicon#cid

/// The check of text that claims to be a CID of version 1 in some multibase.
public enum CIDSyntax {
  /// Whether `check` accepts `text`; at most 256 bytes are read.
  public static func isValid(_ text: String) -> Bool {
    do throws(SyntaxError) {
      try check(text)
      return true
    } catch {
      return false
    }
  }

  /// - Throws: unless `text` is 8 to 256 letters, digits and signs of base 64 (`+ / - _ =`), and
  ///   not `Qm…`, which is version 0.
  public static func check(_ text: String) throws(SyntaxError) {
    try check(text.utf8Span.span)
  }

  static func check(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try SyntaxError.Kind.cid.checkLength(of: 0..<bytes.count, in: bytes)
    for index in 0..<bytes.count where !isMultibaseByte(bytes[index]) {
      throw SyntaxError(.cid, .character, at: index, in: bytes)
    }
    if bytes[0] == UInt8(ascii: "Q"), bytes[1] == UInt8(ascii: "m") {
      throw SyntaxError(.cid, .version, at: 0, in: bytes)
    }
  }

  private static func isMultibaseByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "="):
      true
    default: byte.isAlphanumeric
    }
  }
}
