// AgentSession.swift: dev.plaited.agent.session in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// A conversation of the agent with somebody, from its first message to its end.
public struct AgentSession {
  /// The model that answers.
  public var model: String?
  public var status: Status
  /// Where it is held: telegram, ssh, web.
  public var channel: String
  /// The last one.
  public var endedAt: Datetime?
  /// Whom the agent serves in it.
  public var ownerId: String
  /// The memory that sums it up.
  public var summary: ATURI?
  /// The session before it.
  public var previous: ATURI?
  /// When the record was written.
  public var createdAt: Datetime
  /// The first message.
  public var startedAt: Datetime
  public var eventCount: Int64
  public var messageCount: Int64
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    status: Status,
    channel: String,
    ownerId: String,
    createdAt: Datetime,
    startedAt: Datetime,
    eventCount: Int64,
    messageCount: Int64
  ) {
    self.status = status
    self.channel = channel
    self.ownerId = ownerId
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.eventCount = eventCount
    self.messageCount = messageCount
  }
}

extension AgentSession: LexiconRecord {
  public static var collection: String { "dev.plaited.agent.session" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.model = try fields.optional("model")
    self.status = try fields.required("status")
    self.channel = try fields.required("channel")
    self.endedAt = try fields.optional("endedAt")
    self.ownerId = try fields.required("ownerId")
    self.summary = try fields.optional("summary")
    self.previous = try fields.optional("previous")
    self.createdAt = try fields.required("createdAt")
    self.startedAt = try fields.required("startedAt")
    self.eventCount = try fields.required("eventCount")
    self.messageCount = try fields.required("messageCount")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.agent.session"
    fields["model"] = self.model?.lexicon
    fields["status"] = self.status.lexicon
    fields["channel"] = self.channel.lexicon
    fields["endedAt"] = self.endedAt?.lexicon
    fields["ownerId"] = self.ownerId.lexicon
    fields["summary"] = self.summary?.lexicon
    fields["previous"] = self.previous?.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["startedAt"] = self.startedAt.lexicon
    fields["eventCount"] = self.eventCount.lexicon
    fields["messageCount"] = self.messageCount.lexicon
    return .map(fields)
  }
}

extension AgentSession {
  /// Of `dev.plaited.agent.session`.
  public struct Status: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let open = Status("open")
    public static let closed = Status("closed")
    public static let crashed = Status("crashed")
  }
}
