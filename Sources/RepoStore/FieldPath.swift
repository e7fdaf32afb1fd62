// FieldPath.swift: the name of a place in a record, such as `subject.uri`, and what stands there.
//
// Steps are map keys. An array is walked through without a step of its own: a path means every
// place that it leads to. What the JSON form shows as `$link` and `$bytes` can be asked for so.
// Not here: comparing what is found (RecordQuery+Match).
import DAGCBOR

/// A dotted path into a record. After a backslash any character, a dot or a space among them, is
/// one of a key.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  /// Map keys from the outside in; never empty, and none is.
  public let steps: [String]

  /// The time that most records carry.
  public static let createdAt = FieldPath(steps: ["createdAt"])

  init(steps: [String]) { self.steps = steps }

  /// - Throws: `.emptyStep` where a key has no characters, `.escape` for a backslash at the end,
  ///   `.pathTooDeep` for more steps than values can nest.
  public init(_ text: some StringProtocol) throws(QueryError) {
    var steps = [""]
    var isEscaped = false
    for character in text.unicodeScalars {
      if isEscaped {
        steps[steps.count - 1].unicodeScalars.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "." {
        steps.append("")
      } else {
        steps[steps.count - 1].unicodeScalars.append(character)
      }
    }
    if isEscaped { throw .escape(String(text)) }
    if steps.contains("") { throw .emptyStep(String(text)) }
    guard steps.count <= Limits.nestingMax else {
      throw .pathTooDeep(stepCount: steps.count, most: Limits.nestingMax)
    }
    self.steps = steps
  }

  /// What ends a step or, in a condition, the field.
  static let special: Set<Unicode.Scalar> = [".", "\\", " ", "=", "!", "<", ">", "~"]

  /// The text that reads as this path.
  public var description: String {
    steps.map { step in
      var text = ""
      for character in step.unicodeScalars {
        if FieldPath.special.contains(character) { text += "\\" }
        text.unicodeScalars.append(character)
      }
      return text
    }.joined(separator: ".")
  }

  /// Calls `body` with every value that the path leads to, until it answers true.
  ///
  /// An array at the end is passed whole and then element by element, arrays in it likewise.
  /// - Returns: whether `body` answered true for one of them.
  public func contains(
    in record: CBORValue, where body: (CBORValue) -> Bool
  ) -> Bool {
    contains(in: record, after: 0, where: body)
  }

  /// The first value that the path leads to.
  public func first(in record: CBORValue) -> CBORValue? {
    var found: CBORValue?
    _ = contains(in: record) { value in
      found = value
      return true
    }
    return found
  }

  private func contains(
    in value: CBORValue, after stepCount: Int, where body: (CBORValue) -> Bool
  ) -> Bool {
    if stepCount == steps.count, body(value) { return true }
    if case .array(let elements) = value {
      return elements.contains { contains(in: $0, after: stepCount, where: body) }
    }
    guard stepCount < steps.count, let next = FieldPath.member(steps[stepCount], of: value) else {
      return false
    }
    return contains(in: next, after: stepCount + 1, where: body)
  }

  private static func member(_ key: String, of value: CBORValue) -> CBORValue? {
    switch value {
    case .map(let map): map[key]
    case .link(let cid): key == "$link" ? .string(cid.description) : .none
    case .foreignLink(let cid): key == "$link" ? .string(cid.description) : .none
    case .bytes(let bytes): key == "$bytes" ? .string(Base64.encode(bytes)) : .none
    case .null, .bool, .integer, .string, .array: .none
    }
  }
}
