// Catalog.swift: the schemas that are known here, with their references followed.
//
// A catalog is a value that does not change; loading one compiles every definition once
// (SchemaProgram). What it is asked is in Catalog+Check and Catalog+Parameters, where its documents
// come from in Catalog+Folder.
// Spec: https://atproto.com/specs/lexicon
import ATSyntax
import DAGCBOR

/// A set of Lexicon documents, ready to hold data to them. Cheap to copy; any number of threads may
/// use it.
public struct Catalog: Sendable {
  /// By NSID, each once.
  public let documents: [LexiconDocument]
  /// References to documents that are not here, with the places that they are made at, in order.
  public let unresolved: [UnresolvedReference]
  private let indices: [NSID: Int]
  /// The data that each definition means.
  let types: [Reference: FieldType]
  /// The same compiled, for encoded records.
  let program: SchemaProgram
  /// The collections.
  let records: [NSID: RecordSchema]

  /// What records of a collection must be.
  struct RecordSchema {
    var definition: RecordDefinition
    /// In `program`.
    var step: Int32
  }

  /// A reference that this catalog cannot follow.
  public struct UnresolvedReference: Hashable, Sendable {
    public var document: NSID
    /// A JSON Pointer into the document.
    public var path: String
    public var reference: Reference
  }

  /// A catalog of nothing, to which every schema is unknown.
  public init() {
    (documents, unresolved, indices, types) = ([], [], [:], [:])
    program = SchemaProgram(ProgramBuilder([:]))
    records = [:]
  }

  /// Takes documents in any order. The same document twice counts once.
  ///
  /// - Complexity: linear in the documents; references may form cycles and be of any length.
  /// - Throws: `.documentRepeated`; `.noDefinition` and `.target` for a reference into a document
  ///   that is here. One into a document that is not here is no error: see `unresolved`.
  public init(_ documents: some Sequence<LexiconDocument>) throws(LexiconError) {
    var byID: [NSID: LexiconDocument] = [:]
    for document in documents {
      if let other = byID[document.id], other != document {
        throw LexiconError(document.id.description, at: "", .schema(.documentRepeated))
      }
      byID[document.id] = document
      guard byID.count <= LexiconLimits.documentCountMax else {
        throw LexiconError("", at: "", .schema(.file(.tooManyFiles)))
      }
    }
    let sorted = byID.values.sorted { $0.id < $1.id }
    self.documents = sorted
    indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.id, $0) })
    var definitions: [Reference: Definition] = [:]
    for document in sorted {
      for named in document.definitions {
        definitions[Reference(document.id, named.name)] = named.definition
      }
    }
    types = definitions.compactMapValues(\.dataType)
    program = SchemaProgram(ProgramBuilder(types))
    var records: [NSID: RecordSchema] = [:]
    for (reference, step) in program.entries {
      if case .record(let definition)? = definitions[reference] {
        records[reference.document] = RecordSchema(definition: definition, step: step)
      }
    }
    self.records = records
    unresolved = try Catalog.followReferences(in: sorted, definitions, Set(indices.keys))
  }

  /// The document called `id`. Cost: one look into a table.
  public subscript(id: NSID) -> LexiconDocument? { indices[id].map { documents[$0] } }

  /// The definition that a reference names.
  public subscript(reference: Reference) -> Definition? {
    self[reference.document]?[reference.name]
  }

  /// This catalog with more documents; one that is here already is replaced.
  public func adding(_ more: some Sequence<LexiconDocument>) throws(LexiconError) -> Catalog {
    var byID = Dictionary(uniqueKeysWithValues: documents.map { ($0.id, $0) })
    for document in more { byID[document.id] = document }
    return try Catalog(byID.values)
  }

  // MARK: References

  private static func followReferences(
    in documents: [LexiconDocument], _ definitions: [Reference: Definition], _ known: Set<NSID>
  ) throws(LexiconError) -> [UnresolvedReference] {
    var unresolved: [UnresolvedReference] = []
    for document in documents {
      try document.forEachField { (field) throws(LexiconError) in
        for (reference, step) in field.schema.type.references {
          let path = field.path + step
          if let found = definitions[reference] {
            try check(found, of: reference, from: field, in: document, at: path)
          } else if known.contains(reference.document) {
            throw LexiconError(
              document.id.description, at: path, .schema(.noDefinition(reference)))
          } else {
            unresolved.append(
              UnresolvedReference(document: document.id, path: path, reference: reference))
          }
        }
      }
    }
    return unresolved
  }

  private static func check(
    _ found: Definition, of reference: Reference, from field: PlacedField,
    in document: LexiconDocument, at path: String
  ) throws(LexiconError) {
    let expected: String
    switch (field.schema.type, found.dataType) {
    case (_, nil): expected = "a type that has data"
    case (.union, .object?): return
    case (.union, _): expected = "an object or a record"
    default: return
    }
    throw LexiconError(
      document.id.description, at: path,
      .schema(.target(reference, type: found.typeName, expected: expected)))
  }
}

extension FieldType {
  /// The references made here, not inside, each with the rest of its place.
  var references: [(Reference, String)] {
    switch self {
    case .ref(let reference): [(reference, "/ref")]
    case .union(let union): union.refs.enumerated().map { ($1, "/refs/\($0)") }
    case .boolean, .integer, .string, .bytes, .cidLink, .blob, .array, .object, .unknown: []
    }
  }
}
