// Condition.swift: one thing that a record must fulfil: a place in it, and a test of what is there.
//
// Not here: reading one from text (Condition+Parse), testing a record (RecordQuery+Match).
import ATSyntax

/// A test of the values under one field. Where the field is missing, no test holds.
public struct Condition: Hashable, Sendable {
  /// What to compare with: a JSON scalar.
  public enum Literal: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// `instant` is in microseconds since 1970 where the text is a datetime.
    case string(String, instant: Int64?)

    /// A text, which is compared as an instant where it and what it is compared with are both
    /// datetimes.
    public static func text(_ text: String) -> Literal {
      .string(text, instant: Datetime.instant(of: text))
    }
  }

  /// What must hold of one of the values.
  public enum Test: Hashable, Sendable {
    case equal(Literal)
    case notEqual(Literal)
    case less(Literal)
    case lessOrEqual(Literal)
    case greater(Literal)
    case greaterOrEqual(Literal)
    /// A text with this one in it, whatever the case of the letters.
    case contains(String)
    case oneOf([Literal])
    /// The field is there, with any value, null included.
    case exists
  }

  public var field: FieldPath
  public var test: Test

  public init(_ field: FieldPath, _ test: Test) {
    self.field = field
    self.test = test
  }
}

extension Datetime {
  /// The instant that `text` names, in microseconds since 1970; nil where it is no datetime.
  static func instant(of text: String) -> Int64? {
    do throws(SyntaxError) {
      return try Datetime(text).microsecondsSinceEpoch
    } catch {
      return nil  // any text may be compared, and most are no datetimes
    }
  }
}

/// Why a question about records cannot be read.
public enum QueryError: Error, Hashable, Sendable {
  /// Neither an operator nor `in` or `exists` follows the field.
  case noOperator(String)
  /// `==`, `=<` and the like; the first is what was found, the second what may be meant.
  case unknownOperator(String, nearest: String)
  /// Nothing before the operator.
  case noField(String)
  /// A key without characters in a dotted path.
  case emptyStep(String)
  /// A backslash without a character after it.
  case escape(String)
  case pathTooDeep(stepCount: Int, most: Int)
  /// A number with a fraction, or beyond 64 bits: no record holds one.
  case number(String)
  /// `in` without a value, or with an empty one.
  case emptyList(String)
  /// A quoted element of a list without its closing quote.
  case openQuote(String)
  /// `<` and its like beside true, false or null, which have no order.
  case unordered(String)
}

extension QueryError: CustomStringConvertible {
  /// What was expected and what was found; text from outside is shown escaped.
  public var description: String {
    switch self {
    case .noOperator(let text):
      "\(text.debugDescription): expected an operator after the field: "
        + "= != < <= > >= ~, or the word in or exists"
    case .unknownOperator(let found, let nearest):
      "there is no operator \(found): \(nearest) may be meant"
    case .noField(let text): "\(text.debugDescription): expected a field before the operator"
    case .emptyStep(let text):
      "\(text.debugDescription): expected a key before and after every dot"
    case .escape(let text):
      "\(text.debugDescription): expected a character after the backslash"
    case .pathTooDeep(let count, let most):
      "a path of \(count) steps: records nest at most \(most) deep"
    case .number(let text):
      "\(text): records hold integers of 64 bits and no fractions; in double quotes it is text"
    case .emptyList(let text): "\(text.debugDescription): expected values after in: a,b,c"
    case .openQuote(let text): "\(text.debugDescription): the quote is not closed"
    case .unordered(let text): "\(text): true, false and null have no order"
    }
  }
}
