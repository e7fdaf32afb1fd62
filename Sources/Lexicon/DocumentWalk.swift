// DocumentWalk.swift: every field of a document, with its place.
//
// For whoever looks at schemas as they are: references, lint, differences.

/// A field somewhere in a document.
struct PlacedField {
  /// A JSON Pointer into the document.
  var path: String
  var schema: FieldSchema
}

extension LexiconDocument {
  /// Calls `body` with every field, outer ones before what is in them.
  func forEachField<E: Error>(_ body: (PlacedField) throws(E) -> Void) throws(E) {
    for named in definitions {
      for root in named.definition.fields(at: "/defs/\(named.name)") {
        try root.forEach(body)
      }
    }
  }
}

extension Definition {
  /// The outermost fields: the data of a definition, and what a method takes and gives.
  func fields(at path: String) -> [PlacedField] {
    func placed(_ type: FieldType?, _ step: String) -> [PlacedField] {
      type.map { [PlacedField(path: "\(path)/\(step)", schema: FieldSchema($0))] } ?? []
    }
    switch self {
    case .record(let record): return placed(.object(record.object), "record")
    case .query(let method), .procedure(let method):
      return placed(method.parameters.map { .object($0) }, "parameters")
        + placed(method.input?.schema?.type, "input/schema")
        + placed(method.output?.schema?.type, "output/schema")
    case .subscription(let subscription):
      return placed(subscription.parameters.map { .object($0) }, "parameters")
        + placed(subscription.message.map { .union($0) }, "message/schema")
    case .field(let type): return [PlacedField(path: path, schema: FieldSchema(type))]
    case .permissionSet, .token: return []
    }
  }
}

extension PlacedField {
  /// Recursion is over the nesting of a document, which its reader bounds.
  func forEach<E: Error>(_ body: (PlacedField) throws(E) -> Void) throws(E) {
    try body(self)
    switch schema.type {
    case .object(let object):
      for property in object.properties {
        let path = "\(path)/properties/\(property.name.pointerStep)"
        try PlacedField(path: path, schema: property.schema).forEach(body)
      }
    case .array(let array):
      try PlacedField(path: "\(path)/items", schema: array.items).forEach(body)
    case .boolean, .integer, .string, .bytes, .cidLink, .blob, .ref, .union, .unknown: break
    }
  }
}
