// SystemLog.swift: dev.joelclaw.system.log in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// One line of the system log: who did what, with which tool.
public struct SystemLog {
  /// With what, or to what.
  public var tool: String
  /// The event that caused it.
  public var event: ATURI?
  /// How grave it is.
  public var level: Level?
  /// What was done: install, configure, deploy.
  public var action: String
  /// What there is to say about it.
  public var detail: String
  /// Why it was done.
  public var reason: String?
  /// The machine it was done on; unknown where the writer did not say.
  public var systemId: String?
  /// When the record was written. Writers send it; old lines have none.
  public var createdAt: Datetime?
  /// The session it was done in; unknown where the writer did not say.
  public var sessionId: String?
  /// When it happened.
  public var timestamp: Datetime
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    tool: String,
    action: String,
    detail: String,
    timestamp: Datetime
  ) {
    self.tool = tool
    self.action = action
    self.detail = detail
    self.timestamp = timestamp
  }
}

extension SystemLog: LexiconRecord {
  public static var collection: String { "dev.joelclaw.system.log" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.tool = try fields.required("tool")
    self.event = try fields.optional("event")
    self.level = try fields.optional("level")
    self.action = try fields.required("action")
    self.detail = try fields.required("detail")
    self.reason = try fields.optional("reason")
    self.systemId = try fields.optional("systemId")
    self.createdAt = try fields.optional("createdAt")
    self.sessionId = try fields.optional("sessionId")
    self.timestamp = try fields.required("timestamp")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.joelclaw.system.log"
    fields["tool"] = self.tool.lexicon
    fields["event"] = self.event?.lexicon
    fields["level"] = self.level?.lexicon
    fields["action"] = self.action.lexicon
    fields["detail"] = self.detail.lexicon
    fields["reason"] = self.reason?.lexicon
    fields["systemId"] = self.systemId?.lexicon
    fields["createdAt"] = self.createdAt?.lexicon
    fields["sessionId"] = self.sessionId?.lexicon
    fields["timestamp"] = self.timestamp.lexicon
    return .map(fields)
  }
}

extension SystemLog {
  /// How grave it is.
  public struct Level: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let debug = Level("debug")
    public static let info = Level("info")
    public static let warn = Level("warn")
    public static let error = Level("error")
    public static let fatal = Level("fatal")
  }
}
