// SchemaDiff.swift: from two versions of a schema to the differences between them.
//
// Definitions are compared by name and fields by name; a field that is gone while one like it is
// new counts as renamed. Descriptions and titles may change freely. The constraints of scalars are
// compared in SchemaDiff+Constraints.
import ATSyntax
import DAGCBOR

/// Collects the differences of one document. Cost: linear in both versions, but for renamed fields.
public struct SchemaDiff {
  let document: NSID
  var changes: [SchemaChange] = []

  /// What changed from `old` to `new`, by place; both have the same id.
  public static func changes(
    from old: LexiconDocument, to new: LexiconDocument
  ) -> [SchemaChange] {
    var diff = SchemaDiff(document: new.id)
    for named in old.definitions {
      let path = "/defs/\(named.name)"
      if let definition = new[named.name] {
        diff.compare(named.definition, definition, at: path)
      } else {
        diff.add(.definitionRemoved(type: named.definition.typeName), at: path)
      }
    }
    for named in new.definitions where old[named.name] == nil {
      diff.add(.definitionAdded(type: named.definition.typeName), at: "/defs/\(named.name)")
    }
    return diff.changes
  }

  /// What changed between two catalogs, document by document.
  public static func changes(from old: Catalog, to new: Catalog) -> [SchemaChange] {
    var changes: [SchemaChange] = []
    for document in old.documents {
      if let successor = new[document.id] {
        changes += SchemaDiff.changes(from: document, to: successor)
      } else {
        changes.append(SchemaChange(document: document.id, path: "", kind: .documentRemoved))
      }
    }
    for document in new.documents where old[document.id] == nil {
      changes.append(SchemaChange(document: document.id, path: "", kind: .documentAdded))
    }
    return changes
  }

  mutating func add(_ kind: SchemaChange.Kind, at path: String) {
    changes.append(SchemaChange(document: document, path: path, kind: kind))
  }

  // MARK: Definitions

  private mutating func compare(_ old: Definition, _ new: Definition, at path: String) {
    switch (old, new) {
    case (.record(let a), .record(let b)):
      if a.key != b.key { add(.keyChanged(from: a.key, to: b.key), at: "\(path)/key") }
      compare(a.object, b.object, at: "\(path)/record")
    case (.query(let a), .query(let b)), (.procedure(let a), .procedure(let b)):
      compareParameters(a.parameters, b.parameters, at: "\(path)/parameters")
      compare(a.input, b.input, at: "\(path)/input")
      compare(a.output, b.output, at: "\(path)/output")
      compare(a.errors, b.errors, at: "\(path)/errors")
    case (.subscription(let a), .subscription(let b)):
      compareParameters(a.parameters, b.parameters, at: "\(path)/parameters")
      compare(a.errors, b.errors, at: "\(path)/errors")
      let framing = (a.subprotocol ?? "xrpc.v0.cbor", b.subprotocol ?? "xrpc.v0.cbor")
      if framing.0 != framing.1 {
        add(
          .replaced(constraint: "subprotocol", from: framing.0, to: framing.1), at: path)
      }
      compareBodies(
        a.message.map { .union($0) }, b.message.map { .union($0) }, at: "\(path)/message/schema")
    case (.permissionSet(let a), .permissionSet(let b)):
      if a.permissions != b.permissions { add(.permissionsChanged, at: "\(path)/permissions") }
    case (.token, .token): return
    case (.field(let a), .field(let b)): compare(a, b, at: path)
    case (.record, _), (.query, _), (.procedure, _), (.subscription, _), (.permissionSet, _),
      (.token, _), (.field, _):
      add(.typeChanged(from: old.typeName, to: new.typeName), at: path)
    }
  }

  private mutating func compareParameters(
    _ old: ObjectSchema?, _ new: ObjectSchema?, at path: String
  ) {
    let none = ObjectSchema(properties: [])
    compare(old ?? none, new ?? none, at: path)
  }

  private mutating func compare(_ old: BodySchema?, _ new: BodySchema?, at path: String) {
    switch (old, new) {
    case (nil, nil): return
    case (nil, _?): add(.bodyAdded, at: path)
    case (_?, nil): add(.bodyRemoved, at: path)
    case (let old?, let new?):
      if old.encoding != new.encoding {
        add(
          .replaced(
            constraint: "encoding", from: old.encoding.description, to: new.encoding.description),
          at: "\(path)/encoding")
      }
      compareBodies(old.schema?.type, new.schema?.type, at: "\(path)/schema")
    }
  }

