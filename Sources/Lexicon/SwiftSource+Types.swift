// SwiftSource+Types.swift: the text of one type: an object, a union, a text.
import ATSyntax
import DAGCBOR

extension SwiftSource {
  mutating func write(_ type: WaitingType) throws(SwiftSourceError) {
    let isTop = type.name.count == 1
    if !isTop { line("extension \(type.name.dropLast().joined(separator: ".")) {") }
    let indent = isTop ? 0 : 1
    let name = type.name[type.name.count - 1]
    doc(type.description ?? "Of `\(document.id)`.", indent: indent)
    switch type.shape {
    case .object(let object, _): try writeObject(object, type, indent: indent)
    case .union(let union): writeUnion(union, name, indent: indent)
    case .openText(let values): writeOpenText(values, name, indent: indent)
    case .closedText(let values): writeClosedText(values, name, indent: indent)
    case .alias(let field):
      let target = try swiftType(of: field, for: "Element", in: type.name)
      line("public typealias \(name) = \(target)", indent: indent)
    }
    if !isTop { line("}") }
    switch type.shape {
    case .object(let object, let recordType):
      writeConformance(of: object, type, recordType: recordType)
    case .union(let union): writeConformance(of: union, type)
    case .openText, .closedText, .alias: break
    }
  }

  // MARK: Objects

  private mutating func writeObject(
    _ object: ObjectSchema, _ type: WaitingType, indent: Int
  ) throws(SwiftSourceError) {
    let name = type.name[type.name.count - 1]
    line("public struct \(name) {", indent: indent)
    var required: [(name: String, type: String)] = []
    for property in object.properties {
      var fieldType = try swiftType(
        of: property.schema.type, for: property.name, in: type.name,
        description: property.schema.description)
      if property.isNullable { fieldType = "Nullable<\(fieldType)>" }
      if let text = property.schema.description { doc(text, indent: indent + 1) }
      let field = property.name.fieldIdentifier
      line(
        "public var \(field): \(fieldType)\(property.isRequired ? "" : "?")", indent: indent + 1)
      if property.isRequired { required.append((field, fieldType)) }
    }
    line("/// Fields that the schema does not have, kept as they are.", indent: indent + 1)
    line("public var otherFields = CBORMap()", indent: indent + 1)
    line("")
    if required.isEmpty {
      line("public init() {}", indent: indent + 1)
    } else {
      line("public init(", indent: indent + 1)
      for (index, field) in required.enumerated() {
        let comma = index == required.count - 1 ? "" : ","
        line("\(field.name): \(field.type)\(comma)", indent: indent + 2)
      }
      line(") {", indent: indent + 1)
      for field in required {
        line("self.\(field.name) = \(field.name)", indent: indent + 2)
      }
      line("}", indent: indent + 1)
    }
    line("}", indent: indent)
  }

  private mutating func writeConformance(
    of object: ObjectSchema, _ type: WaitingType, recordType: String?
  ) {
    let path = type.name.joined(separator: ".")
    line("")
    line("extension \(path): \(recordType == nil ? "LexiconValue" : "LexiconRecord") {")
    if let recordType {
      line("public static var collection: String { \"\(recordType)\" }", indent: 1)
      line("")
    }
    line("public init(lexicon value: CBORValue) throws(FieldFault) {", indent: 1)
    line("var fields = try FieldReader(value)", indent: 2)
    for property in object.properties {
      let reading = property.isRequired ? "required" : "optional"
      line(
        "self.\(property.name.fieldIdentifier) = try fields.\(reading)"
          + "(\(property.name.swiftLiteral))", indent: 2)
    }
    line("otherFields = fields.rest", indent: 2)
    line("}", indent: 1)
    line("")
    line("public var lexicon: CBORValue {", indent: 1)
    line("var fields = otherFields", indent: 2)
    if let recordType { line("fields[\"$type\"] = \"\(recordType)\"", indent: 2) }
    for property in object.properties {
      let mark = property.isRequired ? "" : "?"
      line(
        "fields[\(property.name.swiftLiteral)] = "
          + "self.\(property.name.fieldIdentifier)\(mark).lexicon", indent: 2)
    }
    line("return .map(fields)", indent: 2)
    line("}", indent: 1)
    line("}")
  }

  // MARK: Unions and texts

  private mutating func writeUnion(_ union: UnionSchema, _ name: String, indent: Int) {
    line("public indirect enum \(name) {", indent: indent)
    for (reference, label) in members(of: union) {
      line("case \(label.swiftIdentifier)(\(names.path(of: reference)))", indent: indent + 1)
    }
    if !union.isClosed {
      line("/// An object of a type that is none of these.", indent: indent + 1)
      line("case other(CBORMap)", indent: indent + 1)
    }
    line("}", indent: indent)
  }

