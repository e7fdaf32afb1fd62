// ValueCheck.swift: a value against a schema, with the place and the rule of the first violation.
//
// This is the judge: RecordWalk only ever says yes faster. Extra fields are allowed, null only
// where a schema says so, and an object of a union says by `$type` what it is.
// Not here: whether a value is one of the data model at all (DataModel).
// Spec: https://atproto.com/specs/lexicon
import ATSyntax
import DAGCBOR

struct ValueCheck {
  let types: [Reference: FieldType]
  /// The first reference met that cannot be followed.
  private(set) var unresolved: (reference: Reference, path: String)?

  init(in catalog: Catalog) { types = catalog.types }

  /// A violation, with its place in the value.
  typealias Fault = FieldFault

  /// Recursion is over the nesting of the value, which is bounded here too.
  mutating func check(
    _ value: CBORValue, against type: FieldType, depth: Int = 0
  ) throws(Fault) {
    switch (type, value) {
    case (.boolean(let schema), .bool(let value)): try fail(schema.fault(of: value))
    case (.integer(let schema), .integer(let value)): try fail(schema.fault(of: value))
    case (.string(let schema), .string(let value)): try fail(schema.fault(of: value))
    case (.bytes(let schema), .bytes(let value)): try fail(schema.fault(ofCount: value.count))
    case (.cidLink, .link), (.cidLink, .foreignLink): return
    case (.blob(let schema), .map(let map)): try fail(schema.fault(of: map))
    case (.array(let schema), .array(let values)):
      try check(values, against: schema, depth: depth)
    case (.object(let schema), .map(let map)): try check(map, against: schema, depth: depth)
    case (.union(let schema), .map(let map)): try check(map, against: schema, depth: depth)
    case (.unknown, .map(let map)):
      if map["$type"]?.stringValue == "blob" { throw Fault(.kind(expected: .object, found: .blob)) }
    case (.ref(let reference), _): try check(value, against: reference, depth: depth)
    case (.boolean, _), (.integer, _), (.string, _), (.bytes, _), (.cidLink, _), (.blob, _),
      (.array, _), (.object, _), (.union, _), (.unknown, _):
      throw Fault(.kind(expected: type.kind, found: ValueKind(of: value)))
    }
  }

  private func fail(_ rule: LexiconError.DataRule?) throws(Fault) {
    if let rule { throw Fault(rule) }
  }

  /// A reference leads to a type that is no reference itself: the language has no chains of them.
  private mutating func check(
    _ value: CBORValue, against reference: Reference, depth: Int
  ) throws(Fault) {
    guard let type = types[reference] else {
      if unresolved == nil { unresolved = (reference, "") }
      return
    }
    try check(value, against: type, depth: depth)
  }

  private mutating func check(
    _ values: [CBORValue], against schema: ArraySchema, depth: Int
  ) throws(Fault) {
    guard depth < Limits.nestingMax else { throw Fault(.nesting) }
    try fail(schema.fault(ofCount: values.count))
    for (index, value) in values.enumerated() {
      try inside(String(index)) { (check) throws(Fault) in
        try check.check(value, against: schema.items.type, depth: depth + 1)
      }
    }
  }

  private mutating func check(
    _ map: CBORMap, against schema: ObjectSchema, depth: Int
  ) throws(Fault) {
    guard depth < Limits.nestingMax else { throw Fault(.nesting) }
    var requiredCount = 0
    for (key, value) in map {
      guard let property = schema.property(key) else { continue }
      requiredCount += property.isRequired ? 1 : 0
      try inside(key) { (check) throws(Fault) in
        if value == .null {
          if !property.isNullable { throw Fault(.notNullable) }
        } else {
          try check.check(value, against: property.schema.type, depth: depth + 1)
        }
      }
    }
    guard requiredCount < schema.requiredCount else { return }
    for property in schema.properties where property.isRequired && map[property.name] == nil {
      throw Fault(.missing(key: property.name))
    }
  }

  private mutating func check(
    _ map: CBORMap, against schema: UnionSchema, depth: Int
  ) throws(Fault) {
    guard let name = map["$type"]?.stringValue, !name.isEmpty else {
      throw Fault(.unionWithoutType)
    }
    if let reference = schema.refs.first(where: { $0.description == name }) {
      return try check(.map(map), against: reference, depth: depth)
    }
    if schema.refs.contains(where: { $0.description + "#main" == name }) {
      throw Fault(.mainInType(found: name.excerpt))
    }
    if schema.isClosed {
      throw Fault(.unionType(found: name.excerpt, allowed: Array(schema.refs.prefix(8))))
    }
  }

  /// Puts `step` before the place of whatever happens in `body`.
  private mutating func inside(
    _ step: String, _ body: (inout ValueCheck) throws(Fault) -> Void
  ) throws(Fault) {
    let wasResolved = unresolved == nil
    do throws(Fault) {
      try body(&self)
    } catch {
      throw error.inside(step)
    }
    if wasResolved, let found = unresolved {
      unresolved = (found.reference, "/\(step.pointerStep)\(found.path)")
    }
  }
}

extension ObjectSchema {
  var requiredCount: Int { properties.count(where: \.isRequired) }
}

extension FieldType {
  /// What kind of value it asks for.
  var kind: ValueKind {
    switch self {
    case .boolean: .boolean
    case .integer: .integer
    case .string: .string
    case .bytes: .bytes
    case .cidLink: .link
    case .blob: .blob
    case .array: .array
    case .object, .union, .unknown, .ref: .object
    }
  }
}
