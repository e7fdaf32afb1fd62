// TextSet.swift: texts that are looked up byte by byte.
//
// Not `Set<String>`: `String` also unites texts that are canonically equivalent, and records do
// not.
import DAGCBOR

/// Distinct texts, in the order given, with a lookup of O(log count).
public struct TextSet: Hashable, Sendable {
  /// As they were given.
  public let values: [String]
  /// In canonical order.
  let sorted: [String]

  /// Nil where a text is repeated.
  public init?(_ values: [String]) {
    self.values = values
    sorted = values.sorted(by: CBORMap.isOrdered(_:before:))
    for (a, b) in zip(sorted, sorted.dropFirst()) where !CBORMap.isOrdered(a, before: b) {
      return nil
    }
  }

  /// Whether exactly these bytes are among the texts.
  public func contains(_ text: String) -> Bool {
    sorted.canonicalIndex(of: text, by: \.self) != nil
  }

  public static func == (a: TextSet, b: TextSet) -> Bool {
    a.values.count == b.values.count && zip(a.values, b.values).allSatisfy { $0.isSame(as: $1) }
  }
}

extension Array {
  /// Where the element called `name` is, of elements in canonical order of their names.
  func canonicalIndex(of name: String, by key: (Element) -> String) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if CBORMap.isOrdered(key(self[middle]), before: name) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < count && key(self[low]).isSame(as: name) ? low : nil
  }
}

extension String {
  /// Byte equality.
  func isSame(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