  private mutating func compareBodies(_ old: FieldType?, _ new: FieldType?, at path: String) {
    switch (old, new) {
    case (nil, nil): return
    case (nil, _?): add(.bodyAdded, at: path)
    case (_?, nil): add(.bodyRemoved, at: path)
    case (let old?, let new?): compare(old, new, at: path)
    }
  }

  private mutating func compare(_ old: [NamedError], _ new: [NamedError], at path: String) {
    let (before, after) = (Set(old.map(\.name)), Set(new.map(\.name)))
    for name in before.subtracting(after).sorted() { add(.errorRemoved(name), at: path) }
    for name in after.subtracting(before).sorted() { add(.errorAdded(name), at: path) }
  }

  // MARK: Fields

  mutating func compare(_ old: FieldType, _ new: FieldType, at path: String) {
    switch (old, new) {
    case (.boolean(let a), .boolean(let b)): compare(a, b, at: path)
    case (.integer(let a), .integer(let b)): compare(a, b, at: path)
    case (.string(let a), .string(let b)): compare(a, b, at: path)
    case (.bytes(let a), .bytes(let b)):
      compareLengths((a.minLength, a.maxLength), (b.minLength, b.maxLength), at: path)
    case (.blob(let a), .blob(let b)): compare(a, b, at: path)
    case (.array(let a), .array(let b)):
      compareLengths((a.minLength, a.maxLength), (b.minLength, b.maxLength), at: path)
      compare(a.items.type, b.items.type, at: "\(path)/items")
    case (.object(let a), .object(let b)): compare(a, b, at: path)
    case (.ref(let a), .ref(let b)):
      if a != b { add(.referenceChanged(from: a, to: b), at: path) }
    case (.union(let a), .union(let b)): compare(a, b, at: path)
    case (.cidLink, .cidLink), (.unknown, .unknown): return
    case (.boolean, _), (.integer, _), (.string, _), (.bytes, _), (.cidLink, _), (.blob, _),
      (.array, _), (.object, _), (.ref, _), (.union, _), (.unknown, _):
      add(.typeChanged(from: old.name, to: new.name), at: path)
    }
  }

  private mutating func compare(_ old: ObjectSchema, _ new: ObjectSchema, at path: String) {
    var added = new.properties.filter { old.property($0.name) == nil }
    for property in old.properties {
      let place = "\(path)/properties/\(property.name.pointerStep)"
      if let successor = new.property(property.name) {
        compare(property, successor, at: place)
      } else if let index = added.firstIndex(where: { $0.mayBe(property) }) {
        add(.propertyRenamed(to: added.remove(at: index).name), at: place)
      } else {
        let (type, isRequired) = (property.schema.type.name, property.isRequired)
        add(.propertyRemoved(type: type, wasRequired: isRequired), at: place)
      }
    }
    for property in added {
      add(
        .propertyAdded(type: property.schema.type.name, isRequired: property.isRequired),
        at: "\(path)/properties/\(property.name.pointerStep)")
    }
  }

  private mutating func compare(
    _ old: ObjectSchema.Property, _ new: ObjectSchema.Property, at path: String
  ) {
    if old.isRequired != new.isRequired {
      add(new.isRequired ? .becameRequired : .becameOptional, at: path)
    }
    if old.isNullable != new.isNullable {
      add(new.isNullable ? .becameNullable : .becameNotNullable, at: path)
    }
    compare(old.schema.type, new.schema.type, at: path)
  }

  private mutating func compare(_ old: UnionSchema, _ new: UnionSchema, at path: String) {
    if old.isClosed != new.isClosed { add(new.isClosed ? .unionClosed : .unionOpened, at: path) }
    let (before, after) = (Set(old.refs), Set(new.refs))
    for reference in before.subtracting(after).sorted() {
      add(.unionMemberRemoved(reference, isClosed: new.isClosed), at: path)
    }
    for reference in after.subtracting(before).sorted() {
      add(.unionMemberAdded(reference, isClosed: old.isClosed), at: path)
    }
  }
}

extension ObjectSchema.Property {
  /// Whether this new field looks like one that is gone, under another name.
  fileprivate func mayBe(_ gone: ObjectSchema.Property) -> Bool {
    isRequired == gone.isRequired && isNullable == gone.isNullable
      && schema.type == gone.schema.type
      && (schema.description == gone.schema.description || isRequired)
  }
}
