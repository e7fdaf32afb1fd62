// SchemaNode.swift: an object of a document, asked by key, with the place that errors name.
//
// Not here: what a schema means (DocumentReader). Keys that nobody asks for are left alone: the
// language grows by them. `lint` finds those that are misspelt.
import ATSyntax
import DAGCBOR

/// An object somewhere in a document.
struct SchemaNode {
  let document: String
  let path: String
  let map: CBORMap
  /// Objects and arrays around it.
  let depth: Int

  init(_ value: CBORValue, document: String, path: String, depth: Int = 0) throws(LexiconError) {
    self.document = document
    self.path = path
    self.depth = depth
    guard case .map(let map) = value else {
      throw LexiconError(
        document, at: path, .schema(.kind(expected: .object, found: ValueKind(of: value))))
    }
    guard depth <= Limits.nestingMax else {
      throw LexiconError(document, at: path, .schema(.nesting))
    }
    self.map = map
  }

  func fail(_ rule: LexiconError.SchemaRule, at key: String? = nil) -> LexiconError {
    LexiconError(document, at: key.map { path + "/" + $0.pointerStep } ?? path, .schema(rule))
  }

  private func wrongKind(
    _ value: CBORValue, _ expected: ValueKind, at key: String
  ) -> LexiconError {
    fail(.kind(expected: expected, found: ValueKind(of: value)), at: key)
  }

  // MARK: Objects

  func child(_ key: String, _ value: CBORValue) throws(LexiconError) -> SchemaNode {
    try SchemaNode(
      value, document: document, path: path + "/" + key.pointerStep, depth: depth + 1)
  }

  func optionalChild(_ key: String) throws(LexiconError) -> SchemaNode? {
    guard let value = map[key] else { return nil }
    return try child(key, value)
  }

  func child(_ key: String) throws(LexiconError) -> SchemaNode {
    guard let child = try optionalChild(key) else { throw fail(.missing(key: key)) }
    return child
  }

  /// The objects of an array, in order.
  func children(_ key: String) throws(LexiconError) -> [SchemaNode]? {
    guard let elements = try array(key) else { return nil }
    var children: [SchemaNode] = []
    for (index, element) in elements.enumerated() {
      children.append(
        try SchemaNode(
          element, document: document, path: "\(path)/\(key.pointerStep)/\(index)",
          depth: depth + 2))
    }
    return children
  }

  // MARK: Scalars

  func optionalString(_ key: String) throws(LexiconError) -> String? {
    guard let value = map[key] else { return nil }
    guard case .string(let text) = value else { throw wrongKind(value, .string, at: key) }
    return text
  }

  func string(_ key: String) throws(LexiconError) -> String {
    guard let text = try optionalString(key) else { throw fail(.missing(key: key)) }
    return text
  }

  func integer(_ key: String) throws(LexiconError) -> Int64? {
    guard let value = map[key] else { return nil }
    guard case .integer(let number) = value else { throw wrongKind(value, .integer, at: key) }
    return number
  }

  func boolean(_ key: String) throws(LexiconError) -> Bool? {
    guard let value = map[key] else { return nil }
    guard case .bool(let answer) = value else { throw wrongKind(value, .boolean, at: key) }
    return answer
  }

  /// A number of things, not negative.
  func count(_ key: String) throws(LexiconError) -> Int? {
    guard let number = try integer(key) else { return nil }
    guard number >= 0 else {
      throw fail(.value(found: String(number), expected: "a number of at least 0"), at: key)
    }
    return Int(number)
  }

  /// Two bounds, the lower one not over the upper one.
  func counts(_ lower: String, _ upper: String) throws(LexiconError) -> (Int?, Int?) {
    let (min, max) = (try count(lower), try count(upper))
    if let min, let max, min > max {
      throw fail(.bounds(lower: "\(lower) \(min)", upper: "\(upper) \(max)"))
    }
    return (min, max)
  }

  // MARK: Arrays of scalars

  func array(_ key: String) throws(LexiconError) -> [CBORValue]? {
    guard let value = map[key] else { return nil }
    guard case .array(let elements) = value else { throw wrongKind(value, .array, at: key) }
    return elements
  }

  func strings(_ key: String) throws(LexiconError) -> [String]? {
    guard let elements = try array(key) else { return nil }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard case .string(let text) = element else {
        throw LexiconError(
          document, at: "\(path)/\(key)/\(index)",
          .schema(.kind(expected: .string, found: ValueKind(of: element))))
      }
      texts.append(text)
    }
    return texts
  }

  func integers(_ key: String) throws(LexiconError) -> [Int64]? {
    guard let elements = try array(key) else { return nil }
    var numbers: [Int64] = []
    for (index, element) in elements.enumerated() {
      guard case .integer(let number) = element else {
        throw LexiconError(
          document, at: "\(path)/\(key)/\(index)",
          .schema(.kind(expected: .integer, found: ValueKind(of: element))))
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Refuses a list with more choices than a schema may give.
  func checkChoices(_ count: Int, _ key: String) throws(LexiconError) {
    guard count <= LexiconLimits.choiceCountMax else {
      throw fail(.tooMany(found: count, max: LexiconLimits.choiceCountMax), at: key)
    }
  }
}

extension StringProtocol {
  /// The text as a step of a JSON Pointer, RFC 6901 §3.
  var pointerStep: String {
    guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return String(self)
    }
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "~": escaped += "~0"
      case "/": escaped += "~1"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
