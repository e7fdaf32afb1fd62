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
  public func check(_ text: String) throws(SyntaxError) {
    switch self {
    case .atIdentifier: _ = try ATIdentifier(text)
    case .atURI: _ = try ATURI(text)
    case .cid: try CIDSyntax.check(text)
    case .datetime: _ = try Datetime(text)
    case .did: _ = try DID(text)
    case .handle: _ = try Handle(text)
    case .nsid: _ = try NSID(text)
    case .tid: _ = try TID(text)
    case .recordKey: _ = try RecordKey(text)
    case .uri: _ = try URIString(text)
    case .language: _ = try Language(text)
    }
  }
}
