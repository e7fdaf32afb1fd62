// Lint.swift: what is allowed in a schema and still a mistake, or will be regretted.
//
// A finding is no error: the document is valid. Keys that the language does not know are found in
// the document's source (Lint+Keys), everything else in its definitions.
import ATSyntax
import DAGCBOR

/// Something in a schema that deserves a second look.
public struct LintFinding: Hashable, Sendable {
  public var document: NSID
  /// A JSON Pointer into the document.
  public var path: String
  public var rule: Rule

  /// What was found.
  public enum Rule: Hashable, Sendable {
    /// A key that means nothing here, and the one that may be meant.
    case unknownKey(found: String, nearest: String?)
    /// A primary definition that says nothing of itself.
    case noDescription
    /// A closed set of values: no value can ever be added.
    case closedEnum
    /// A closed union: no member can ever be added.
    case closedUnion
    /// A string, bytes, array or blob in a record that may be as large as the record.
    case unbounded(type: String, constraint: String)
    /// `maxGraphemes` without `maxLength`: one grapheme may have any number of bytes.
    case graphemesUnbounded
    /// Fewer bytes allowed than graphemes.
    case fewerBytesThanGraphemes(bytes: Int, graphemes: Int)
    /// A default outside of parameters, which nobody applies.
    case defaultWithoutEffect
    case nameStyle(found: String, expected: String)
    /// `x.y.z#main`, or the document's own NSID, where less says the same.
    case longReference(found: String, expected: String)
    /// A schema that is not in the catalog.
    case unresolved(Reference)
  }
}

extension LintFinding: CustomStringConvertible {
  public var description: String {
    "lexicon \(document): \(path.isEmpty ? "the document" : path.escaped(max: 512)) \(rule)"
  }
}

extension LintFinding.Rule: CustomStringConvertible {
  /// What stands after the place.
  public var description: String {
    switch self {
    case .unknownKey(let found, let nearest):
      "has a key \"\(found.excerpt)\" that means nothing here"
        + (nearest.map { ": is \($0) meant?" } ?? "")
    case .noDescription: "has no description"
    case .closedEnum:
      "has a closed set of values, which can never grow: knownValues would leave it open"
    case .closedUnion: "is a closed union, which can never grow"
    case .unbounded(let type, let constraint):
      "is a \(type) without \(constraint): it may be as large as a record may be"
    case .graphemesUnbounded:
      "has maxGraphemes without maxLength: one grapheme may have any number of bytes"
    case .fewerBytesThanGraphemes(let bytes, let graphemes):
      "allows \(bytes) bytes and \(graphemes) graphemes, of which each has at least one byte"
    case .defaultWithoutEffect: "has a default, which is applied to parameters alone"
    case .nameStyle(let found, let expected):
      "is called \"\(found.excerpt)\", expected \(expected)"
    case .longReference(let found, let expected):
      "refers to \"\(found.excerpt)\", which is written \"\(expected)\""
    case .unresolved(let reference): "refers to \(reference), which is not known here"
    }
  }
}

extension LexiconDocument {
  /// What to look at again in this document, by place. Cost: linear in the document.
  public func lint() -> [LintFinding] {
    var lint = Lint(document: self)
    lint.run()
    return lint.findings
  }
}

extension Catalog {
  /// What to look at again in every document, with the references that lead nowhere.
  public func lint() -> [LintFinding] {
    documents.flatMap { $0.lint() }
      + unresolved.map {
        LintFinding(document: $0.document, path: $0.path, rule: .unresolved($0.reference))
      }
  }
}

struct Lint {
  let document: LexiconDocument
  private(set) var findings: [LintFinding] = []

  init(document: LexiconDocument) { self.document = document }

  mutating func add(_ rule: LintFinding.Rule, at path: String) {
    findings.append(LintFinding(document: document.id, path: path, rule: rule))
  }

