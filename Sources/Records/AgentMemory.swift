// AgentMemory.swift: dev.plaited.agent.memory in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// Something that the agent keeps over sessions.
public struct AgentMemory {
  public var kind: Kind
  public var text: String
  /// Where it holds; everywhere if absent.
  public var scope: String?
  /// The last one.
  public var toSeq: Int64?
  /// How much of a model's context it takes.
  public var tokens: Int64?
  /// The first event that it covers.
  public var fromSeq: Int64?
  /// The session it comes from.
  public var session: ATURI?
  /// When the record was written.
  public var createdAt: Datetime
  /// From when on it does not hold.
  public var expiresAt: Datetime?
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    kind: Kind,
    text: String,
    createdAt: Datetime
  ) {
    self.kind = kind
    self.text = text
    self.createdAt = createdAt
  }
}

extension AgentMemory: LexiconRecord {
  public static var collection: String { "dev.plaited.agent.memory" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.kind = try fields.required("kind")
    self.text = try fields.required("text")
    self.scope = try fields.optional("scope")
    self.toSeq = try fields.optional("toSeq")
    self.tokens = try fields.optional("tokens")
    self.fromSeq = try fields.optional("fromSeq")
    self.session = try fields.optional("session")
    self.createdAt = try fields.required("createdAt")
    self.expiresAt = try fields.optional("expiresAt")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.agent.memory"
    fields["kind"] = self.kind.lexicon
    fields["text"] = self.text.lexicon
    fields["scope"] = self.scope?.lexicon
    fields["toSeq"] = self.toSeq?.lexicon
    fields["tokens"] = self.tokens?.lexicon
    fields["fromSeq"] = self.fromSeq?.lexicon
    fields["session"] = self.session?.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["expiresAt"] = self.expiresAt?.lexicon
    return .map(fields)
  }
}

extension AgentMemory {
  /// Of `dev.plaited.agent.memory`.
  public struct Kind: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let preference = Kind("preference")
    public static let context = Kind("context")
    public static let summary = Kind("summary")
    public static let fact = Kind("fact")
  }
}
