// JSONInput.swift: the body of a procedure, read once and asked by name and type.
//
// Missing and null are two things: a member that may be null is asked for with `nullable`.
// Members that a method does not ask for are ignored.
import ATSyntax
import DAGCBOR

/// The JSON object that a procedure is given.
struct JSONInput: Sendable {
  let map: CBORMap

  /// A member that may be missing, and may be null.
  enum Nullable<Value: Sendable>: Sendable {
    case missing
    case null
    case value(Value)
  }

  func required<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> Value {
    guard let value = try optional(name, as: type) else {
      throw .invalidRequest("\(name) is missing: expected \(Value.expectation)")
    }
    return value
  }

  func optional<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> Value? {
    switch try nullable(name, as: type) {
    case .missing: return nil
    case .null: throw .invalidRequest("\(name) is null: expected \(Value.expectation)")
    case .value(let value): return value
    }
  }

  func nullable<Value: ParameterValue>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(XRPCError) -> Nullable<Value> {
    switch map[name] {
    case nil: return .missing
    case .null?: return .null
    case .string(let text)?:
      guard let value = Value(parameter: text) else {
        let shown = text.unicodeScalars.prefix(64).map { $0.escaped(asASCII: true) }.joined()
        throw .invalidRequest("\(name) is \"\(shown)\", expected \(Value.expectation)")
      }
      return .value(value)
    case .bool, .integer, .bytes, .array, .map, .link, .foreignLink:
      throw .invalidRequest("\(name) is no text: expected \(Value.expectation)")
    }
  }

  /// true or false, or nil where it is missing.
  func flag(_ name: String) throws(XRPCError) -> Bool? {
    switch map[name] {
    case nil: return nil
    case .bool(let value)?: return value
    default: throw .invalidRequest("\(name) is neither true nor false")
    }
  }

  /// An object.
  func object(_ name: String) throws(XRPCError) -> CBORValue {
    guard let value = map[name] else { throw .invalidRequest("\(name) is missing") }
    guard case .map = value else { throw .invalidRequest("\(name) is no object") }
    return value
  }

  /// A list.
  func list(_ name: String) throws(XRPCError) -> [CBORValue] {
    guard case .array(let values)? = map[name] else {
      throw .invalidRequest("\(name) is no list, or missing")
    }
    return values
  }
}
