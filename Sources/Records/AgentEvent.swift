// AgentEvent.swift: dev.plaited.agent.event in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// One thing that happened in a session. Never changed, and numbered.
public struct AgentEvent {
  /// When it happened.
  public var ts: Datetime
  /// Its number in the session.
  public var seq: Int64
  /// The event in fields.
  public var body: Body?
  public var kind: Kind
  /// Who did it.
  public var role: Role?
  /// The event in words.
  public var text: String?
  /// The session.
  public var session: ATURI
  /// When the record was written.
  public var createdAt: Datetime
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    ts: Datetime,
    seq: Int64,
    kind: Kind,
    session: ATURI,
    createdAt: Datetime
  ) {
    self.ts = ts
    self.seq = seq
    self.kind = kind
    self.session = session
    self.createdAt = createdAt
  }
}

extension AgentEvent: LexiconRecord {
  public static var collection: String { "dev.plaited.agent.event" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.ts = try fields.required("ts")
    self.seq = try fields.required("seq")
    self.body = try fields.optional("body")
    self.kind = try fields.required("kind")
    self.role = try fields.optional("role")
    self.text = try fields.optional("text")
    self.session = try fields.required("session")
    self.createdAt = try fields.required("createdAt")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.agent.event"
    fields["ts"] = self.ts.lexicon
    fields["seq"] = self.seq.lexicon
    fields["body"] = self.body?.lexicon
    fields["kind"] = self.kind.lexicon
    fields["role"] = self.role?.lexicon
    fields["text"] = self.text?.lexicon
    fields["session"] = self.session.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// Something said.
  public struct Message {
    public var text: String
    public var channel: String
    /// The message that it answers.
    public var replyTo: String?
    public var senderId: String
    /// As the channel numbers it.
    public var messageId: String
    public var attachments: [BlobReference]?
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      text: String,
      channel: String,
      senderId: String,
      messageId: String
    ) {
      self.text = text
      self.channel = channel
      self.senderId = senderId
      self.messageId = messageId
    }
  }
}

extension AgentEvent.Message: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.text = try fields.required("text")
    self.channel = try fields.required("channel")
    self.replyTo = try fields.optional("replyTo")
    self.senderId = try fields.required("senderId")
    self.messageId = try fields.required("messageId")
    self.attachments = try fields.optional("attachments")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["text"] = self.text.lexicon
    fields["channel"] = self.channel.lexicon
    fields["replyTo"] = self.replyTo?.lexicon
    fields["senderId"] = self.senderId.lexicon
    fields["messageId"] = self.messageId.lexicon
    fields["attachments"] = self.attachments?.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// A tool that the agent wants to use.
  public struct ToolCall {
    public var tool: String
    /// What the tool is given.
    public var input: CBORMap?
    public var callId: String
    /// Whether it was allowed.
    public var decision: ATURI
    /// The same as text, where it holds what the data model does not: fractions, or integers beyond
    /// 53 bits.
    public var inputJson: String?
    /// What the call needs to be allowed.
    public var permission: String
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      tool: String,
      callId: String,
      decision: ATURI,
      permission: String
    ) {
      self.tool = tool
      self.callId = callId
      self.decision = decision
      self.permission = permission
    }
  }
}

extension AgentEvent.ToolCall: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.tool = try fields.required("tool")
    self.input = try fields.optional("input")
    self.callId = try fields.required("callId")
    self.decision = try fields.required("decision")
    self.inputJson = try fields.optional("inputJson")
    self.permission = try fields.required("permission")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["tool"] = self.tool.lexicon
    fields["input"] = self.input?.lexicon
    fields["callId"] = self.callId.lexicon
    fields["decision"] = self.decision.lexicon
    fields["inputJson"] = self.inputJson?.lexicon
    fields["permission"] = self.permission.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// What came of a tool's use.
  public struct ToolResult {
    public var ok: Bool
    public var error: String?
    public var callId: String
    /// What it wrote, where that is short.
    public var output: String?
    public var sandbox: AgentEvent.SandboxInfo?
    public var exitCode: Int64?
    /// Milliseconds.
    public var durationMs: Int64
    /// What it wrote, where that is long.
    public var outputBlob: BlobReference?
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      ok: Bool,
      callId: String,
      durationMs: Int64
    ) {
      self.ok = ok
      self.callId = callId
      self.durationMs = durationMs
    }
  }
}

