// Condition+Parse.swift: `FIELD=VALUE` and its relatives, as people type them.
//
//   condition = field [space] operator [space] value | field " in " value *("," value)
//             | field " exists"
//   operator  = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//
// A value is read as JSON if it is a JSON scalar, else as the text that it is. After `~` it is
// text: in quotes, or as it stands.
import DAGCBOR

extension Condition {
  /// Reads a condition such as `level=error`, `count>=3`, `text ~ disk`, `kind in a,b` or
  /// `reply exists`.
  ///
  /// The field ends at the first operator or space without a backslash before it. A space on both
  /// sides of an operator is not part of the value.
  /// - Throws: every case of `QueryError`. O(length).
  public init(parsing text: String) throws(QueryError) {
    let scalars = text.unicodeScalars
    let fieldEnd = Condition.fieldEnd(in: scalars)
    let name = scalars[..<fieldEnd]
    let afterSpaces = scalars[fieldEnd...].drop { $0 == " " }
    let hasSpace = afterSpaces.startIndex != fieldEnd
    if name.isEmpty { throw .noField(text) }
    let field = try FieldPath(String(name))
    if hasSpace, let test = try Condition.wordTest(String(afterSpaces)) {
      self.init(field, test)
      return
    }
    let symbol = afterSpaces.prefix { Condition.operatorScalars.contains($0) }
    var value = scalars[symbol.endIndex...]
    if hasSpace, value.first == " " { value = value.dropFirst() }
    self.init(field, try Condition.test(String(symbol), String(value), in: text))
  }

  private static let operatorScalars: Set<Unicode.Scalar> = ["=", "!", "<", ">", "~"]

  /// The field ends before an operator or a space that no backslash precedes.
  private static func fieldEnd(
    in scalars: String.UnicodeScalarView
  ) -> String.UnicodeScalarView.Index {
    var isEscaped = false
    return scalars.firstIndex { scalar in
      if isEscaped {
        isEscaped = false
        return false
      }
      isEscaped = scalar == "\\"
      return scalar == " " || operatorScalars.contains(scalar)
    } ?? scalars.endIndex
  }

  /// `in …` or `exists`; nil where another word, or an operator, follows the field.
  private static func wordTest(_ text: String) throws(QueryError) -> Test? {
    if text.drop(while: { $0 == " " }) == "exists" { return .exists }
    if text == "in" { throw .emptyList(text) }
    guard text.hasPrefix("in ") else { return nil }
    return .oneOf(try list(String(text.dropFirst(3).drop { $0 == " " })))
  }

  private static func test(
    _ symbol: String, _ value: String, in text: String
  ) throws(QueryError) -> Test {
    switch symbol {
    case "=": return .equal(try literal(value))
    case "!=": return .notEqual(try literal(value))
    case "<": return .less(try ordered(value))
    case "<=": return .lessOrEqual(try ordered(value))
    case ">": return .greater(try ordered(value))
    case ">=": return .greaterOrEqual(try ordered(value))
    case "~": return .contains(quotedText(value) ?? value)
    case "": throw .noOperator(text)
    default: throw .unknownOperator(symbol, nearest: nearest(to: symbol))
    }
  }

  private static func nearest(to symbol: String) -> String {
    switch symbol {
    case "=<": "<="
    case "=>": ">="
    case "<>", "!==", "=!", "!": "!="
    case "~=", "=~", "~~": "~"
    default: "="
    }
  }

  private static func ordered(_ text: String) throws(QueryError) -> Literal {
    let literal = try literal(text)
    switch literal {
    case .null, .bool: throw .unordered(text)
    case .integer, .string: return literal
    }
  }

  /// The JSON scalar that `text` is, else `text` itself.
  static func literal(_ text: String) throws(QueryError) -> Literal {
    if text.first == " " || text.last == " " { return .text(text) }
    do throws(JSONError) {
      switch try JSONForm.decode(Array(text.utf8), as: .plain) {
      case .null: return .null
      case .bool(let value): return .bool(value)
      case .integer(let value): return .integer(value)
      case .string(let value): return .text(value)
      case .bytes, .array, .map, .link, .foreignLink: return .text(text)
      }
    } catch {
      let isOddNumber = error.rule == .fraction || error.rule == .integerRange
      if isOddNumber, isNumber(text) { throw .number(text) }
      return .text(text)  // what is not JSON is text
    }
  }

  /// Whether `text` is a number of RFC 8259, from its first character to its last: `1.2.3` is not.
  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
  }

  private static func quotedText(_ text: String) -> String? {
    guard text.first == "\"" else { return nil }
    do throws(JSONError) {
      return try JSONForm.decode(Array(text.utf8), as: .plain).stringValue
    } catch {
      return nil  // a text that begins with a quote is a text
    }
  }

  /// Values between commas; a comma in double quotes belongs to its value.
  private static func list(_ text: String) throws(QueryError) -> [Literal] {
    var literals: [Literal] = []
    for element in try elements(text) {
      if element.isEmpty { throw .emptyList(text) }
      literals.append(try literal(element))
    }
    return literals
  }

  private static func elements(_ text: String) throws(QueryError) -> [String] {
    var elements = [""]
    var isQuoted = false
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if scalar == ",", !isQuoted {
        elements.append("")
        continue
      }
      if scalar == "\"", !isEscaped, isQuoted || elements[elements.count - 1].isEmpty {
        isQuoted.toggle()
      }
      isEscaped = isQuoted && scalar == "\\" && !isEscaped
      elements[elements.count - 1].unicodeScalars.append(scalar)
    }
    if isQuoted { throw .openQuote(text) }
    return elements
  }
}
