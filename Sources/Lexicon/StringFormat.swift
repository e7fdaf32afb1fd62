// StringFormat.swift: the formats that a string may be asked for.
//
// Not here: their grammars, which are in ATSyntax. Spec: https://atproto.com/specs/lexicon#string
import ATSyntax

/// A format of `string`. The raw value is its name in documents.
public enum StringFormat: String, Hashable, Sendable, CaseIterable {
  case atIdentifier = "at-identifier"
  case atURI = "at-uri"
  case cid
  case datetime
  case did
  case handle
  case nsid
  case tid
  case recordKey = "record-key"
  case uri
  case language

  /// - Throws: where `text` is not of this format. O(length), and no more is read than the format's
  ///   longest text has.
  public func check(_ text: String) throws(SyntaxError) { try check(text.utf8Span.span) }

  /// The same for UTF-8 text; no allocation where it is of this format.
  func check(_ text: Span<UInt8>) throws(SyntaxError) {
    switch self {
    case .atIdentifier: try ATIdentifier.checkText(text)
    case .atURI: try ATURI.checkText(text)
    case .cid: try CIDSyntax.checkText(text)
    case .datetime: try Datetime.checkText(text)
    case .did: try DID.checkText(text)
    case .handle: try Handle.checkText(text)
    case .nsid: try NSID.checkText(text)
    case .tid: try TID.checkText(text)
    case .recordKey: try RecordKey.checkText(text)
    case .uri: try URIString.checkText(text)
    case .language: try Language.checkText(text)
    }
  }
}
