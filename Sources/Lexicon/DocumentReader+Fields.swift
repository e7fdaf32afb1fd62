// DocumentReader+Fields.swift: the types of fields and their constraints.
import ATSyntax
import DAGCBOR

extension DocumentReader {
  /// Every type that data can have. Recursion is over the document's nesting, which is bounded.
  func field(_ node: SchemaNode) throws(LexiconError) -> FieldSchema {
    let type: FieldType
    switch try node.string("type") {
    case "boolean": type = .boolean(try boolean(node))
    case "integer": type = .integer(try integer(node))
    case "string": type = .string(try string(node))
    case "bytes":
      var bytes = BytesSchema()
      (bytes.minLength, bytes.maxLength) = try node.counts("minLength", "maxLength")
      type = .bytes(bytes)
    case "cid-link": type = .cidLink
    case "blob": type = .blob(try blob(node))
    case "array": type = .array(try array(node))
    case "object": type = .object(try object(node))
    case "ref": type = .ref(try reference(try node.string("ref"), at: "ref", of: node))
    case "union": type = .union(try union(node))
    case "unknown": type = .unknown
    case let other:
      throw node.fail(.type(found: other, expected: DocumentReader.dataTypes), at: "type")
    }
    return FieldSchema(type, description: try node.optionalString("description"))
  }

  static let dataTypes = [
    "boolean", "integer", "string", "bytes", "cid-link", "blob", "array", "object", "ref", "union",
    "unknown",
  ]

  // MARK: Containers

  func object(_ node: SchemaNode) throws(LexiconError) -> ObjectSchema {
    let required = try names("required", of: node)
    let nullable = try names("nullable", of: node)
    var properties: [ObjectSchema.Property] = []
    if let children = try node.optionalChild("properties") {
      for (name, value) in children.map {
        guard !name.isEmpty, !name.hasPrefix("$") else {
          throw children.fail(.reservedName(found: name), at: name)
        }
        properties.append(
          ObjectSchema.Property(
            name: name, schema: try field(try children.child(name, value)),
            isRequired: required.contains(name), isNullable: nullable.contains(name)))
      }
    }
    let object = ObjectSchema(properties: properties)
    for (key, names) in [("required", required), ("nullable", nullable)] {
      for (index, name) in names.values.enumerated() where object.property(name) == nil {
        throw node.fail(.undefinedProperty(name: name), at: "\(key)/\(index)", isPath: true)
      }
    }
    return object
  }

  private func names(_ key: String, of node: SchemaNode) throws(LexiconError) -> TextSet {
    try textSet(try node.strings(key) ?? [], key, of: node)
  }

  private func textSet(
    _ texts: [String], _ key: String, of node: SchemaNode
  ) throws(LexiconError) -> TextSet {
    if let set = TextSet(texts) { return set }
    var seen: [String] = []
    for text in texts {
      if seen.contains(where: { $0.isSame(as: text) }) {
        throw node.fail(.repeated(found: text), at: key)
      }
      seen.append(text)
    }
    preconditionFailure("a text set refused \(texts.count) texts of which none is repeated")
  }

  private func array(_ node: SchemaNode) throws(LexiconError) -> ArraySchema {
    var array = ArraySchema(of: try field(try node.child("items")))
    (array.minLength, array.maxLength) = try node.counts("minLength", "maxLength")
    return array
  }

  func union(_ node: SchemaNode) throws(LexiconError) -> UnionSchema {
    guard let texts = try node.strings("refs") else { throw node.fail(.missing(key: "refs")) }
    try node.checkChoices(texts.count, "refs")
    var refs: [Reference] = []
    var seen: Set<Reference> = []
    for (index, text) in texts.enumerated() {
      let reference = try reference(text, at: "refs/\(index)", of: node)
      guard seen.insert(reference).inserted else {
        throw node.fail(.repeated(found: text), at: "refs")
      }
      refs.append(reference)
    }
    let isClosed = try node.boolean("closed") ?? false
    if isClosed, refs.isEmpty { throw node.fail(.closedEmptyUnion) }
    return UnionSchema(refs: refs, isClosed: isClosed)
  }

