// FieldType.swift: what a schema says of one value: its type and the constraints on it.
//
// Values only. Reading them from a document is in DocumentReader, holding data to them in
// ValueCheck and RecordWalk. A bound that is nil is not set. Spec:
// https://atproto.com/specs/lexicon

/// The type of a field, an element, a parameter or a named definition.
public indirect enum FieldType: Hashable, Sendable {
  case boolean(BooleanSchema)
  case integer(IntegerSchema)
  case string(StringSchema)
  case bytes(BytesSchema)
  case cidLink
  case blob(BlobSchema)
  case array(ArraySchema)
  case object(ObjectSchema)
  case ref(Reference)
  case union(UnionSchema)
  /// Any object of the data model that is not a blob.
  case unknown

  /// What a document writes under `type`.
  public var name: String {
    switch self {
    case .boolean: "boolean"
    case .integer: "integer"
    case .string: "string"
    case .bytes: "bytes"
    case .cidLink: "cid-link"
    case .blob: "blob"
    case .array: "array"
    case .object: "object"
    case .ref: "ref"
    case .union: "union"
    case .unknown: "unknown"
    }
  }
}

/// A field type with its description.
public struct FieldSchema: Hashable, Sendable {
  public var description: String?
  public var type: FieldType

  public init(_ type: FieldType, description: String? = nil) {
    self.description = description
    self.type = type
  }
}

/// Constraints of `boolean`.
public struct BooleanSchema: Hashable, Sendable {
  public var const: Bool?
  /// Used for parameters that are not given; never put into records.
  public var `default`: Bool?

  public init() {}
}

/// Constraints of `integer`.
public struct IntegerSchema: Hashable, Sendable {
  public var minimum: Int64?
  public var maximum: Int64?
  /// The only values allowed.
  public var `enum`: [Int64]?
  public var const: Int64?
  /// Used for parameters that are not given; never put into records.
  public var `default`: Int64?

  public init() {}
}

/// Constraints of `string`.
public struct StringSchema: Hashable, Sendable {
  public var format: StringFormat?
  /// Bytes of UTF-8.
  public var minLength: Int?
  /// Bytes of UTF-8.
  public var maxLength: Int?
  /// Extended grapheme clusters, as `Character` counts them.
  public var minGraphemes: Int?
  /// Extended grapheme clusters, as `Character` counts them.
  public var maxGraphemes: Int?
  /// Values that are usual; any other is allowed.
  public var knownValues: [String]?
  /// The only values allowed.
  public var `enum`: TextSet?
  public var const: String?
  /// Used for parameters that are not given; never put into records.
  public var `default`: String?

  public init() {}
}

/// Constraints of `bytes`.
public struct BytesSchema: Hashable, Sendable {
  public var minLength: Int?
  public var maxLength: Int?

  public init() {}
}

/// Constraints of `blob`.
public struct BlobSchema: Hashable, Sendable {
  /// Media types: exact, `image/*` or `*/*`; nil allows all.
  public var accept: [MediaType]?
  /// Bytes.
  public var maxSize: Int64?

  public init() {}
}

/// An `array`: the type of its elements and how many there may be.
public struct ArraySchema: Hashable, Sendable {
  public var items: FieldSchema
  public var minLength: Int?
  public var maxLength: Int?

  public init(of items: FieldSchema) { self.items = items }
}

/// An `object`: fields that are not named are allowed and kept.
public struct ObjectSchema: Hashable, Sendable {
  /// In canonical key order, each name once.
  public var properties: [Property]

  /// One named field.
  public struct Property: Hashable, Sendable {
    public var name: String
    public var schema: FieldSchema
    /// The key must be there.
    public var isRequired: Bool
    /// The value may be null.
    public var isNullable: Bool
  }

  /// The property called `name`. Cost: O(log properties).
  public func property(_ name: String) -> Property? {
    let index = properties.canonicalIndex(of: name, by: \.name)
    return index.map { properties[$0] }
  }
}

/// A `union` of objects, told apart by `$type`.
public struct UnionSchema: Hashable, Sendable {
  /// In the document's order.
  public var refs: [Reference]
  /// Whether an object of another `$type` is refused.
  public var isClosed: Bool
}
