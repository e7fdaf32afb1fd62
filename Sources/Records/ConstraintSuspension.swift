// ConstraintSuspension.swift: dev.plaited.constraint.suspension in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// The owner sets a rule aside for a while. Never changed.
public struct ConstraintSuspension {
  /// From when on the rule holds again.
  public var until: Datetime
  public var reason: String
  /// When the record was written.
  public var createdAt: Datetime
  /// The rule, in one version.
  public var constraint: RepoStrongRef
  /// By the owner's own key: nobody else can suspend.
  public var ownerSignature: ByteString
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    until: Datetime,
    reason: String,
    createdAt: Datetime,
    constraint: RepoStrongRef,
    ownerSignature: ByteString
  ) {
    self.until = until
    self.reason = reason
    self.createdAt = createdAt
    self.constraint = constraint
    self.ownerSignature = ownerSignature
  }
}

extension ConstraintSuspension: LexiconRecord {
  public static var collection: String { "dev.plaited.constraint.suspension" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.until = try fields.required("until")
    self.reason = try fields.required("reason")
    self.createdAt = try fields.required("createdAt")
    self.constraint = try fields.required("constraint")
    self.ownerSignature = try fields.required("ownerSignature")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.constraint.suspension"
    fields["until"] = self.until.lexicon
    fields["reason"] = self.reason.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["constraint"] = self.constraint.lexicon
    fields["ownerSignature"] = self.ownerSignature.lexicon
    return .map(fields)
  }
}
