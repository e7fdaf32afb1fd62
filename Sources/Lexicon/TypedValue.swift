// TypedValue.swift: what types made from schemas are made of: reading a value as a type, and back.
//
// Types say what a schema says of shapes and formats. Bounds, constants and closed sets are not
// theirs: `Catalog.check` holds data to all of it. Not here: making the types (SwiftSource).
import ATSyntax
import DAGCBOR

/// A Swift value that stands for a value of the data model.
public protocol LexiconValue: Hashable, Sendable {
  /// - Throws: where `value` has not this type's shape, and which rule says so.
  init(lexicon value: CBORValue) throws(FieldFault)
  /// The value of the data model. Reading it gives this again.
  var lexicon: CBORValue { get }
}

/// A type made from a record's schema.
public protocol LexiconRecord: LexiconValue {
  /// The NSID of the schema: the collection that such records are kept in.
  static var collection: String { get }
}

/// Why a value has not the shape that a type asks for.
public struct FieldFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// A JSON Pointer into the value.
  public var path: String
  public var rule: LexiconError.DataRule

  public init(_ rule: LexiconError.DataRule) { (path, self.rule) = ("", rule) }

  /// The same as the container of the value under `step` sees it.
  public func inside(_ step: String) -> FieldFault {
    var fault = self
    fault.path = "/\(step.pointerStep)\(path)"
    return fault
  }

  public var description: String {
    "\(path.isEmpty ? "the value" : path.escaped(max: 512)) \(rule)"
  }

  static func kind(_ expected: ValueKind, _ value: CBORValue) -> FieldFault {
    FieldFault(.kind(expected: expected, found: ValueKind(of: value)))
  }
}

/// Takes the fields of an object one by one; what nobody asks for is kept.
public struct FieldReader {
  /// The fields that were not taken, without `$type`, which is said by whoever holds the object.
  public private(set) var rest: CBORMap

  /// - Throws: where `value` is no object.
  public init(_ value: CBORValue) throws(FieldFault) {
    guard case .map(let map) = value else { throw .kind(.object, value) }
    rest = map
    rest["$type"] = nil
  }

  /// The `$type` of an object of a union.
  /// - Throws: where `value` is no object, or does not say.
  public static func unionType(of value: CBORValue) throws(FieldFault) -> String {
    guard case .map(let map) = value else { throw .kind(.object, value) }
    guard let name = map["$type"]?.stringValue, !name.isEmpty else {
      throw FieldFault(.unionWithoutType)
    }
    return name
  }

  /// The value of a field that must be there.
  public mutating func required<Value: LexiconValue>(_ key: String) throws(FieldFault) -> Value {
    guard let value: Value = try optional(key) else { throw FieldFault(.missing(key: key)) }
    return value
  }

  /// The value of a field, or nil where it is not there.
  public mutating func optional<Value: LexiconValue>(_ key: String) throws(FieldFault) -> Value? {
    guard let value = rest[key] else { return nil }
    rest[key] = nil
    do throws(FieldFault) {
      return try Value(lexicon: value)
    } catch {
      throw error.inside(key)
    }
  }
}

/// A value that may be null: not the same as a field that is not there.
public enum Nullable<Value: LexiconValue> {
  case null
  case value(Value)
}

extension Nullable: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    self = value == .null ? .null : .value(try Value(lexicon: value))
  }

  public var lexicon: CBORValue {
    switch self {
    case .null: .null
    case .value(let value): value.lexicon
    }
  }
}

/// A text of which some values are known and any other is allowed.
public protocol OpenText: LexiconValue {
  var text: String { get }
  init(_ text: String)
}

extension OpenText {
  /// - Throws: where `value` is no text.
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .string(let text) = value else { throw .kind(.string, value) }
    self.init(text)
  }

  /// The text.
  public var lexicon: CBORValue { .string(text) }
}

/// A text of which no other values are allowed.
public protocol ClosedText: LexiconValue, RawRepresentable, CaseIterable
where RawValue == String {}

extension ClosedText {
  /// - Throws: where `value` is no text, or none of those allowed.
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .string(let text) = value else { throw .kind(.string, value) }
    guard let known = Self(rawValue: text) else {
      let allowed = Self.allCases.prefix(8).map { LexiconError.Scalar.string($0.rawValue) }
      throw FieldFault(.notAllowed(found: .string(text.excerpt), allowed: allowed))
    }
    self = known
  }

  /// The text.
  public var lexicon: CBORValue { .string(rawValue) }
}

/// A reference to a blob, and what it is.
public struct BlobReference {
  public var cid: CID
  public var mimeType: String
  /// Bytes.
  public var size: Int64

  public init(_ cid: CID, mimeType: String, size: Int64) {
    (self.cid, self.mimeType, self.size) = (cid, mimeType, size)
  }
}

extension BlobReference: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .map(let map) = value, BlobSchema().fault(of: map) == nil,
      case .link(let cid)? = map["ref"], let mimeType = map["mimeType"]?.stringValue,
      let size = map["size"]?.integerValue
    else { throw FieldFault(.blobShape) }
    self.init(cid, mimeType: mimeType, size: size)
  }

  public var lexicon: CBORValue {
    ["$type": "blob", "ref": .link(cid), "mimeType": .string(mimeType), "size": .integer(size)]
  }
}

/// Bytes, which are no array of numbers.
public struct ByteString {
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension ByteString: LexiconValue {
  public init(lexicon value: CBORValue) throws(FieldFault) {
    guard case .bytes(let bytes) = value else { throw .kind(.bytes, value) }
    self.init(bytes)
  }

  public var lexicon: CBORValue { .bytes(bytes) }
}

extension CBORValue {
  /// The object with `name` as its `$type`, as a union carries it.
  public func typed(_ name: String) -> CBORValue {
    guard case .map(var map) = self else { return self }
    map["$type"] = .string(name)
    return .map(map)
  }
}
