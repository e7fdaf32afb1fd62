// SyntaxCheck.swift: is this text one? The checks of the identifiers without a value made of it.
//
// For who holds bytes and keeps them, as the check of a record against its schema does: no
// allocation where the answer is yes. Not here: the grammars, which are with their types.

extension DID {
  /// - Throws: where the UTF-8 text is no DID, as `init(_:)` does; the same for the others here.
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try check(bytes, in: 0..<bytes.count)
  }
}

extension Handle {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    _ = try check(bytes, in: 0..<bytes.count)
  }
}

extension ATIdentifier {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    if DID.startsLikeDID(bytes, at: 0) {
      try DID.checkText(bytes)
    } else {
      try Handle.checkText(bytes)
    }
  }
}

extension NSID {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) { _ = try check(bytes) }
}

extension RecordKey {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    try check(bytes, in: 0..<bytes.count)
  }
}

extension TID {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    _ = try value(of: bytes)
  }
}

extension ATURI {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) { _ = try check(bytes) }
}

extension Datetime {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) {
    _ = try instant(of: bytes)
  }
}

extension Language {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) { try check(bytes) }
}

extension URIString {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) { try check(bytes) }
}

extension CIDSyntax {
  package static func checkText(_ bytes: Span<UInt8>) throws(SyntaxError) { try check(bytes) }
}
