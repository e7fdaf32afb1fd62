// RepoStrongRef.swift: com.atproto.repo.strongRef in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// A record in exactly one version: its place and the hash of its content.
public struct RepoStrongRef {
  public var cid: String
  public var uri: ATURI
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    cid: String,
    uri: ATURI
  ) {
    self.cid = cid
    self.uri = uri
  }
}

extension RepoStrongRef: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.cid = try fields.required("cid")
    self.uri = try fields.required("uri")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["cid"] = self.cid.lexicon
    fields["uri"] = self.uri.lexicon
    return .map(fields)
  }
}