  private mutating func writeConformance(of union: UnionSchema, _ type: WaitingType) {
    let members = members(of: union)
    line("")
    line("extension \(type.name.joined(separator: ".")): LexiconValue {")
    line("public init(lexicon value: CBORValue) throws(FieldFault) {", indent: 1)
    line("switch try FieldReader.unionType(of: value) {", indent: 2)
    for (reference, label) in members {
      line("case \"\(reference)\":", indent: 2)
      line(
        "self = .\(label.swiftIdentifier)(try \(names.path(of: reference))(lexicon: value))",
        indent: 3)
    }
    if union.isClosed {
      line("case let found: throw FieldFault(.unionType(found: found, allowed: []))", indent: 2)
    } else {
      line("default: self = .other(try CBORMap(lexicon: value))", indent: 2)
    }
    line("}", indent: 2)
    line("}", indent: 1)
    line("")
    line("public var lexicon: CBORValue {", indent: 1)
    line("switch self {", indent: 2)
    for (reference, label) in members {
      line(
        "case .\(label.swiftIdentifier)(let value): value.lexicon.typed(\"\(reference)\")",
        indent: 2)
    }
    if !union.isClosed { line("case .other(let map): .map(map)", indent: 2) }
    line("}", indent: 2)
    line("}", indent: 1)
    line("}")
  }

  /// The members with what their cases are called; a name that comes twice is told in full.
  private func members(of union: UnionSchema) -> [(Reference, String)] {
    let labels = union.refs.map { names.label(of: $0) }
    return zip(union.refs, labels).map { reference, label in
      let isUnique = labels.count { $0 == label } == 1 && label != "other"
      return (reference, isUnique ? label : names.longLabel(of: reference))
    }
  }

  private mutating func writeOpenText(_ values: [String], _ name: String, indent: Int) {
    line("public struct \(name): OpenText {", indent: indent)
    line("public let text: String", indent: indent + 1)
    line("public init(_ text: String) { self.text = text }", indent: indent + 1)
    line("")
    for (label, value) in SwiftNames.labels(of: values) {
      line(
        "public static let \(label) = \(name)(\(value.swiftLiteral))", indent: indent + 1)
    }
    line("}", indent: indent)
  }

  private mutating func writeClosedText(_ values: [String], _ name: String, indent: Int) {
    line("public enum \(name): String, ClosedText {", indent: indent)
    for (label, value) in SwiftNames.labels(of: values) {
      line("case \(label) = \(value.swiftLiteral)", indent: indent + 1)
    }
    line("}", indent: indent)
  }

  // MARK: Names of types

  /// How a field's type is written; a type of its own is put in line.
  private mutating func swiftType(
    of type: FieldType, for field: String, in owner: [String], description: String? = nil
  ) throws(SwiftSourceError) -> String {
    switch type {
    case .boolean: return "Bool"
    case .integer: return "Int64"
    case .bytes: return "ByteString"
    case .cidLink: return "CID"
    case .blob: return "BlobReference"
    case .unknown: return "CBORMap"
    case .array(let array):
      return "[\(try swiftType(of: array.items.type, for: field, in: owner))]"
    case .ref(let reference):
      if catalog.isEndless(reference) { throw .endless(reference) }
      return names.path(of: reference)
    case .object(let object):
      return inner(.object(object, type: nil), field, owner, description)
    case .union(let union): return inner(.union(union), field, owner, description)
    case .string(let string):
      if let format = string.format { return format.swiftType }
      if let values = string.enum {
        return inner(.closedText(values.values), field, owner, description)
      }
      guard let values = string.knownValues, !values.isEmpty, !values.contains(where: \.isReference)
      else { return "String" }
      return inner(.openText(values), field, owner, description)
    }
  }

  /// Puts a type that a field needs for itself in line, and names it.
  private mutating func inner(
    _ shape: WaitingType.Shape, _ field: String, _ owner: [String], _ description: String?
  ) -> String {
    let taken = Set(document.definitions.map { $0.name.upperCamelCase })
    let wanted = field.upperCamelCase
    let name =
      taken.contains(wanted) || SwiftNames.reserved.contains(wanted)
      ? wanted + "Value" : wanted
    wait(for: WaitingType(name: owner + [name], description: description, shape: shape))
    return name
  }
}

extension StringFormat {
  /// The type that a text of this format is read as.
  fileprivate var swiftType: String {
    switch self {
    case .atIdentifier: "ATIdentifier"
    case .atURI: "ATURI"
    // Any CID of any base: there is no type of ours for it.
    case .cid: "String"
    case .datetime: "Datetime"
    case .did: "DID"
    case .handle: "Handle"
    case .nsid: "NSID"
    case .tid: "TID"
    case .recordKey: "RecordKey"
    case .uri: "URIString"
    case .language: "Language"
    }
  }
}

extension Catalog {
  /// Whether an object holds itself with neither an array nor a union between.
  fileprivate func isEndless(_ start: Reference) -> Bool {
    var (seen, waiting): (Set<Reference>, [Reference]) = ([], [start])
    while let reference = waiting.popLast() {
      for next in types[reference]?.heldReferences ?? [] {
        if next == start { return true }
        if seen.insert(next).inserted { waiting.append(next) }
      }
    }
    return false
  }
}

extension FieldType {
  /// The definitions that a value holds in itself.
  fileprivate var heldReferences: [Reference] {
    switch self {
    case .ref(let reference): [reference]
    case .object(let object): object.properties.flatMap { $0.schema.type.heldReferences }
    case .boolean, .integer, .string, .bytes, .cidLink, .blob, .array, .union, .unknown: []
    }
  }
}

extension String {
  /// A known value that names a token rather than being a word.
  fileprivate var isReference: Bool { contains("#") }
}
