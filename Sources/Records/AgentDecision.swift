// AgentDecision.swift: dev.plaited.agent.decision in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// Whether something that was wanted was allowed, and by which constraints it was blocked. Never
/// changed.
public struct AgentDecision {
  /// When it was decided.
  public var ts: Datetime
  /// Steps that the decision took.
  public var fuel: Int64
  /// What was wanted, in full.
  public var detail: CBORMap?
  public var outcome: Outcome
  /// The session in which it was wanted.
  public var session: ATURI?
  /// Every constraint that stood against it.
  public var blockedBy: [AgentDecision.Blocker]
  /// When the record was written.
  public var createdAt: Datetime
  /// The rev of the repo whose constraints were loaded.
  public var engineRev: TID
  /// What was wanted.
  public var eventType: String
  /// Who allowed what needed approval.
  public var approvedBy: String?
  /// The same as text, where it holds what the data model does not: fractions, or integers beyond
  /// 53 bits.
  public var detailJson: String?
  /// Microseconds.
  public var durationUs: Int64
  /// SHA-256 of the detail in hexadecimal: what was decided on, even where it is not kept.
  public var detailDigest: String
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    ts: Datetime,
    fuel: Int64,
    outcome: Outcome,
    blockedBy: [AgentDecision.Blocker],
    createdAt: Datetime,
    engineRev: TID,
    eventType: String,
    durationUs: Int64,
    detailDigest: String
  ) {
    self.ts = ts
    self.fuel = fuel
    self.outcome = outcome
    self.blockedBy = blockedBy
    self.createdAt = createdAt
    self.engineRev = engineRev
    self.eventType = eventType
    self.durationUs = durationUs
    self.detailDigest = detailDigest
  }
}

extension AgentDecision: LexiconRecord {
  public static var collection: String { "dev.plaited.agent.decision" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.ts = try fields.required("ts")
    self.fuel = try fields.required("fuel")
    self.detail = try fields.optional("detail")
    self.outcome = try fields.required("outcome")
    self.session = try fields.optional("session")
    self.blockedBy = try fields.required("blockedBy")
    self.createdAt = try fields.required("createdAt")
    self.engineRev = try fields.required("engineRev")
    self.eventType = try fields.required("eventType")
    self.approvedBy = try fields.optional("approvedBy")
    self.detailJson = try fields.optional("detailJson")
    self.durationUs = try fields.required("durationUs")
    self.detailDigest = try fields.required("detailDigest")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.agent.decision"
    fields["ts"] = self.ts.lexicon
    fields["fuel"] = self.fuel.lexicon
    fields["detail"] = self.detail?.lexicon
    fields["outcome"] = self.outcome.lexicon
    fields["session"] = self.session?.lexicon
    fields["blockedBy"] = self.blockedBy.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["engineRev"] = self.engineRev.lexicon
    fields["eventType"] = self.eventType.lexicon
    fields["approvedBy"] = self.approvedBy?.lexicon
    fields["detailJson"] = self.detailJson?.lexicon
    fields["durationUs"] = self.durationUs.lexicon
    fields["detailDigest"] = self.detailDigest.lexicon
    return .map(fields)
  }
}

extension AgentDecision {
  /// A constraint, and where in it the event was blocked.
  public struct Blocker {
    /// In this version.
    public var cid: String
    /// Which of the thread's waits it was, from 0.
    public var sync: Int64
    /// The thread of the program that blocked.
    public var thread: String
    /// The constraint.
    public var constraint: ATURI
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      cid: String,
      sync: Int64,
      thread: String,
      constraint: ATURI
    ) {
      self.cid = cid
      self.sync = sync
      self.thread = thread
      self.constraint = constraint
    }
  }
}

extension AgentDecision.Blocker: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.cid = try fields.required("cid")
    self.sync = try fields.required("sync")
    self.thread = try fields.required("thread")
    self.constraint = try fields.required("constraint")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["cid"] = self.cid.lexicon
    fields["sync"] = self.sync.lexicon
    fields["thread"] = self.thread.lexicon
    fields["constraint"] = self.constraint.lexicon
    return .map(fields)
  }
}

extension AgentDecision {
  /// Of `dev.plaited.agent.decision`.
  public struct Outcome: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let allowed = Outcome("allowed")
    public static let blocked = Outcome("blocked")
    public static let error = Outcome("error")
    public static let needsApproval = Outcome("needsApproval")
  }
}
