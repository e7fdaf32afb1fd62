// ModuleGrade.swift: dev.plaited.module.grade in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// How a module did in its checks, one attempt.
public struct ModuleGrade {
  /// Whether every tier was passed.
  public var ok: Bool
  /// The checks, in order; the first that failed is the last.
  public var tiers: [ModuleGrade.Tier]
  /// The module, in one version.
  public var module: RepoStrongRef
  /// From 1.
  public var attempt: Int64
  /// When the record was written.
  public var createdAt: Datetime
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    ok: Bool,
    tiers: [ModuleGrade.Tier],
    module: RepoStrongRef,
    attempt: Int64,
    createdAt: Datetime
  ) {
    self.ok = ok
    self.tiers = tiers
    self.module = module
    self.attempt = attempt
    self.createdAt = createdAt
  }
}

extension ModuleGrade: LexiconRecord {
  public static var collection: String { "dev.plaited.module.grade" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.ok = try fields.required("ok")
    self.tiers = try fields.required("tiers")
    self.module = try fields.required("module")
    self.attempt = try fields.required("attempt")
    self.createdAt = try fields.required("createdAt")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.module.grade"
    fields["ok"] = self.ok.lexicon
    fields["tiers"] = self.tiers.lexicon
    fields["module"] = self.module.lexicon
    fields["attempt"] = self.attempt.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    return .map(fields)
  }
}

extension ModuleGrade {
  /// One kind of check.
  public struct Tier {
    public var ok: Bool
    public var name: String
    public var output: String?
    /// Milliseconds.
    public var durationMs: Int64
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      ok: Bool,
      name: String,
      durationMs: Int64
    ) {
      self.ok = ok
      self.name = name
      self.durationMs = durationMs
    }
  }
}

extension ModuleGrade.Tier: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.ok = try fields.required("ok")
    self.name = try fields.required("name")
    self.output = try fields.optional("output")
    self.durationMs = try fields.required("durationMs")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["ok"] = self.ok.lexicon
    fields["name"] = self.name.lexicon
    fields["output"] = self.output?.lexicon
    fields["durationMs"] = self.durationMs.lexicon
    return .map(fields)
  }
}
