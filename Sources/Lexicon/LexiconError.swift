// LexiconError.swift: what is wrong with a schema or with data, and where.
//
// Cases carry evidence; the sentences are in LexiconError+Text.
import ATSyntax
import DAGCBOR

/// A violation: in which document or by which schema, at which place, of which rule.
public struct LexiconError: Error, Hashable, Sendable {
  /// The NSID of the document; a file's path where its NSID could not be read; empty where neither
  /// is known.
  public var document: String
  /// A JSON Pointer (RFC 6901) into the document for a rule of schemas, into the data for a rule of
  /// data; empty for all of it. For a parameter, `/` and its name.
  public var path: String
  public var rule: Rule

  public init(_ document: String, at path: String, _ rule: Rule) {
    self.document = document
    self.path = path
    self.rule = rule
  }
}

extension LexiconError {
  /// What was broken, with what was found and what was expected.
  public enum Rule: Hashable, Sendable {
    /// A rule of schemas.
    case schema(SchemaRule)
    /// A rule of data.
    case data(DataRule)
  }

  /// What a schema document must be.
  public enum SchemaRule: Hashable, Sendable {
    case json(JSONError)
    case encoding(CBORError)
    case file(FileFault)
    case kind(expected: ValueKind, found: ValueKind)
    case missing(key: String)
    case version(found: Int64)
    case syntax(SyntaxError)
    /// A definition or a field of a type that the language does not have, or not here.
    case type(found: String, expected: [String])
    /// A type that only `main` may have.
    case notMain(type: String)
    case name(found: String)
    case reservedName(found: String)
    case empty
    case repeated(found: String)
    case tooMany(found: Int, max: Int)
    case nesting
    /// A value outside of what is written `expected`.
    case value(found: String, expected: String)
    /// A lower bound over its upper one.
    case bounds(lower: String, upper: String)
    /// A default or constant that the constraints beside it refuse.
    case contradiction(key: String, DataRule)
    /// `required` or `nullable` of a property that there is not.
    case undefinedProperty(name: String)
    case closedEmptyUnion
    /// A reference to something that has no data, or is not an object where a union needs one.
    case target(Reference, type: String, expected: String)
    /// A reference into a document that is there, to a definition that is not.
    case noDefinition(Reference)
    case documentRepeated
    /// A published schema whose key is not its id.
    case recordKey(expected: String, found: String)
  }

  /// What a schema asks of data.
  public enum DataRule: Hashable, Sendable {
    case encoding(CBORError)
    case nesting
    case kind(expected: ValueKind, found: ValueKind)
    case missing(key: String)
    case notNullable
    case tooShort(Measure, found: Int, min: Int)
    case tooLong(Measure, found: Int, max: Int)
    case tooSmall(found: Int64, min: Int64)
    case tooLarge(found: Int64, max: Int64)
    /// Not the constant, or none of a closed set: at most eight are told.
    case notAllowed(found: Scalar, allowed: [Scalar])
    case format(StringFormat, SyntaxError)
    case blobShape
    case blobType(found: String, accept: [MediaType])
    case blobSize(found: Int64, max: Int64)
    case unionWithoutType
    case unionType(found: String, allowed: [Reference])
    /// `x.y.z#main`, which is written `x.y.z`.
    case mainInType(found: String)
    case recordType(expected: NSID, found: String?)
    case recordKey(expected: RecordKeyType, found: RecordKey)
    /// No schema of this name is here.
    case unknownSchema
    /// The name is that of a query, say.
    case notARecord(type: String)
    /// The schema refers to a document that is not here.
    case unresolved(Reference)
    case parameterText(found: String, expected: ValueKind)
    case parameterRepeated(count: Int)
    case tooManyParameters(max: Int)
  }

  /// What a bound counts.
  public enum Measure: String, Hashable, Sendable {
    case bytes
    case graphemes
    case elements
  }

  /// A constant or one value of a closed set.
  public enum Scalar: Hashable, Sendable {
    case bool(Bool)
    case integer(Int64)
    case string(String)
  }

  /// Why the files of a catalog could not be read.
  public enum FileFault: Hashable, Sendable {
    /// A system call and its error number.
    case system(call: String, errno: Int32)
    case tooLarge(byteCount: Int)
    case tooManyFiles
    case folderTooDeep
    /// The file's place does not say its NSID: `app/example/note.json` for `app.example.note`.
    case place(expected: String)
  }
}

/// The kinds of value of the data model, as errors name them.
public enum ValueKind: String, Hashable, Sendable {
  case null
  case boolean
  case integer
  case string
  case bytes
  case link = "cid-link"
  case array
  case object
  case blob

  init(of value: CBORValue) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .integer: self = .integer
    case .string: self = .string
    case .bytes: self = .bytes
    case .array: self = .array
    case .link, .foreignLink: self = .link
    case .map(let map): self = map["$type"]?.stringValue == "blob" ? .blob : .object
    }
  }
}
