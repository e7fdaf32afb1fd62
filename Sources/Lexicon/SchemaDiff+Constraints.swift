// SchemaDiff+Constraints.swift: what changed in the constraints on one value.
import ATSyntax
import DAGCBOR

extension SchemaDiff {
  /// Says whether a constraint allows less, more or something else than it did.
  private mutating func compare<Value: Equatable>(
    _ constraint: String, _ old: Value?, _ new: Value?, at path: String,
    allows: (Value, Value) -> Bool
  ) {
    let texts = (old.map { "\($0)" }, new.map { "\($0)" })
    switch (old, new) {
    case (nil, nil): return
    case (nil, _?): add(.tightened(constraint: constraint, from: nil, to: texts.1), at: path)
    case (_?, nil): add(.loosened(constraint: constraint, from: texts.0, to: nil), at: path)
    case (let old?, let new?):
      switch (allows(old, new), allows(new, old)) {
      case (true, false):
        add(.tightened(constraint: constraint, from: texts.0, to: texts.1), at: path)
      case (false, true):
        add(.loosened(constraint: constraint, from: texts.0, to: texts.1), at: path)
      case (false, false):
        add(.replaced(constraint: constraint, from: texts.0, to: texts.1), at: path)
      case (true, true): return
      }
    }
  }

  private mutating func compareMin<Value: Comparable>(
    _ constraint: String, _ old: Value?, _ new: Value?, at path: String
  ) {
    compare(constraint, old, new, at: path) { $0 <= $1 }
  }

  private mutating func compareMax<Value: Comparable>(
    _ constraint: String, _ old: Value?, _ new: Value?, at path: String
  ) {
    compare(constraint, old, new, at: path) { $0 >= $1 }
  }

  mutating func compareLengths(
    _ old: (min: Int?, max: Int?), _ new: (min: Int?, max: Int?), at path: String
  ) {
    compareMin("minLength", old.min, new.min, at: path)
    compareMax("maxLength", old.max, new.max, at: path)
  }

  mutating func compare(_ old: BooleanSchema, _ new: BooleanSchema, at path: String) {
    compare("const", old.const, new.const, at: path) { $0 == $1 }
    if old.default != new.default { add(.adviceChanged(constraint: "default"), at: path) }
  }

  mutating func compare(_ old: IntegerSchema, _ new: IntegerSchema, at path: String) {
    compareMin("minimum", old.minimum, new.minimum, at: path)
    compareMax("maximum", old.maximum, new.maximum, at: path)
    compare("enum", old.enum.map(Set.init), new.enum.map(Set.init), at: path) {
      $0.isSuperset(of: $1)
    }
    compare("const", old.const, new.const, at: path) { $0 == $1 }
    if old.default != new.default { add(.adviceChanged(constraint: "default"), at: path) }
  }

  mutating func compare(_ old: StringSchema, _ new: StringSchema, at path: String) {
    compare("format", old.format?.rawValue, new.format?.rawValue, at: path) {
      StringFormat.allows($0, $1)
    }
    compareLengths((old.minLength, old.maxLength), (new.minLength, new.maxLength), at: path)
    compareMin("minGraphemes", old.minGraphemes, new.minGraphemes, at: path)
    compareMax("maxGraphemes", old.maxGraphemes, new.maxGraphemes, at: path)
    compare("enum", old.enum?.values, new.enum?.values, at: path) { old, new in
      guard let set = TextSet(old) else { return false }
      return new.allSatisfy(set.contains)
    }
    compare("const", old.const, new.const, at: path) { $0.isSame(as: $1) }
    if old.knownValues != new.knownValues {
      add(.adviceChanged(constraint: "knownValues"), at: path)
    }
    if old.default != new.default { add(.adviceChanged(constraint: "default"), at: path) }
  }

  mutating func compare(_ old: BlobSchema, _ new: BlobSchema, at path: String) {
    compareMax("maxSize", old.maxSize, new.maxSize, at: path)
    compare("accept", old.accept?.map(\.description), new.accept?.map(\.description), at: path) {
      old, new in
      new.allSatisfy { type in old.contains { MediaType($0)?.covers(type) ?? false } }
    }
  }
}

extension StringFormat {
  /// Whether every text of format `inner` is one of `outer` too.
  fileprivate static func allows(_ outer: String, _ inner: String) -> Bool {
    switch (StringFormat(rawValue: outer), StringFormat(rawValue: inner)) {
    case (.atIdentifier, .did), (.atIdentifier, .handle), (.recordKey, .tid), (.recordKey, .nsid):
      true
    default: outer == inner
    }
  }
}

extension MediaType {
  /// Whether everything that `pattern` matches is matched here too.
  fileprivate func covers(_ pattern: String) -> Bool { description == pattern || matches(pattern) }
}
