// DocumentReader.swift: from a document's JSON or record to its definitions, strictly.
//
// Everything that the language says is checked that can be told from the document alone: kinds,
// types, names, bounds that contradict each other, defaults that their own constraints refuse. Keys
// that the language does not know are kept and ignored. Fields are read in DocumentReader+Fields,
// methods in DocumentReader+Methods; references are followed by Catalog.
// Spec: https://atproto.com/specs/lexicon
import ATSyntax
import DAGCBOR

extension LexiconDocument {
  /// Reads a document's JSON text. Errors call it `name`, such as its file's path, as long as its
  /// id is not known.
  ///
  /// - Complexity: linear in the text, which has at most `LexiconLimits.documentByteCountMax`
  ///   bytes.
  /// - Throws: the first rule that it breaks, with its place.
  public init(json text: [UInt8], name: String = "") throws(LexiconError) {
    guard text.count <= LexiconLimits.documentByteCountMax else {
      throw LexiconError(name, at: "", .schema(.file(.tooLarge(byteCount: text.count))))
    }
    let value: CBORValue
    do throws(JSONError) {
      value = try JSONForm.decode(text, as: .plain)
    } catch {
      throw LexiconError(name, at: "", .schema(.json(error)))
    }
    try self.init(value, name: name)
  }

  /// Reads a published document: a record of `com.atproto.lexicon.schema` and its key.
  ///
  /// - Throws: as for JSON; `.recordKey` where the key is not the document's id.
  public init(record value: CBORValue, key: RecordKey) throws(LexiconError) {
    try self.init(value, name: key.description)
    guard id.description == key.description else {
      throw LexiconError(
        id.description, at: "",
        .schema(.recordKey(expected: id.description, found: key.description)))
    }
  }

  /// Reads a document that was decoded already; throws as `init(json:name:)` does.
  public init(_ value: CBORValue, name: String = "") throws(LexiconError) {
    let unnamed = try SchemaNode(value, document: name, path: "")
    let version = try unnamed.integer("lexicon")
    guard let version else { throw unnamed.fail(.missing(key: "lexicon")) }
    guard version == 1 else { throw unnamed.fail(.version(found: version), at: "lexicon") }
    let text = try unnamed.string("id")
    do throws(SyntaxError) {
      id = try NSID(text)
    } catch {
      throw unnamed.fail(.syntax(error), at: "id")
    }
    let document = try SchemaNode(value, document: id.description, path: "")
    description = try document.optionalString("description")
    source = document.map
    let reader = DocumentReader(id: id)
    let definitions = try document.child("defs")
    guard !definitions.map.isEmpty else { throw document.fail(.empty, at: "defs") }
    var named: [NamedDefinition] = []
    for (name, value) in definitions.map {
      guard Reference.isDefinitionName(name) else {
        throw definitions.fail(.name(found: name), at: name)
      }
      let node = try definitions.child(name, value)
      named.append(
        NamedDefinition(
          name: name, description: try node.optionalString("description"),
          definition: try reader.definition(node, called: name)))
    }
    self.definitions = named
  }
}

/// Reads the definitions of one document.
struct DocumentReader {
  let id: NSID

  private static let fieldTypes = [
    "boolean", "integer", "string", "bytes", "cid-link", "blob", "array", "object",
  ]
  private static let primaryTypes = [
    "record", "query", "procedure", "subscription", "permission-set",
  ]

  func definition(_ node: SchemaNode, called name: String) throws(LexiconError) -> Definition {
    let type = try node.string("type")
    if DocumentReader.primaryTypes.contains(type), name != Reference.mainName {
      throw node.fail(.notMain(type: type), at: "type")
    }
    switch type {
    case "record": return .record(try record(node))
    case "query": return .query(try method(node, hasInput: false))
    case "procedure": return .procedure(try method(node, hasInput: true))
    case "subscription": return .subscription(try subscription(node))
    case "permission-set": return .permissionSet(try permissionSet(node))
    case "token": return .token
    case _ where DocumentReader.fieldTypes.contains(type):
      return .field(try field(node).type)
    default:
      throw node.fail(
        .type(
          found: type,
          expected: DocumentReader.fieldTypes + ["token"] + DocumentReader.primaryTypes),
        at: "type")
    }
  }

  private func record(_ node: SchemaNode) throws(LexiconError) -> RecordDefinition {
    let text = try node.string("key")
    guard let key = RecordKeyType(text) else {
      throw node.fail(
        .value(found: text, expected: "tid, nsid, any or literal: and a record key"), at: "key")
    }
    let object = try node.child("record")
    try expect("object", of: object)
    return RecordDefinition(key: key, object: try self.object(object))
  }

  /// Refuses a node of another type.
  func expect(_ type: String, of node: SchemaNode) throws(LexiconError) {
    let found = try node.string("type")
    guard found == type else {
      throw node.fail(.type(found: found, expected: [type]), at: "type")
    }
  }
}
