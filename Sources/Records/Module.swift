// Module.swift: dev.plaited.module in Swift.
//
// Made from the schema by `plaited lex gen --swift`: change that, and make this again.
import ATSyntax
import DAGCBOR
import Lexicon

/// A part that the agent built: its files, what it needs, and what it costs.
public struct Module {
  /// The collection in which it keeps its data.
  public var data: NSID
  public var name: String
  public var files: [Module.File]
  /// Its last grade.
  public var grade: ATURI?
  public var price: Module.Price?
  /// How much of a whole it is.
  public var scale: Scale
  public var status: Status
  public var runtime: Runtime
  public var version: String
  public var boundary: Module.Boundary
  /// Names of what it does.
  public var behaviors: [String]
  /// When the record was written.
  public var createdAt: Datetime
  /// The commit from which its files come.
  public var gitCommit: String?
  /// Which kinds of parts it has.
  public var vocabulary: [Vocabulary]
  /// Rules that come with it.
  public var constraints: [RepoStrongRef]?
  /// Fields that the schema does not have, kept as they are.
  public var otherFields = CBORMap()

  public init(
    data: NSID,
    name: String,
    files: [Module.File],
    scale: Scale,
    status: Status,
    runtime: Runtime,
    version: String,
    boundary: Module.Boundary,
    behaviors: [String],
    createdAt: Datetime,
    vocabulary: [Vocabulary]
  ) {
    self.data = data
    self.name = name
    self.files = files
    self.scale = scale
    self.status = status
    self.runtime = runtime
    self.version = version
    self.boundary = boundary
    self.behaviors = behaviors
    self.createdAt = createdAt
    self.vocabulary = vocabulary
  }
}

extension Module: LexiconRecord {
  public static var collection: String { "dev.plaited.module" }

  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.data = try fields.required("data")
    self.name = try fields.required("name")
    self.files = try fields.required("files")
    self.grade = try fields.optional("grade")
    self.price = try fields.optional("price")
    self.scale = try fields.required("scale")
    self.status = try fields.required("status")
    self.runtime = try fields.required("runtime")
    self.version = try fields.required("version")
    self.boundary = try fields.required("boundary")
    self.behaviors = try fields.required("behaviors")
    self.createdAt = try fields.required("createdAt")
    self.gitCommit = try fields.optional("gitCommit")
    self.vocabulary = try fields.required("vocabulary")
    self.constraints = try fields.optional("constraints")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["$type"] = "dev.plaited.module"
    fields["data"] = self.data.lexicon
    fields["name"] = self.name.lexicon
    fields["files"] = self.files.lexicon
    fields["grade"] = self.grade?.lexicon
    fields["price"] = self.price?.lexicon
    fields["scale"] = self.scale.lexicon
    fields["status"] = self.status.lexicon
    fields["runtime"] = self.runtime.lexicon
    fields["version"] = self.version.lexicon
    fields["boundary"] = self.boundary.lexicon
    fields["behaviors"] = self.behaviors.lexicon
    fields["createdAt"] = self.createdAt.lexicon
    fields["gitCommit"] = self.gitCommit?.lexicon
    fields["vocabulary"] = self.vocabulary.lexicon
    fields["constraints"] = self.constraints?.lexicon
    return .map(fields)
  }
}

extension Module {
  /// A file of the module.
  public struct File {
    /// SHA-256 in hexadecimal.
    public var sha: String
    public var blob: BlobReference
    /// From the module's root.
    public var path: String
    public var mimeType: String
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      sha: String,
      blob: BlobReference,
      path: String,
      mimeType: String
    ) {
      self.sha = sha
      self.blob = blob
      self.path = path
      self.mimeType = mimeType
    }
  }
}

extension Module.File: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.sha = try fields.required("sha")
    self.blob = try fields.required("blob")
    self.path = try fields.required("path")
    self.mimeType = try fields.required("mimeType")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["sha"] = self.sha.lexicon
    fields["blob"] = self.blob.lexicon
    fields["path"] = self.path.lexicon
    fields["mimeType"] = self.mimeType.lexicon
    return .map(fields)
  }
}

extension Module {
  /// What a use costs.
  public struct Price {
    /// In which token.
    public var asset: String?
    /// To which address.
    public var payTo: String?
    /// A decimal number.
    public var amount: String
    /// Where it is paid: base, or eip155:8453.
    public var network: String
    public var currency: String
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      amount: String,
      network: String,
      currency: String
    ) {
      self.amount = amount
      self.network = network
      self.currency = currency
    }
  }
}

extension Module.Price: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.asset = try fields.optional("asset")
    self.payTo = try fields.optional("payTo")
    self.amount = try fields.required("amount")
    self.network = try fields.required("network")
    self.currency = try fields.required("currency")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["asset"] = self.asset?.lexicon
    fields["payTo"] = self.payTo?.lexicon
    fields["amount"] = self.amount.lexicon
    fields["network"] = self.network.lexicon
    fields["currency"] = self.currency.lexicon
    return .map(fields)
  }
}

extension Module {
  /// What others may do with it.
  public struct Boundary {
    /// Who finds it.
    public var search: Search
    /// Who may use it: everyone, whom the owner allows, nobody.
    public var participation: Participation
    /// Fields that the schema does not have, kept as they are.
    public var otherFields = CBORMap()

    public init(
      search: Search,
      participation: Participation
    ) {
      self.search = search
      self.participation = participation
    }
  }
}

extension Module.Boundary: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    var fields = try FieldReader(value)
    self.search = try fields.required("search")
    self.participation = try fields.required("participation")
    otherFields = fields.rest
  }

  public var lexicon: CBORValue {
    var fields = otherFields
    fields["search"] = self.search.lexicon
    fields["participation"] = self.participation.lexicon
    return .map(fields)
  }
}

extension Module {
  /// How much of a whole it is.
  public struct Scale: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let s1 = Scale("S1")
    public static let s2 = Scale("S2")
    public static let s3 = Scale("S3")
    public static let s4 = Scale("S4")
    public static let s5 = Scale("S5")
    public static let s6 = Scale("S6")
    public static let s7 = Scale("S7")
    public static let s8 = Scale("S8")
  }
}

extension Module {
  /// Of `dev.plaited.module`.
  public struct Status: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let draft = Status("draft")
    public static let saved = Status("saved")
    public static let shared = Status("shared")
    public static let retired = Status("retired")
  }
}

extension Module {
  /// Of `dev.plaited.module`.
  public struct Runtime: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let plaitedJs = Runtime("plaited-js")
    public static let exec = Runtime("exec")
  }
}

extension Module {
  /// Of `dev.plaited.module`.
  public struct Vocabulary: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let objects = Vocabulary("objects")
    public static let channels = Vocabulary("channels")
    public static let levers = Vocabulary("levers")
    public static let loops = Vocabulary("loops")
    public static let blocks = Vocabulary("blocks")
  }
}

extension Module.Boundary {
  /// Who finds it.
  public struct Search: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let all = Search("all")
    public static let none = Search("none")
  }
}

extension Module.Boundary {
  /// Who may use it: everyone, whom the owner allows, nobody.
  public struct Participation: OpenText {
    public let text: String
    public init(_ text: String) { self.text = text }

    public static let all = Participation("all")
    public static let ask = Participation("ask")
    public static let none = Participation("none")
  }
}
