// RepoQuery.swift: dev.plaited.repo.query in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// The types of `dev.plaited.repo.query`.
public enum RepoQuery {}

extension RepoQuery {
  /// A record that meets the conditions.
  public struct Record {
    public var cid: String
    public var uri: ATURI
    /// The record, or those of its fields that were asked for, by their paths.
    public var value: CBORMap
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      cid: String,
      uri: ATURI,
      value: CBORMap
    ) {
      self.cid = cid
      self.uri = uri
      self.value = value
    }
  }
}

extension RepoQuery.Record: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.cid = try fields.required("cid")
    self.uri = try fields.required("uri")
    self.value = try fields.required("value")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["cid"] = self.cid.lexicon
    fields["uri"] = self.uri.lexicon
    fields["value"] = self.value.lexicon
    return .map(fields)
  }
}

extension RepoQuery {
  /// A collection, and how many records it has.
  public struct Collection {
    public var count: Int64
    public var space: Space?
    public var collectionField: NSID
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      count: Int64,
      collectionField: NSID
    ) {
      self.count = count
      self.collectionField = collectionField
    }
  }
}

extension RepoQuery.Collection: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.count = try fields.required("count")
    self.space = try fields.optional("space")
    self.collectionField = try fields.required("collection")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["count"] = self.count.lexicon
    fields["space"] = self.space?.lexicon
    fields["collection"] = self.collectionField.lexicon
    return .map(fields)
  }
}

extension RepoQuery.Collection {
  /// Of `dev.plaited.repo.query`.
  public struct Space: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let `public` = Space("public")
    public static let `private` = Space("private")
  }
}
