// MediaProcessed.swift: dev.joelclaw.media.processed in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// What became of a picture, a sound, a film or a document that came in.
public struct MediaProcessed {
  /// What it is.
  public var type: TypeValue
  /// Why it failed.
  public var error: String?
  /// The event that brought it.
  public var event: ATURI?
  /// The content itself; equal content is kept once.
  public var media: BlobReference?
  /// Pixels.
  public var width: Int64?
  /// Pixels.
  public var height: Int64?
  /// Where it came from.
  public var source: Source
  /// What became of it.
  public var status: Status
  /// What the sender wrote beside it.
  public var caption: String?
  /// As the sender called it.
  public var fileName: String?
  /// Bytes.
  public var fileSize: Int64?
  public var mimeType: String?
  /// When the record was written.
  public var createdAt: Datetime
  /// Where it was put on the machine; a hint, the blob is the truth.
  public var localPath: String?
  /// Milliseconds.
  public var durationMs: Int64?
  /// What is said in it, where that is short.
  public var transcript: String?
  /// Where it is kept for long.
  public var archivePath: String?
  /// What is seen in it.
  public var description: String?
  /// When the work was done.
  public var processedAt: Datetime
  /// The session that asked for it.
  public var originSession: String?
  /// The note that is about it.
  public var vaultNotePath: String?
  /// What is said in it, where that is long.
  public var transcriptBlob: BlobReference?
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    type: TypeValue,
    source: Source,
    status: Status,
    createdAt: Datetime,
    processedAt: Datetime
  ) {
    self.type = type
    self.source = source
    self.status = status
    self.createdAt = createdAt
    self.processedAt = processedAt
  }
}

extension MediaProcessed: LexiconRecord {
  public static var collection: String { "dev.joelclaw.media.processed" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.type = try fields.required("type")
    self.error = try fields.optional("error")
    self.event = try fields.optional("event")
    self.media = try fields.optional("media")
    self.width = try fields.optional("width")
    self.height = try fields.optional("height")
    self.source = try fields.required("source")
    self.status = try fields.required("status")
    self.caption = try fields.optional("caption")
    self.fileName = try fields.optional("fileName")
    self.fileSize = try fields.optional("fileSize")
    self.mimeType = try fields.optional("mimeType")
    self.createdAt = try fields.required("createdAt")
    self.localPath = try fields.optional("localPath")
    self.durationMs = try fields.optional("durationMs")
    self.transcript = try fields.optional("transcript")
    self.archivePath = try fields.optional("archivePath")
    self.description = try fields.optional("description")
    self.processedAt = try fields.required("processedAt")
    self.originSession = try fields.optional("originSession")
    self.vaultNotePath = try fields.optional("vaultNotePath")
    self.transcriptBlob = try fields.optional("transcriptBlob")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.joelclaw.media.processed"
    fields["type"] = self.type.lexicon
    fields["error"] = self.error?.lexicon
    fields["event"] = self.event?.lexicon
    fields["media"] = self.media?.lexicon
    fields["width"] = self.width?.lexicon
    fields["height"] = self.height?.lexicon
    fields["source"] = self.source.lexicon
    fields["status"] = self.status.lexicon
    fields["caption"] = self.caption?.lexicon
    fields["fileName"] = self.fileName?.lexicon
    fields["fileSize"] = self.fileSize?.lexicon
    fields["mimeType"] = self.mimeType?.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["localPath"] = self.localPath?.lexicon
    fields["durationMs"] = self.durationMs?.lexicon
    fields["transcript"] = self.transcript?.lexicon
    fields["archivePath"] = self.archivePath?.lexicon
    fields["description"] = self.description?.lexicon
    fields["processedAt"] = self.processedAt.lexicon
    fields["originSession"] = self.originSession?.lexicon
    fields["vaultNotePath"] = self.vaultNotePath?.lexicon
    fields["transcriptBlob"] = self.transcriptBlob?.lexicon
    return .map(fields)
  }
}

extension MediaProcessed {
  /// What it is.
  public struct TypeValue: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let image = TypeValue("image")
    public static let audio = TypeValue("audio")
    public static let video = TypeValue("video")
    public static let document = TypeValue("document")
  }
}

extension MediaProcessed {
  /// Where it came from.
  public struct Source: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let telegram = Source("telegram")
    public static let imessage = Source("imessage")
    public static let slack = Source("slack")
    public static let cli = Source("cli")
    public static let bluesky = Source("bluesky")
  }
}

extension MediaProcessed {
  /// What became of it.
  public struct Status: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let processed = Status("processed")
    public static let alreadyProcessed = Status("alreadyProcessed")
    public static let failed = Status("failed")
  }
}
