// SwiftSource.swift: Swift types for the records and objects of schemas, as text.
//
// One file a document: a type for its main definition, the others inside of it. What a type is
// written like is in SwiftSource+Types, what it is called in SwiftNames. The text is as the
// formatter likes it, and depends on the documents alone.
import ATSyntax
import DAGCBOR

/// A file of Swift made from a document.
public struct SwiftFile: Hashable, Sendable {
  /// Such as `SystemLog.swift`.
  public var name: String
  public var text: String
  /// The document that it was made from.
  public var document: NSID
}

/// Why no Swift types can be made.
public enum SwiftSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  case noDocument(NSID)
  case unresolved(Reference, neededBy: NSID)
  /// Objects that hold each other without an array or a union between: a Swift value cannot.
  case endless(Reference)

  public var description: String {
    switch self {
    case .noDocument(let id): "no schema \(id) is known here"
    case .unresolved(let reference, let document):
      "\(document) refers to \(reference), which is not known here"
    case .endless(let reference):
      "\(reference) holds itself without an array or a union between, which no Swift value can"
    }
  }
}

extension Catalog {
  /// Makes Swift types for documents and for all that they refer to. A comment in them names
  /// `origin`, the command that makes them.
  ///
  /// - Returns: a file for each document that has data, by name.
  public func swiftFiles(
    for ids: some Sequence<NSID>, origin: String = "plaited lex gen --swift"
  ) throws(SwiftSourceError) -> [SwiftFile] {
    let reached = try reach(from: ids)
    let names = SwiftNames(of: reached.map(\.id))
    var files: [SwiftFile] = []
    for document in reached {
      var source = SwiftSource(document: document, names: names, catalog: self)
      try source.write(origin: origin)
      guard source.hasTypes else { continue }
      let name = "\(names[document.id]).swift"
      files.append(SwiftFile(name: name, text: source.text, document: document.id))
    }
    return files.sorted { $0.name < $1.name }
  }

  /// The documents and all whose data they refer to.
  private func reach(
    from ids: some Sequence<NSID>
  ) throws(SwiftSourceError) -> [LexiconDocument] {
    var reached: [NSID: LexiconDocument] = [:]
    var waiting: [NSID] = []
    for id in ids { waiting.append(id) }
    while let id = waiting.popLast() {
      if reached[id] != nil { continue }
      guard let document = self[id] else { throw .noDocument(id) }
      reached[id] = document
      for named in document.definitions {
        guard let type = named.definition.dataType else { continue }
        var references: [Reference] = []
        PlacedField(path: "", schema: FieldSchema(type)).forEach { (field) throws(Never) in
          references += field.schema.type.references.map(\.0)
        }
        for reference in references {
          guard self[reference] != nil else { throw .unresolved(reference, neededBy: id) }
          waiting.append(reference.document)
        }
      }
    }
    return reached.values.sorted { $0.id < $1.id }
  }
}

/// The text of one file in the making.
struct SwiftSource {
  let document: LexiconDocument
  let names: SwiftNames
  let catalog: Catalog
  private(set) var text = ""
  /// Whether there is any type in it.
  private(set) var hasTypes = false
  /// Types that wait to be written, outer ones first.
  private var waiting: [WaitingType] = []

  /// A type that a field or a definition needs.
  struct WaitingType {
    /// The path of its name, such as `AgentEvent.Message`.
    var name: [String]
    var description: String?
    var shape: Shape

    enum Shape {
      /// `type`: what its `$type` is, where it is a record's.
      case object(ObjectSchema, type: String?)
      case union(UnionSchema)
      case openText([String])
      case closedText([String])
      case alias(FieldType)
    }
  }

  init(document: LexiconDocument, names: SwiftNames, catalog: Catalog) {
    self.document = document
    self.names = names
    self.catalog = catalog
  }

  mutating func write(origin: String) throws(SwiftSourceError) {
    let name = names[document.id]
    line("// \(name).swift: \(document.id) in Swift.")
    line("//")
    line("// Made from the schema by `\(origin)`: change that, and make this again.")
    line("import ATSyntax")
    line("import DAGCBOR")
    line("import Lexicon")
    try startWithDefinitions()
    var index = 0
    while index < waiting.count {
      let next = waiting[index]
      index += 1
      line("")
      try write(next)
    }
  }

  /// Puts the definitions in line: the main one first, or a name for the others to stand under.
  private mutating func startWithDefinitions() throws(SwiftSourceError) {
    let top = names[document.id]
    if let type = document.main?.dataType {
      let isRecord = if case .record? = document.main { true } else { false }
      let named = document.definitions.first { $0.name == Reference.mainName }
      add(
        type, called: [top], description: named?.description ?? document.description,
        type: isRecord ? document.id.description : nil)
    }
    for named in document.definitions where named.name != Reference.mainName {
      guard let type = named.definition.dataType else { continue }
      if !hasTypes {
        hasTypes = true
        line("")
        doc(document.description ?? "The types of `\(document.id)`.", indent: 0)
        line("public enum \(top) {}")
      }
      add(type, called: [top, named.name.upperCamelCase], description: named.description)
    }
  }

  /// Puts a definition in line.
  private mutating func add(
    _ type: FieldType, called name: [String], description: String?, type typeName: String? = nil
  ) {
    hasTypes = true
    let shape: WaitingType.Shape =
      switch type {
      case .object(let object): .object(object, type: typeName)
      case .union(let union): .union(union)
      case .string(let string):
        if let values = string.enum {
          .closedText(values.values)
        } else if let values = string.knownValues, string.format == nil {
          .openText(values)
        } else {
          .alias(type)
        }
      case .boolean, .integer, .bytes, .cidLink, .blob, .array, .ref, .unknown: .alias(type)
      }
    waiting.append(WaitingType(name: name, description: description, shape: shape))
  }

  mutating func wait(for type: WaitingType) { waiting.append(type) }

  // MARK: Text

  mutating func line(_ content: String, indent: Int = 0) {
    text += String(repeating: "  ", count: content.isEmpty ? 0 : indent) + content + "\n"
  }

  /// A doc comment, wrapped.
  mutating func doc(_ content: String, indent: Int) {
    let width = 100 - 2 * indent - 4
    var row = ""
    for word in content.visibleText.split(separator: " ") {
      if !row.isEmpty, row.count + 1 + word.count > width {
        line("/// \(row)", indent: indent)
        row = ""
      }
      row += (row.isEmpty ? "" : " ") + word
    }
    if !row.isEmpty { line("/// \(row)", indent: indent) }
  }
}

extension String {
  /// The text without what could end a comment or steer a terminal.
  fileprivate var visibleText: String {
    var text = ""
    for scalar in unicodeScalars {
      let isVisible =
        scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value)
        && scalar.value != 0x2028 && scalar.value != 0x2029
      text.unicodeScalars.append(isVisible ? scalar : " ")
    }
    return text
  }
}
