// Catalog+Parameters.swift: the parameters of a method, from texts to values.
//
// A name is repeated for an array. Names that the schema does not have are ignored, and defaults
// are filled in. Not here: percent-coding, which is for whoever read the request.
// Spec: https://atproto.com/specs/xrpc, https://atproto.com/specs/lexicon#params
import ATSyntax
import DAGCBOR

extension Catalog {
  /// Reads the parameters of a query, procedure or subscription: `texts` are all values given of
  /// each name, decoded.
  ///
  /// - Returns: the values that were given or have a default, by name.
  /// - Throws: `.missing` at the whole for a required one that is not there; `.parameterText`,
  ///   `.parameterRepeated` or a broken constraint at `/name`; `.unknownSchema` for a method that
  ///   is not here.
  public func parameters(
    _ texts: [String: [String]], of method: NSID
  ) throws(LexiconError) -> CBORMap {
    guard let main = self[method]?.main else {
      throw LexiconError(method.description, at: "", .data(.unknownSchema))
    }
    guard let schema = main.parameters else { return CBORMap() }
    return try schema.parameters(texts, of: method.description)
  }
}

extension Definition {
  /// The parameters that a method takes; nil for what takes none.
  public var parameters: ObjectSchema? {
    switch self {
    case .query(let method), .procedure(let method): method.parameters
    case .subscription(let subscription): subscription.parameters
    case .record, .permissionSet, .token, .field: nil
    }
  }
}

extension ObjectSchema {
  /// Reads parameters, as `Catalog.parameters` does. `name`: what errors call the method.
  public func parameters(
    _ texts: [String: [String]], of name: String
  ) throws(LexiconError) -> CBORMap {
    guard texts.values.reduce(0, { $0 + $1.count }) <= LexiconLimits.parameterValueCountMax else {
      throw LexiconError(
        name, at: "",
        .data(.tooManyParameters(max: LexiconLimits.parameterValueCountMax)))
    }
    var values = CBORMap()
    for property in properties {
      do throws(ValueCheck.Fault) {
        if let value = try property.parameter(texts[property.name] ?? []) {
          values[property.name] = value
        } else if property.isRequired {
          throw ValueCheck.Fault(.missing(key: property.name))
        }
      } catch {
        let isMissing = if case .missing = error.rule { true } else { false }
        let step = "/" + property.name.pointerStep
        throw LexiconError(name, at: isMissing ? "" : step + error.path, .data(error.rule))
      }
    }
    return values
  }
}

extension ObjectSchema.Property {
  /// The value of a parameter given by `texts`; nil where there is none.
  fileprivate func parameter(_ texts: [String]) throws(ValueCheck.Fault) -> CBORValue? {
    if case .array(let array) = schema.type {
      if texts.isEmpty { return nil }
      if let rule = array.fault(ofCount: texts.count) { throw ValueCheck.Fault(rule) }
      var values: [CBORValue] = []
      for (index, text) in texts.enumerated() {
        do throws(ValueCheck.Fault) {
          values.append(try array.items.type.parameter(text))
        } catch {
          throw error.inside(String(index))
        }
      }
      return .array(values)
    }
    guard let text = texts.first else { return schema.type.defaultValue }
    guard texts.count == 1 else {
      throw ValueCheck.Fault(.parameterRepeated(count: texts.count))
    }
    return try schema.type.parameter(text)
  }
}

extension FieldType {
  /// The value that stands for a parameter that is not given.
  public var defaultValue: CBORValue? {
    switch self {
    case .boolean(let schema): schema.default.map { .bool($0) }
    case .integer(let schema): schema.default.map { .integer($0) }
    case .string(let schema): schema.default.map { .string($0) }
    case .bytes, .cidLink, .blob, .array, .object, .ref, .union, .unknown: nil
    }
  }

  /// One text as a value of this type, held to its constraints.
  fileprivate func parameter(_ text: String) throws(ValueCheck.Fault) -> CBORValue {
    let (value, rule): (CBORValue, LexiconError.DataRule?)
    switch self {
    case .boolean(let schema):
      guard text == "true" || text == "false" else { throw unreadable(text) }
      (value, rule) = (.bool(text == "true"), schema.fault(of: text == "true"))
    case .integer(let schema):
      guard text.utf8.first != UInt8(ascii: "+"), let number = Int64(text) else {
        throw unreadable(text)
      }
      (value, rule) = (.integer(number), schema.fault(of: number))
    case .string(let schema): (value, rule) = (.string(text), schema.fault(of: text))
    case .bytes, .cidLink, .blob, .array, .object, .ref, .union, .unknown:
      throw unreadable(text)
    }
    if let rule { throw ValueCheck.Fault(rule) }
    return value
  }

  private func unreadable(_ text: String) -> ValueCheck.Fault {
    ValueCheck.Fault(.parameterText(found: text.excerpt, expected: kind))
  }
}
