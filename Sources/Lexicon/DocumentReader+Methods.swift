// DocumentReader+Methods.swift: queries, procedures, subscriptions and permission sets.
import ATSyntax
import DAGCBOR

extension DocumentReader {
  func method(_ node: SchemaNode, hasInput: Bool) throws(LexiconError) -> MethodDefinition {
    var input: BodySchema?
    if let body = try node.optionalChild("input") {
      guard hasInput else {
        throw node.fail(
          .value(found: "input", expected: "no input: a query takes parameters alone"),
          at: "input")
      }
      input = try self.body(body)
    }
    return MethodDefinition(
      parameters: try parameters(of: node), input: input,
      output: try body(try node.optionalChild("output")), errors: try errors(of: node))
  }

  func subscription(_ node: SchemaNode) throws(LexiconError) -> SubscriptionDefinition {
    var message: UnionSchema?
    if let body = try node.optionalChild("message") {
      let schema = try body.child("schema")
      try expect("union", of: schema)
      message = try union(schema)
    }
    return SubscriptionDefinition(
      parameters: try parameters(of: node), message: message, errors: try errors(of: node),
      subprotocol: try node.optionalString("subprotocol"))
  }

  private func body(_ node: SchemaNode?) throws(LexiconError) -> BodySchema? {
    guard let node else { return nil }
    let encoding = try mediaType(try node.string("encoding"), at: "encoding", of: node)
    var schema: FieldSchema?
    if let child = try node.optionalChild("schema") {
      let type = try child.string("type")
      guard ["object", "ref", "union"].contains(type) else {
        throw child.fail(.type(found: type, expected: ["object", "ref", "union"]), at: "type")
      }
      schema = try field(child)
    }
    return BodySchema(
      description: try node.optionalString("description"), encoding: encoding, schema: schema)
  }

  private func errors(of node: SchemaNode) throws(LexiconError) -> [NamedError] {
    var errors: [NamedError] = []
    for child in try node.children("errors") ?? [] {
      let name = try child.string("name")
      guard !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
        throw child.fail(.value(found: name, expected: "a name without spaces"), at: "name")
      }
      guard !errors.contains(where: { $0.name == name }) else {
        throw child.fail(.repeated(found: name), at: "name")
      }
      errors.append(
        NamedError(name: name, description: try child.optionalString("description")))
      try node.checkChoices(errors.count, "errors")
    }
    return errors
  }

  private func parameters(of node: SchemaNode) throws(LexiconError) -> ObjectSchema? {
    guard let child = try node.optionalChild("parameters") else { return nil }
    try expect("params", of: child)
    if child.map["nullable"] != nil {
      throw child.fail(
        .value(found: "nullable", expected: "no nullable: a parameter is there or not"),
        at: "nullable")
    }
    let object = try self.object(child)
    for property in object.properties where !property.schema.type.isParameter {
      throw LexiconError(
        child.document, at: "\(child.path)/properties/\(property.name.pointerStep)",
        .schema(
          .type(
            found: property.schema.type.name,
            expected: ["boolean", "integer", "string", "an array of one of these"])))
    }
    return object
  }

  // MARK: Permission sets

  func permissionSet(_ node: SchemaNode) throws(LexiconError) -> PermissionSet {
    guard let children = try node.children("permissions") else {
      throw node.fail(.missing(key: "permissions"))
    }
    try node.checkChoices(children.count, "permissions")
    var permissions: [Permission] = []
    for child in children {
      try expect("permission", of: child)
      var parameters = child.map
      parameters["type"] = nil
      parameters["resource"] = nil
      parameters["description"] = nil
      permissions.append(
        Permission(resource: try child.string("resource"), parameters: parameters))
    }
    return PermissionSet(
      title: try node.optionalString("title"), titles: try texts("title:lang", of: node),
      detail: try node.optionalString("detail"), details: try texts("detail:lang", of: node),
      permissions: permissions)
  }

  /// Texts by language tag.
  private func texts(_ key: String, of node: SchemaNode) throws(LexiconError) -> [String: String] {
    guard let child = try node.optionalChild(key) else { return [:] }
    var texts: [String: String] = [:]
    for (language, _) in child.map {
      do throws(SyntaxError) {
        _ = try Language(language)
      } catch {
        throw child.fail(.syntax(error), at: language)
      }
      texts[language] = try child.string(language)
    }
    return texts
  }
}

extension FieldType {
  /// Whether it can be a parameter.
  fileprivate var isParameter: Bool {
    switch self {
    case .boolean, .integer, .string: true
    case .array(let array):
      switch array.items.type {
      case .boolean, .integer, .string: true
      case .bytes, .cidLink, .blob, .array, .object, .ref, .union, .unknown: false
      }
    case .bytes, .cidLink, .blob, .object, .ref, .union, .unknown: false
    }
  }
}