  mutating func run() {
    checkKeys()
    for named in document.definitions {
      let path = "/defs/\(named.name)"
      if named.name == Reference.mainName, named.description == nil, document.description == nil {
        add(.noDescription, at: path)
      }
      if !named.name.isLowerCamelCase {
        add(.nameStyle(found: named.name, expected: "lowerCamelCase"), at: path)
      }
      for error in named.definition.errors where !error.name.isUpperCamelCase {
        add(.nameStyle(found: error.name, expected: "UpperCamelCase"), at: "\(path)/errors")
      }
      for root in named.definition.fields(at: path) {
        let place = FieldPlace(named.definition, path: root.path)
        var found: [(LintFinding.Rule, String)] = []
        root.forEach { (field) throws(Never) in
          found += Lint.findings(in: field, place)
        }
        for (rule, path) in found { add(rule, at: path) }
      }
    }
  }

  /// What the rules depend on beside the field.
  enum FieldPlace {
    case record, parameters, other

    init(_ definition: Definition, path: String) {
      switch definition {
      case .record, .field: self = .record
      case .query, .procedure, .subscription:
        self = path.hasSuffix("/parameters") ? .parameters : .other
      case .permissionSet, .token: self = .other
      }
    }
  }

  private static func findings(
    in field: PlacedField, _ place: FieldPlace
  ) -> [(LintFinding.Rule, String)] {
    var rules: [LintFinding.Rule] = []
    let type = field.schema.type
    if place != .parameters, type.defaultValue != nil { rules.append(.defaultWithoutEffect) }
    if place == .record, let bound = type.missingBound {
      rules.append(.unbounded(type: type.name, constraint: bound))
    }
    switch type {
    case .string(let schema):
      if schema.enum != nil { rules.append(.closedEnum) }
      if let graphemes = schema.maxGraphemes {
        if let bytes = schema.maxLength {
          if bytes < graphemes {
            rules.append(.fewerBytesThanGraphemes(bytes: bytes, graphemes: graphemes))
          }
        } else {
          rules.append(.graphemesUnbounded)
        }
      }
    case .integer(let schema): if schema.enum != nil { rules.append(.closedEnum) }
    case .union(let schema): if schema.isClosed { rules.append(.closedUnion) }
    case .object(let object):
      let names = object.properties.map(\.name).filter { !$0.isLowerCamelCase }
      return rules.map { ($0, field.path) }
        + names.map {
          (
            .nameStyle(found: $0, expected: "lowerCamelCase"),
            "\(field.path)/properties/\($0.pointerStep)"
          )
        }
    case .boolean, .bytes, .cidLink, .blob, .array, .ref, .unknown: break
    }
    return rules.map { ($0, field.path) }
  }
}

extension Definition {
  fileprivate var errors: [NamedError] {
    switch self {
    case .query(let method), .procedure(let method): method.errors
    case .subscription(let subscription): subscription.errors
    case .record, .permissionSet, .token, .field: []
    }
  }
}

extension FieldType {
  /// The bound that a value of this type should have and has not.
  fileprivate var missingBound: String? {
    switch self {
    case .string(let schema):
      let isBounded =
        schema.maxLength != nil || schema.format != nil || schema.enum != nil
        || schema.const != nil || schema.maxGraphemes != nil
      return isBounded ? nil : "maxLength"
    case .bytes(let schema): return schema.maxLength == nil ? "maxLength" : nil
    case .array(let schema): return schema.maxLength == nil ? "maxLength" : nil
    case .blob(let schema): return schema.maxSize == nil ? "maxSize" : nil
    case .boolean, .integer, .cidLink, .object, .ref, .union, .unknown: return nil
    }
  }
}

extension String {
  fileprivate var isLowerCamelCase: Bool {
    guard let first = utf8.first, (0x61...0x7a).contains(first) else { return false }
    return isAlphanumeric
  }

  fileprivate var isUpperCamelCase: Bool {
    guard let first = utf8.first, (0x41...0x5a).contains(first) else { return false }
    return isAlphanumeric
  }

  private var isAlphanumeric: Bool {
    utf8.allSatisfy { $0.isASCIILetter || (0x30...0x39).contains($0) }
  }
}
