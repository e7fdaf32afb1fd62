// SwiftNames.swift: what the types, fields and cases made from schemas are called.
//
// A document's type is named by the segments of its NSID after the first two: `dev.plaited.agent
// .event` is `AgentEvent`. Where two documents would share a name, both are named in full.
import ATSyntax
import DAGCBOR

struct SwiftNames {
  private var names: [NSID: String] = [:]

  init(of ids: [NSID]) {
    let short = ids.map { SwiftNames.name(of: $0, dropping: 2) }
    for (id, name) in zip(ids, short) {
      let isUnique = short.count { $0 == name } == 1 && !SwiftNames.reserved.contains(name)
      names[id] = isUnique ? name : SwiftNames.name(of: id, dropping: 0)
    }
  }

  subscript(id: NSID) -> String { names[id] ?? SwiftNames.name(of: id, dropping: 0) }

  private static func name(of id: NSID, dropping count: Int) -> String {
    id.description.split(separator: ".").dropFirst(count)
      .map { String($0).upperCamelCase }.joined()
  }

  /// How the type of a definition is written, from anywhere.
  func path(of reference: Reference) -> String {
    let top = self[reference.document]
    return reference.name == Reference.mainName ? top : "\(top).\(reference.name.upperCamelCase)"
  }

  /// What the case of a union's member is called.
  func label(of reference: Reference) -> String {
    let name = reference.name == Reference.mainName ? self[reference.document] : reference.name
    return name.lowerCamelCase
  }

  func longLabel(of reference: Reference) -> String {
    (self[reference.document] + reference.name.upperCamelCase).lowerCamelCase
  }

  /// Names that mean something else where the types are written.
  static let reserved: Set = [
    "Type", "Protocol", "Self", "Any", "Bool", "Int64", "String", "Array", "Optional", "CID",
    "CBORMap", "CBORValue", "ByteString", "BlobReference", "Nullable", "OpenText", "ClosedText",
    "FieldReader", "FieldFault", "LexiconValue", "LexiconRecord", "ATIdentifier", "ATURI",
    "Datetime", "DID", "Handle", "NSID", "TID", "RecordKey", "URIString", "Language", "Lexicon",
    "Element",
  ]

  /// A name for each of a string's values, each once.
  static func labels(of values: [String]) -> [(label: String, value: String)] {
    var taken: Set<String> = ["text"]
    return values.map { value in
      var label = value.lowerCamelCase
      while !taken.insert(label).inserted { label += "Value" }
      return (label.swiftIdentifier, value)
    }
  }
}

extension String {
  /// Letters and digits, each run of anything else starting a new word.
  private func camelCase(isUpper: Bool) -> String {
    var text = ""
    var startsWord = isUpper
    for byte in utf8 {
      let isDigit = (0x30...0x39).contains(byte)
      guard byte.isASCIILetter || isDigit else {
        startsWord = !text.isEmpty || isUpper
        continue
      }
      let character = Character(UnicodeScalar(byte))
      text += startsWord ? character.uppercased() : String(character)
      startsWord = false
    }
    return text
  }

  var upperCamelCase: String {
    let text = camelCase(isUpper: true)
    return text.first?.isLetter ?? false ? text : "Value" + text
  }

  var lowerCamelCase: String {
    let text = camelCase(isUpper: false)
    guard let first = text.first, first.isLetter else { return "value" + text }
    return first.lowercased() + text.dropFirst()
  }

  /// The name in backticks where Swift keeps it for itself.
  var swiftIdentifier: String {
    let name =
      utf8.allSatisfy { $0.isASCIILetter || (0x30...0x39).contains($0) }
        && (utf8.first?.isASCIILetter ?? false) ? self : lowerCamelCase
    return String.keywords.contains(name) ? "`\(name)`" : name
  }

  private static let keywords: Set = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
    "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]

  /// The name of a field, which is none that every type made from a schema has already.
  var fieldIdentifier: String {
    let taken: Set = ["lexicon", "collection", "otherFields", "hashValue", "hash", "fields"]
    return taken.contains(self) ? self + "Field" : swiftIdentifier
  }

  /// As a literal.
  var swiftLiteral: String {
    "\"" + unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
  }
}
