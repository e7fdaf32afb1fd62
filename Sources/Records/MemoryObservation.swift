// MemoryObservation.swift: dev.joelclaw.memory.observation in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// Something noticed in a conversation that is worth keeping.
public struct MemoryObservation {
  public var kind: Kind?
  public var tags: [String]?
  /// The program that noticed it.
  public var source: String?
  /// What was noticed, as one statement.
  public var content: String
  /// What made it look.
  public var trigger: Trigger?
  /// A concept, such as jc:preference.
  public var category: String?
  /// The events from which it was noticed.
  public var evidence: [ATURI]?
  /// 1 is an assertion of the owner, 3 of use, 5 in passing.
  public var priority: Int64
  /// The time that it is about: a datetime, or words such as last summer.
  public var refersTo: String?
  /// When the record was written. Writers send it; old ones have none.
  public var createdAt: Datetime?
  /// SHA-256 in hexadecimal: equal for what was noticed twice.
  public var dedupeKey: String?
  /// The conversation.
  public var sessionId: String
  /// When it was said.
  public var observedAt: Datetime
  /// The observation that this one replaces.
  public var supersedes: ATURI?
  /// How many were found equal and merged into it.
  public var mergedCount: Int64?
  public var writeReason: String?
  /// The observation that replaces this one.
  public var supersededBy: ATURI?
  /// What the gate before the memory said.
  public var writeVerdict: WriteVerdict?
  /// Who chose the category.
  public var categorySource: CategorySource?
  /// The version of the concepts.
  public var taxonomyVersion: String?
  /// Thousandths.
  public var writeConfidence: Int64?
  public var writeGateVersion: String?
  /// Whether the gate could not be asked.
  public var writeGateFallback: Bool?
  /// Thousandths.
  public var categoryConfidence: Int64?
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    content: String,
    priority: Int64,
    sessionId: String,
    observedAt: Datetime
  ) {
    self.content = content
    self.priority = priority
    self.sessionId = sessionId
    self.observedAt = observedAt
  }
}

extension MemoryObservation: LexiconRecord {
  public static var collection: String { "dev.joelclaw.memory.observation" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.kind = try fields.optional("kind")
    self.tags = try fields.optional("tags")
    self.source = try fields.optional("source")
    self.content = try fields.required("content")
    self.trigger = try fields.optional("trigger")
    self.category = try fields.optional("category")
    self.evidence = try fields.optional("evidence")
    self.priority = try fields.required("priority")
    self.refersTo = try fields.optional("refersTo")
    self.createdAt = try fields.optional("createdAt")
    self.dedupeKey = try fields.optional("dedupeKey")
    self.sessionId = try fields.required("sessionId")
    self.observedAt = try fields.required("observedAt")
    self.supersedes = try fields.optional("supersedes")
    self.mergedCount = try fields.optional("mergedCount")
    self.writeReason = try fields.optional("writeReason")
    self.supersededBy = try fields.optional("supersededBy")
    self.writeVerdict = try fields.optional("writeVerdict")
    self.categorySource = try fields.optional("categorySource")
    self.taxonomyVersion = try fields.optional("taxonomyVersion")
    self.writeConfidence = try fields.optional("writeConfidence")
    self.writeGateVersion = try fields.optional("writeGateVersion")
    self.writeGateFallback = try fields.optional("writeGateFallback")
    self.categoryConfidence = try fields.optional("categoryConfidence")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.joelclaw.memory.observation"
    fields["kind"] = self.kind?.lexicon
    fields["tags"] = self.tags?.lexicon
    fields["source"] = self.source?.lexicon
    fields["content"] = self.content.lexicon
    fields["trigger"] = self.trigger?.lexicon
    fields["category"] = self.category?.lexicon
    fields["evidence"] = self.evidence?.lexicon
    fields["priority"] = self.priority.lexicon
    fields["refersTo"] = self.refersTo?.lexicon
    fields["createdAt"] = self.createdAt?.lexicon
    fields["dedupeKey"] = self.dedupeKey?.lexicon
    fields["sessionId"] = self.sessionId.lexicon
    fields["observedAt"] = self.observedAt.lexicon
    fields["supersedes"] = self.supersedes?.lexicon
    fields["mergedCount"] = self.mergedCount?.lexicon
    fields["writeReason"] = self.writeReason?.lexicon
    fields["supersededBy"] = self.supersededBy?.lexicon
    fields["writeVerdict"] = self.writeVerdict?.lexicon
    fields["categorySource"] = self.categorySource?.lexicon
    fields["taxonomyVersion"] = self.taxonomyVersion?.lexicon
    fields["writeConfidence"] = self.writeConfidence?.lexicon
    fields["writeGateVersion"] = self.writeGateVersion?.lexicon
    fields["writeGateFallback"] = self.writeGateFallback?.lexicon
    fields["categoryConfidence"] = self.categoryConfidence?.lexicon
    return .map(fields)
  }
}

extension MemoryObservation {
  /// Of `dev.joelclaw.memory.observation`.
  public struct Kind: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let assertion = Kind("assertion")
    public static let question = Kind("question")
    public static let stateChange = Kind("stateChange")
    public static let task = Kind("task")
  }
}

extension MemoryObservation {
  /// What made it look.
  public struct Trigger: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let compaction = Trigger("compaction")
    public static let shutdown = Trigger("shutdown")
    public static let noted = Trigger("noted")
  }
}

extension MemoryObservation {
  /// What the gate before the memory said.
  public struct WriteVerdict: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let allow = WriteVerdict("allow")
    public static let hold = WriteVerdict("hold")
    public static let discard = WriteVerdict("discard")
  }
}

extension MemoryObservation {
  /// Who chose the category.
  public struct CategorySource: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let rules = CategorySource("rules")
    public static let llm = CategorySource("llm")
    public static let fallback = CategorySource("fallback")
    public static let external = CategorySource("external")
  }
}
