// JSONReader.swift: a strict recursive-descent reader of RFC 8259 that makes values.
//
// The text has been checked to be UTF-8 within the size limit (JSONForm), so a stretch between
// two ASCII bytes is UTF-8 too. Recursion is over containers, whose depth is bounded here.
// Not here: numbers (JSONReader+Number) and strings (JSONReader+String).

struct JSONReader {
  let text: [UInt8]
  let form: JSONForm.Form
  /// The next byte to read.
  var offset = 0

  init(text: [UInt8], form: JSONForm.Form) {
    self.text = text
    self.form = form
  }

  mutating func document() throws(JSONError) -> CBORValue {
    let value = try value(insideContainers: 0)
    skipWhitespace()
    guard offset == text.count else { throw JSONError(.trailingText, at: offset) }
    return value
  }

  private mutating func value(insideContainers depth: Int) throws(JSONError) -> CBORValue {
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: "{"): return try object(atDepth: depth + 1)
    case UInt8(ascii: "["): return try array(atDepth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw JSONError(.unexpectedByte, at: offset)
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: CBORValue
  ) throws(JSONError) -> CBORValue {
    let start = offset
    for index in 0..<word.utf8CodeUnitCount {
      // Safe: a StaticString from a literal points at its own bytes.
      guard try peek() == word.utf8Start[index] else { throw JSONError(.unexpectedByte, at: start) }
      offset += 1
    }
    return value
  }

  private mutating func array(atDepth depth: Int) throws(JSONError) -> CBORValue {
    let start = offset
    guard depth <= Limits.nestingMax else { throw JSONError(.nesting, at: start) }
    offset += 1
    skipWhitespace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    var elements: [CBORValue] = []
    repeat {
      guard elements.count < Limits.containerCountMax else {
        throw JSONError(.containerTooLarge, at: start)
      }
      elements.append(try value(insideContainers: depth))
    } while try takeComma(orClosing: UInt8(ascii: "]"))
    return .array(elements)
  }

  private mutating func object(atDepth depth: Int) throws(JSONError) -> CBORValue {
    let start = offset
    // An object that stands for a link or bytes may be one deeper: it is no container of the model.
    let depthMax = form == .atproto ? Limits.nestingMax + 1 : Limits.nestingMax
    guard depth <= depthMax else { throw JSONError(.nesting, at: start) }
    offset += 1
    let map = try Field.map(of: try fields(insideContainers: depth, openedAt: start))
    if form == .atproto, let substitute = try substitute(for: map, at: start) { return substitute }
    guard depth <= Limits.nestingMax else { throw JSONError(.nesting, at: start) }
    return .map(map)
  }

  private mutating func fields(
    insideContainers depth: Int, openedAt start: Int
  ) throws(JSONError) -> [Field] {
    skipWhitespace()
    if take(UInt8(ascii: "}")) { return [] }
    var fields: [Field] = []
    repeat {
      guard fields.count < Limits.containerCountMax else {
        throw JSONError(.containerTooLarge, at: start)
      }
      fields.append(try field(insideContainers: depth))
    } while try takeComma(orClosing: UInt8(ascii: "}"))
    return fields
  }

  private mutating func field(insideContainers depth: Int) throws(JSONError) -> Field {
    skipWhitespace()
    let start = offset
    guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: offset) }
    let key = try string()
    guard key.utf8.count <= Limits.mapKeyByteCountMax else {
      throw JSONError(.keyTooLong, at: start)
    }
    skipWhitespace()
    guard try peek() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: offset) }
    offset += 1
    return Field(key: key, value: try value(insideContainers: depth), offset: start)
  }

  /// What an object with `$link` or `$bytes` stands for; nil for any other object.
  private func substitute(for map: CBORMap, at start: Int) throws(JSONError) -> CBORValue? {
    if let link = map["$link"] {
      guard map.count == 1, let text = link.stringValue else { throw JSONError(.link, at: start) }
      if let cid = CID(text) { return .link(cid) }
      guard let cid = ForeignCID(text) else { throw JSONError(.link, at: start) }
      return .foreignLink(cid)
    }
    if let bytes = map["$bytes"] {
      guard map.count == 1, let text = bytes.stringValue,
        let decoded = Base64.decode(text.utf8, padding: .optional)
      else { throw JSONError(.bytes, at: start) }
      return .bytes(decoded)
    }
    return nil
  }
}

/// One key and value as they come in the text.
private struct Field {
  var key: String
  var value: CBORValue
  /// Of the key, in the text.
  var offset: Int

  static func map(of fields: [Field]) throws(JSONError) -> CBORMap {
    let pairs = zip(fields, fields.dropFirst())
    let isCanonical = pairs.allSatisfy { CBORMap.isOrdered($0.key, before: $1.key) }
    guard !isCanonical else { return CBORMap(sorted: fields) }
    let sorted = fields.sorted { CBORMap.isOrdered($0.key, before: $1.key) }
    for (field, next) in zip(sorted, sorted.dropFirst())
    where !CBORMap.isOrdered(field.key, before: next.key) {
      throw JSONError(.keyRepeated, at: max(field.offset, next.offset))
    }
    return CBORMap(sorted: sorted)
  }
}

extension CBORMap {
  fileprivate init(sorted fields: [Field]) {
    self.init(canonicalKeys: fields.map(\.key), values: fields.map(\.value))
  }
}

extension JSONReader {
  func peek() throws(JSONError) -> UInt8 {
    guard offset < text.count else { throw JSONError(.truncated, at: offset) }
    return text[offset]
  }

  mutating func skipWhitespace() {
    while offset < text.count {
      switch text[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        offset += 1
      default: return
      }
    }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard offset < text.count, text[offset] == byte else { return false }
    offset += 1
    return true
  }

  /// After an element: moves past a comma (true) or the closing bracket (false).
  private mutating func takeComma(orClosing bracket: UInt8) throws(JSONError) -> Bool {
    skipWhitespace()
    if take(UInt8(ascii: ",")) { return true }
    guard try peek() == bracket else { throw JSONError(.unexpectedByte, at: offset) }
    offset += 1
    return false
  }
}
