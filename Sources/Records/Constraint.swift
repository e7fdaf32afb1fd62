// Constraint.swift: dev.plaited.constraint in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// A rule that the agent cannot break and cannot take back. Never changed.
public struct Constraint {
  public var name: String
  /// What the rule is to achieve, in a sentence that its owner would say.
  public var intent: String
  /// The program.
  public var source: String
  /// Names of the threads that the program offers.
  public var exports: [String]
  public var compiled: Constraint.Program?
  public var language: LanguageValue
  /// When the record was written.
  public var createdAt: Datetime
  /// Who that was.
  public var requester: String
  /// The owner's signature over the rule.
  public var signature: ByteString?
  /// Who agreed, where the agent wished it.
  public var approvedBy: String?
  /// The events that it looks at.
  public var eventTypes: [String]
  /// Who wished it.
  public var requestedBy: RequestedBy
  /// A weaker rule that this one stands in for; that one stays in force.
  public var replacesStrength: ATURI?
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    name: String,
    intent: String,
    source: String,
    exports: [String],
    language: LanguageValue,
    createdAt: Datetime,
    requester: String,
    eventTypes: [String],
    requestedBy: RequestedBy
  ) {
    self.name = name
    self.intent = intent
    self.source = source
    self.exports = exports
    self.language = language
    self.createdAt = createdAt
    self.requester = requester
    self.eventTypes = eventTypes
    self.requestedBy = requestedBy
  }
}

extension Constraint: LexiconRecord {
  public static var collection: String { "dev.plaited.constraint" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.name = try fields.required("name")
    self.intent = try fields.required("intent")
    self.source = try fields.required("source")
    self.exports = try fields.required("exports")
    self.compiled = try fields.optional("compiled")
    self.language = try fields.required("language")
    self.createdAt = try fields.required("createdAt")
    self.requester = try fields.required("requester")
    self.signature = try fields.optional("signature")
    self.approvedBy = try fields.optional("approvedBy")
    self.eventTypes = try fields.required("eventTypes")
    self.requestedBy = try fields.required("requestedBy")
    self.replacesStrength = try fields.optional("replacesStrength")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.constraint"
    fields["name"] = self.name.lexicon
    fields["intent"] = self.intent.lexicon
    fields["source"] = self.source.lexicon
    fields["exports"] = self.exports.lexicon
    fields["compiled"] = self.compiled?.lexicon
    fields["language"] = self.language.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["requester"] = self.requester.lexicon
    fields["signature"] = self.signature?.lexicon
    fields["approvedBy"] = self.approvedBy?.lexicon
    fields["eventTypes"] = self.eventTypes.lexicon
    fields["requestedBy"] = self.requestedBy.lexicon
    fields["replacesStrength"] = self.replacesStrength?.lexicon
    return .map(fields)
  }
}

extension Constraint {
  /// The source as the engine runs it.
  public struct Program {
    public var code: ByteString
    /// The engine's format and its version.
    public var format: String
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      code: ByteString,
      format: String
    ) {
      self.code = code
      self.format = format
    }
  }
}

extension Constraint.Program: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.code = try fields.required("code")
    self.format = try fields.required("format")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["code"] = self.code.lexicon
    fields["format"] = self.format.lexicon
    return .map(fields)
  }
}

extension Constraint {
  /// Of `dev.plaited.constraint`.
  public struct LanguageValue: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let plaitedJs = LanguageValue("plaited-js")
    public static let predicate = LanguageValue("predicate")
    public static let spec = LanguageValue("spec")
  }
}

extension Constraint {
  /// Who wished it.
  public struct RequestedBy: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let owner = RequestedBy("owner")
    public static let agent = RequestedBy("agent")
  }
}
