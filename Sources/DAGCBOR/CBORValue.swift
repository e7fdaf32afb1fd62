// CBORValue.swift: a decoded value of the atproto data model, and its map.
//
// The data model has no floats; "missing", null and empty are three different things.
// Spec: https://atproto.com/specs/data-model

/// One value of the data model, owning everything in it.
///
/// Two values are equal if their encodings are: texts are compared byte by byte, without the
/// canonical equivalence of `String`.
///
/// A value can be built that no encoder accepts only in two ways: nesting deeper than
/// `Limits.nestingMax`, and sizes over the limits. Encoding refuses both.
public enum CBORValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case bytes([UInt8])
  case array([CBORValue])
  case map(CBORMap)
  /// Boxed, because inline it would make every other value three times as large.
  indirect case link(CID)
  /// A link that is well formed but not in the blessed form: kept byte for byte, never made by us.
  case foreignLink(ForeignCID)
}

/// A map from strings to values in canonical order: keys ascend by UTF-8 length, then bytewise.
///
/// INV-C1: keys are unique and in canonical order; every initializer and mutation keeps it so.
public struct CBORMap: Hashable, Sendable {
  /// What iterating over a map yields.
  public typealias Entry = (key: String, value: CBORValue)

  @usableFromInline var keys: [String]
  @usableFromInline var values: [CBORValue]

  public init() {
    keys = []
    values = []
  }

  /// Takes entries in any order; for a repeated key the last one counts. Cost: O(n log n).
  public init(_ entries: some Sequence<(String, CBORValue)>) {
    self.init()
    // The sort is stable, so that of equal keys the last one given comes last.
    for (key, value) in entries.sorted(by: { CBORMap.isOrdered($0.0, before: $1.0) }) {
      if let last = keys.last, CBORMap.isSame(last, key) {
        values[values.count - 1] = value
      } else {
        keys.append(key)
        values.append(value)
      }
    }
  }

  /// Takes entries of which the caller (a decoder) has checked the order.
  @inlinable
  package init(canonicalKeys keys: [String], values: [CBORValue]) {
    self.keys = keys
    self.values = values
  }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  /// Binary search by canonical order. Setting nil removes the key. A key that comes last is added
  /// in constant time, any other in O(count): build large maps with `init(_:)`.
  public subscript(key: String) -> CBORValue? {
    get {
      let (index, found) = position(of: key)
      // Not `: nil`, which beside a CBORValue is its literal: a missing key would read as null.
      return found ? .some(values[index]) : .none
    }
    set {
      let (index, found) = position(of: key)
      switch (found, newValue) {
      case (true, let value?): values[index] = value
      case (false, let value?):
        keys.insert(key, at: index)
        values.insert(value, at: index)
      case (true, nil):
        keys.remove(at: index)
        values.remove(at: index)
      case (false, nil): break
      }
    }
  }

  private func position(of key: String) -> (index: Int, found: Bool) {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if CBORMap.isOrdered(keys[middle], before: key) { low = middle + 1 } else { high = middle }
    }
    return (low, low < keys.count && CBORMap.isSame(keys[low], key))
  }

  /// The canonical order of map keys: shorter first, then bytewise.
  public static func isOrdered(_ a: String, before b: String) -> Bool {
    let (countA, countB) = (a.utf8.count, b.utf8.count)
    return countA == countB ? a.utf8.lexicographicallyPrecedes(b.utf8) : countA < countB
  }

  /// Byte equality: `String ==` would also unite canonically equivalent texts.
  static func isSame(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
  }

  public static func == (a: CBORMap, b: CBORMap) -> Bool {
    a.keys.elementsEqual(b.keys, by: isSame) && a.values == b.values
  }
}

extension CBORValue {
  public static func == (a: CBORValue, b: CBORValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.string(let a), .string(let b)): CBORMap.isSame(a, b)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.link(let a), .link(let b)): a == b
    case (.foreignLink(let a), .foreignLink(let b)): a == b
    case (.null, _), (.bool, _), (.integer, _), (.string, _), (.bytes, _), (.array, _), (.map, _),
      (.link, _), (.foreignLink, _):
      false
    }
  }
}

extension CBORMap: Sequence {
  /// Entries in canonical order.
  public func makeIterator() -> Zip2Sequence<[String], [CBORValue]>.Iterator {
    zip(keys, values).makeIterator()
  }
}

extension CBORMap: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, CBORValue)...) { self.init(elements) }
}

// Not by nil: `map[key] == nil` would ask whether the key holds null instead of whether it is
// there.
extension CBORValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: CBORValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, CBORValue)...) { self = .map(CBORMap(elements)) }
}

extension CBORValue {
  /// The value under `key` if this is a map that has it.
  public subscript(key: String) -> CBORValue? {
    if case .map(let map) = self { map[key] } else { nil }
  }

  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
  public var arrayValue: [CBORValue]? { if case .array(let value) = self { value } else { nil } }
  public var mapValue: CBORMap? { if case .map(let value) = self { value } else { nil } }
}