extension AgentEvent.ToolResult: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.ok = try fields.required("ok")
    self.error = try fields.optional("error")
    self.callId = try fields.required("callId")
    self.output = try fields.optional("output")
    self.sandbox = try fields.optional("sandbox")
    self.exitCode = try fields.optional("exitCode")
    self.durationMs = try fields.required("durationMs")
    self.outputBlob = try fields.optional("outputBlob")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["ok"] = self.ok.lexicon
    fields["error"] = self.error?.lexicon
    fields["callId"] = self.callId.lexicon
    fields["output"] = self.output?.lexicon
    fields["sandbox"] = self.sandbox?.lexicon
    fields["exitCode"] = self.exitCode?.lexicon
    fields["durationMs"] = self.durationMs.lexicon
    fields["outputBlob"] = self.outputBlob?.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// Where a tool ran, and what it was allowed.
  public struct SandboxInfo {
    /// Such as namespace, or none.
    public var mode: String
    public var limits: AgentEvent.SandboxLimits
    /// What ended it before its time.
    public var killedBy: KilledBy?
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      mode: String,
      limits: AgentEvent.SandboxLimits
    ) {
      self.mode = mode
      self.limits = limits
    }
  }
}

extension AgentEvent.SandboxInfo: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.mode = try fields.required("mode")
    self.limits = try fields.required("limits")
    self.killedBy = try fields.optional("killedBy")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["mode"] = self.mode.lexicon
    fields["limits"] = self.limits.lexicon
    fields["killedBy"] = self.killedBy?.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// Bounds; one that is absent was not set.
  public struct SandboxLimits {
    /// Milliseconds.
    public var cpuMs: Int64?
    /// Milliseconds.
    public var wallMs: Int64?
    public var processes: Int64?
    public var memoryBytes: Int64?
    public var outputBytes: Int64?
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init() {}
  }
}

extension AgentEvent.SandboxLimits: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.cpuMs = try fields.optional("cpuMs")
    self.wallMs = try fields.optional("wallMs")
    self.processes = try fields.optional("processes")
    self.memoryBytes = try fields.optional("memoryBytes")
    self.outputBytes = try fields.optional("outputBytes")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["cpuMs"] = self.cpuMs?.lexicon
    fields["wallMs"] = self.wallMs?.lexicon
    fields["processes"] = self.processes?.lexicon
    fields["memoryBytes"] = self.memoryBytes?.lexicon
    fields["outputBytes"] = self.outputBytes?.lexicon
    return .map(fields)
  }
}

extension AgentEvent {
  /// The event in fields.
  public indirect enum Body {
    case message(AgentEvent.Message)
    case toolCall(AgentEvent.ToolCall)
    case toolResult(AgentEvent.ToolResult)
    /// An object of a type that is none of these.
    case other(CBORMap)
  }
}

extension AgentEvent.Body: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    switch try FieldReader.unionType(of: value) {
    case "dev.plaited.agent.event#message":
      self = .message(try AgentEvent.Message(lexicon: value))
    case "dev.plaited.agent.event#toolCall":
      self = .toolCall(try AgentEvent.ToolCall(lexicon: value))
    case "dev.plaited.agent.event#toolResult":
      self = .toolResult(try AgentEvent.ToolResult(lexicon: value))
    default: self = .other(try CBORMap(lexicon: value))
    }
  }

  public var lexicon: CBORValue {
    switch self {
    case .message(let value): value.lexicon.typed("dev.plaited.agent.event#message")
    case .toolCall(let value): value.lexicon.typed("dev.plaited.agent.event#toolCall")
    case .toolResult(let value): value.lexicon.typed("dev.plaited.agent.event#toolResult")
    case .other(let map): .map(map)
    }
  }
}

extension AgentEvent {
  /// Of `dev.plaited.agent.event`.
  public struct Kind: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let message = Kind("message")
    public static let toolCall = Kind("toolCall")
    public static let toolResult = Kind("toolResult")
    public static let decision = Kind("decision")
    public static let system = Kind("system")
    public static let rejected = Kind("rejected")
    public static let ssh = Kind("ssh")
  }
}

extension AgentEvent {
  /// Who did it.
  public struct Role: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let owner = Role("owner")
    public static let agent = Role("agent")
    public static let system = Role("system")
  }
}

extension AgentEvent.SandboxInfo {
  /// What ended it before its time.
  public struct KilledBy: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let wallTime = KilledBy("wallTime")
    public static let cpuTime = KilledBy("cpuTime")
    public static let memory = KilledBy("memory")
    public static let output = KilledBy("output")
    public static let signal = KilledBy("signal")
  }
}
