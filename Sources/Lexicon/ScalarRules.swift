// ScalarRules.swift: what is wrong with one scalar value, by the constraints on it.
//
// One rule for records, parameters, defaults and constants.
import ATSyntax
import DAGCBOR

extension BooleanSchema {
  func fault(of value: Bool) -> LexiconError.DataRule? {
    guard let const, const != value else { return nil }
    return .notAllowed(found: .bool(value), allowed: [.bool(const)])
  }
}

extension IntegerSchema {
  func fault(of value: Int64) -> LexiconError.DataRule? {
    if let const, const != value {
      return .notAllowed(found: .integer(value), allowed: [.integer(const)])
    }
    if let values = self.enum, !values.contains(value) {
      return .notAllowed(
        found: .integer(value), allowed: values.prefix(8).map { .integer($0) })
    }
    if let minimum, value < minimum { return .tooSmall(found: value, min: minimum) }
    if let maximum, value > maximum { return .tooLarge(found: value, max: maximum) }
    return nil
  }
}

extension StringSchema {
  func fault(of text: String) -> LexiconError.DataRule? {
    if let const, !const.isSame(as: text) {
      return .notAllowed(found: .string(text.excerpt), allowed: [.string(const)])
    }
    if let values = self.enum, !values.contains(text) {
      return .notAllowed(
        found: .string(text.excerpt), allowed: values.values.prefix(8).map { .string($0) })
    }
    let byteCount = text.utf8.count
    if let minLength, byteCount < minLength {
      return .tooShort(.bytes, found: byteCount, min: minLength)
    }
    if let maxLength, byteCount > maxLength {
      return .tooLong(.bytes, found: byteCount, max: maxLength)
    }
    if let fault = graphemeFault(of: text, byteCount: byteCount) { return fault }
    guard let format else { return nil }
    do throws(SyntaxError) {
      try format.check(text)
      return nil
    } catch {
      return .format(format, error)
    }
  }

  /// Counts graphemes only where the bytes do not decide: a grapheme has at least one byte, and
  /// only a text without bytes has none.
  private func graphemeFault(of text: String, byteCount: Int) -> LexiconError.DataRule? {
    let isBelowMax = maxGraphemes.map { byteCount <= $0 } ?? true
    let isAboveMin = minGraphemes.map { $0 == 0 || ($0 == 1 && byteCount > 0) } ?? true
    if isBelowMax, isAboveMin { return nil }
    let count = text.count
    if let minGraphemes, count < minGraphemes {
      return .tooShort(.graphemes, found: count, min: minGraphemes)
    }
    if let maxGraphemes, count > maxGraphemes {
      return .tooLong(.graphemes, found: count, max: maxGraphemes)
    }
    return nil
  }
}

extension BytesSchema {
  func fault(ofCount count: Int) -> LexiconError.DataRule? {
    if let minLength, count < minLength { return .tooShort(.bytes, found: count, min: minLength) }
    if let maxLength, count > maxLength { return .tooLong(.bytes, found: count, max: maxLength) }
    return nil
  }
}

extension ArraySchema {
  func fault(ofCount count: Int) -> LexiconError.DataRule? {
    if let minLength, count < minLength {
      return .tooShort(.elements, found: count, min: minLength)
    }
    if let maxLength, count > maxLength { return .tooLong(.elements, found: count, max: maxLength) }
    return nil
  }
}

extension BlobSchema {
  /// The shape is that of the data model. Which codec the link has, and whether the blob is there,
  /// is for the store to know.
  func fault(of map: CBORMap) -> LexiconError.DataRule? {
    guard map.count == 4, map["$type"]?.stringValue == "blob", let ref = map["ref"],
      let type = map["mimeType"]?.stringValue, !type.isEmpty,
      let size = map["size"]?.integerValue, size >= 0
    else { return .blobShape }
    switch ref {
    case .link, .foreignLink: break
    case .null, .bool, .integer, .string, .bytes, .array, .map: return .blobShape
    }
    if let accept, !accept.contains(where: { $0.matches(type) }) {
      return .blobType(found: type.excerpt, accept: accept)
    }
    if let maxSize, size > maxSize { return .blobSize(found: size, max: maxSize) }
    return nil
  }
}