  func reference(
    _ text: String, at step: String, of node: SchemaNode
  ) throws(LexiconError) -> Reference {
    guard let reference = Reference(text, in: id) else {
      throw node.fail(
        .value(found: text, expected: "an NSID, an NSID and #name, or #name"), at: step,
        isPath: true)
    }
    return reference
  }

  // MARK: Scalars

  private func boolean(_ node: SchemaNode) throws(LexiconError) -> BooleanSchema {
    var schema = BooleanSchema()
    schema.const = try node.boolean("const")
    let value = try node.boolean("default")
    if let value, let fault = schema.fault(of: value) {
      throw node.fail(.contradiction(key: "default", fault))
    }
    schema.default = value
    return schema
  }

  private func integer(_ node: SchemaNode) throws(LexiconError) -> IntegerSchema {
    var schema = IntegerSchema()
    schema.minimum = try node.integer("minimum")
    schema.maximum = try node.integer("maximum")
    if let min = schema.minimum, let max = schema.maximum, min > max {
      throw node.fail(.bounds(lower: "minimum \(min)", upper: "maximum \(max)"))
    }
    if let values = try node.integers("enum") {
      guard !values.isEmpty else { throw node.fail(.empty, at: "enum") }
      try node.checkChoices(values.count, "enum")
      var seen: Set<Int64> = []
      for value in values where !seen.insert(value).inserted {
        throw node.fail(.repeated(found: String(value)), at: "enum")
      }
      schema.enum = values
    }
    for key in ["const", "default"] {
      guard let value = try node.integer(key) else { continue }
      if let fault = schema.fault(of: value) { throw node.fail(.contradiction(key: key, fault)) }
      if key == "const" { schema.const = value } else { schema.default = value }
    }
    return schema
  }

  private func string(_ node: SchemaNode) throws(LexiconError) -> StringSchema {
    var schema = StringSchema()
    if let name = try node.optionalString("format") {
      guard let format = StringFormat(rawValue: name) else {
        let known = StringFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw node.fail(.value(found: name, expected: "one of \(known)"), at: "format")
      }
      schema.format = format
    }
    (schema.minLength, schema.maxLength) = try node.counts("minLength", "maxLength")
    (schema.minGraphemes, schema.maxGraphemes) = try node.counts("minGraphemes", "maxGraphemes")
    schema.knownValues = try node.strings("knownValues")
    try node.checkChoices(schema.knownValues?.count ?? 0, "knownValues")
    if let values = try node.strings("enum") {
      guard !values.isEmpty else { throw node.fail(.empty, at: "enum") }
      try node.checkChoices(values.count, "enum")
      schema.enum = try textSet(values, "enum", of: node)
    }
    for key in ["const", "default"] {
      guard let value = try node.optionalString(key) else { continue }
      if let fault = schema.fault(of: value) { throw node.fail(.contradiction(key: key, fault)) }
      if key == "const" { schema.const = value } else { schema.default = value }
    }
    return schema
  }

  private func blob(_ node: SchemaNode) throws(LexiconError) -> BlobSchema {
    var schema = BlobSchema()
    if let texts = try node.strings("accept") {
      try node.checkChoices(texts.count, "accept")
      var accept: [MediaType] = []
      for (index, text) in texts.enumerated() {
        accept.append(try mediaType(text, at: "accept/\(index)", of: node))
      }
      schema.accept = accept
    }
    schema.maxSize = try node.count("maxSize").map(Int64.init)
    return schema
  }

  func mediaType(
    _ text: String, at step: String, of node: SchemaNode
  ) throws(LexiconError) -> MediaType {
    guard let type = MediaType(text) else {
      throw node.fail(
        .value(found: text, expected: "a media type such as image/png, image/* or */*"),
        at: step, isPath: true)
    }
    return type
  }
}

extension SchemaNode {
  /// As `fail(_:at:)`, for a key with the index of an element after it.
  func fail(_ rule: LexiconError.SchemaRule, at step: String, isPath: Bool) -> LexiconError {
    LexiconError(document, at: "\(path)/\(step)", .schema(rule))
  }
}
