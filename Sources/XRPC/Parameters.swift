// Parameters.swift: the query string of a request, read once and asked by name and type.
//
// Names that a method does not ask for are ignored. A name is repeated for an array; a value that
// should be single and is not is refused, because two readers could choose differently.
// Not here: which parameters a method has. Spec:
// https://atproto.com/specs/xrpc#lexicon-http-endpoints
import ATSyntax
import DAGCBOR

/// The parameters of a request, percent-decoded.
struct Parameters: Sendable {
  private var values: [String: [String]] = [:]

  /// Reads `name=value&…`: `+` is a space, `%XX` a byte, and what comes out is UTF-8.
  ///
  /// - Throws: `InvalidRequest` for anything else, or for more than `parameterCountMax`.
  init(query: Substring) throws(XRPCError) {
    var count = 0
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      count += 1
      guard count <= ServerLimits.parameterCountMax else {
        throw .invalidRequest("more than \(ServerLimits.parameterCountMax) parameters")
      }
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try PercentCoding.decoded(parts[0])
      let value = parts.count == 2 ? try PercentCoding.decoded(parts[1]) : ""
      values[name, default: []].append(value)
    }
  }

  /// All values of a name, in order.
  func all<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> [Value] {
    var all: [Value] = []
    for text in values[name] ?? [] { all.append(try read(text, of: name)) }
    return all
  }

  /// The value of a name, or nil.
  func optional<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> Value? {
    guard let texts = values[name], let text = texts.first else { return nil }
    guard texts.count == 1 else {
      throw .invalidRequest("parameter \(name) is given \(texts.count) times, expected once")
    }
    return try read(text, of: name)
  }

  /// The value of a name.
  func required<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> Value {
    guard let value = try optional(name, as: type) else {
      throw .invalidRequest("parameter \(name) is missing: expected \(Value.expectation)")
    }
    return value
  }

  /// A number in a range.
  func integer(
    _ name: String, in range: ClosedRange<Int>, default value: Int
  ) throws(XRPCError) -> Int {
    let number = try optional(name, as: Int.self) ?? value
    guard range.contains(number) else {
      throw .invalidRequest(
        "parameter \(name) is \(number), expected \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func read<Value: ParameterValue>(
    _ text: String, of name: String
  ) throws(XRPCError) -> Value {
    guard let value = Value(parameter: text) else {
      let shown = text.unicodeScalars.prefix(64).map { $0.escaped(asASCII: true) }.joined()
      throw .invalidRequest("parameter \(name) is \"\(shown)\", expected \(Value.expectation)")
    }
    return value
  }
}

/// What a parameter's text is read as.
protocol ParameterValue: Sendable {
  /// What a text has to be, to stand after "expected".
  static var expectation: String { get }
  /// Nil unless the text is one.
  init?(parameter text: String)
}

/// What percent-encoding says.
enum PercentCoding {
  /// - Throws: `InvalidRequest` for `%` without two hexadecimal digits, and for bytes that are not
  ///   UTF-8.
  static func decoded(_ text: Substring.UTF8View) throws(XRPCError) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { throw .invalidRequest("the query has a % without two hexadecimal digits after it") }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
      throw .invalidRequest("the query is not UTF-8")
    }
    return decoded
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
